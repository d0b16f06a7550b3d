package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class DigestTest {
    private static SortedSet<LockId> inServerOrder(List<LockId> locks) {
        TreeSet<LockId> set = new TreeSet<>(LockId.SERVER_ORDER);
        set.addAll(locks);
        return set;
    }

    @Test
    void ofNothingIsTheSumOfNothing() {
        assertThat(Digest.of(Collections.emptySortedSet())).isEqualTo("d41d8cd98f00b204e9800998ecf8427e");
    }

    /** As the server says to select md5('0:42:1,1:10000:2,4294967295:4294967295:1'). */
    @Test
    void isWhatTheServerComputes() {
        List<LockId> locks = List.of(LockId.of(-1), new LockId(1, 10_000, true), LockId.of(42));
        assertThat(Digest.of(inServerOrder(locks))).isEqualTo("dfdb6663a71634ec2bcf2326a2cffe15");
    }

    @Test
    void tellsANumberFromThePairOfItsHalves() {
        assertThat(Digest.of(inServerOrder(List.of(new LockId(0, 42, false)))))
                .isNotEqualTo(Digest.of(inServerOrder(List.of(new LockId(0, 42, true)))));
    }

    @Test
    void tellsALockFromNone() {
        assertThat(Digest.of(inServerOrder(List.of(LockId.of(1), LockId.of(2)))))
                .isNotEqualTo(Digest.of(inServerOrder(List.of(LockId.of(1)))));
    }
}
