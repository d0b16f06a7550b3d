package dev.highlander.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class LeaseTest {
    private static final long SECOND = 1_000_000_000L;

    @Test
    void allTimesFollowFromIt() {
        Lease lease = Lease.DEFAULT;
        assertThat(lease.nanos()).isEqualTo(10 * SECOND);
        assertThat(lease.heartbeat()).isEqualTo(2 * SECOND);
        assertThat(lease.replyLimit()).isEqualTo(3 * SECOND);
        assertThat(lease.stopBudget()).isEqualTo(3 * SECOND);
        assertThat(lease.margin()).isEqualTo(SECOND);
        assertThat(lease.settle()).isEqualTo(12_500_000_000L);
    }

    /** The law of the settle, for lengths that do not divide evenly too: Q >= L (1 + r) / (1 - r) at r = 0.1. */
    @Test
    void theSettleOutlivesALeaseThoughOneClockIsSlowAndTheOtherFast() {
        for (Lease lease : some()) {
            assertThat(lease.settle() * 9).isGreaterThanOrEqualTo(lease.nanos() * 11);
        }
    }

    /** A check that goes out, and whose reply comes at the limit, moves the deadline before the stop begins. */
    @Test
    void aSlowReplyDoesNotStopAnybody() {
        for (Lease lease : some()) {
            long stopBegins = lease.nanos() - lease.stopBudget() - lease.margin();
            assertThat(lease.heartbeat() + lease.replyLimit()).isLessThan(stopBegins);
        }
    }

    private static List<Lease> some() {
        return List.of(
                Lease.of(Lease.MIN),
                Lease.of(Lease.MIN.plusNanos(1)),
                Lease.of(Duration.ofNanos(999_999_937)),
                Lease.DEFAULT,
                Lease.of(Lease.MAX.minusNanos(1)),
                Lease.of(Lease.MAX));
    }

    @Test
    void oneThatIsOutOfRangeIsRefusedWithTheRange() {
        for (Duration length :
                List.of(Duration.ZERO, Duration.ofSeconds(-1), Lease.MIN.minusNanos(1), Lease.MAX.plusNanos(1))) {
            assertThatIllegalArgumentException()
                    .isThrownBy(() -> Lease.of(length))
                    .withMessage("A lease of " + length
                            + " is out of range. Use 500 ms to 60 minutes; 10 seconds suits most.");
        }
    }
}
