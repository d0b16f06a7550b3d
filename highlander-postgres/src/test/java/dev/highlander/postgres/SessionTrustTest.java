package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.testkit.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Until when a hold is trusted: a lease from the sending of the latest confirmed check, less what the machine slept. */
class SessionTrustTest {
    private static final long LEASE = Duration.ofSeconds(10).toNanos();
    private static final Duration SECOND = Duration.ofSeconds(1);

    private final ManualTime time = ManualTime.create();
    private final SessionTrust trust = new SessionTrust(time, LEASE);

    @Test
    void isCountedFromTheSendingOfTheTryAsLongAsNoCheckIsConfirmed() {
        Sent asked = Sent.now(time);
        time.advance(SECOND);

        assertThat(trust.deadBy(asked)).isEqualTo(asked.at() + LEASE);
    }

    @Test
    void isCountedFromTheSendingOfTheLatestCheckThatWasConfirmed() {
        Sent asked = Sent.now(time);
        time.advance(SECOND);
        Sent check = Sent.now(time);
        time.advance(SECOND);
        trust.raise(check);

        assertThat(trust.deadBy(asked)).isEqualTo(check.at() + LEASE);
    }

    @Test
    void isNotLessForAHoldThatWasAskedForAfterThatCheck() {
        trust.raise(Sent.now(time));
        time.advance(SECOND);
        Sent asked = Sent.now(time);

        assertThat(trust.deadBy(asked)).isEqualTo(asked.at() + LEASE);
    }

    @Test
    void isLessByWhatTheMachineHasSleptSinceTheSending() {
        time.leap(SECOND);
        Sent asked = Sent.now(time);
        assertThat(trust.deadBy(asked)).as("slept before").isEqualTo(asked.at() + LEASE);

        time.leap(Duration.ofSeconds(3));
        assertThat(trust.deadBy(asked)).isEqualTo(asked.at() + LEASE - 3 * SECOND.toNanos());

        trust.raise(Sent.now(time));
        assertThat(trust.deadBy(asked)).isEqualTo(time.nanos() + LEASE);
    }
}
