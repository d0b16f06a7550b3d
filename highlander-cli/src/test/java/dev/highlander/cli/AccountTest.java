package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.Reason;
import dev.highlander.State;
import dev.highlander.Transition;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.Charset;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** F5: each change is told, in words for people. */
class AccountTest {
    private static final Key KEY = Key.of("job");

    private final ByteArrayOutputStream err = new ByteArrayOutputStream();
    private final Narrator narrator = new Narrator(new PrintStream(err, true), false);
    private final StubLocks locks = new StubLocks();
    private final Account account = new Account(narrator, locks, KEY, "relay", false);

    @AfterEach
    void close() {
        narrator.close();
    }

    private void change(State from, State to, Reason reason) {
        OptionalLong token = to == State.RUNNING ? OptionalLong.of(42) : OptionalLong.empty();
        account.changed(new Transition(KEY, "relay", "stub", from, to, reason, token, Instant.EPOCH, Optional.empty()));
    }

    private List<String> soFar() {
        return err.toString(Charset.defaultCharset()).lines().toList();
    }

    private List<String> toldInAll() {
        narrator.close();
        return soFar();
    }

    @Test
    void F5_aRunThatIsGrantedAtOnceTellsOnlyThat() {
        account.begin();
        change(State.STANDBY, State.SETTLING, Reason.GRANTED);
        change(State.SETTLING, State.STARTING, Reason.SETTLED);
        change(State.STARTING, State.RUNNING, Reason.STARTED);

        assertThat(toldInAll()).containsExactly("highlander: running relay (term 42)");
    }

    @Test
    void F5_aLateBeginningChangesNothing() {
        change(State.STARTING, State.RUNNING, Reason.STARTED);
        account.begin();
        change(State.RUNNING, State.STOPPING, Reason.CLOSED);

        assertThat(toldInAll()).containsExactly("highlander: running relay (term 42)", "highlander: stopping relay");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            DISCONNECTED | lost the key, since the lock service is out of reach: stopping relay
            EXPIRED      | lost the key, since it was not confirmed in time: stopping relay
            CONFLICT     | lost the key, since another node holds it as well: stopping relay
            QUORUM       | lost the key, since too few nodes can be reached: stopping relay
            REVOKED      | lost the key, since the lock service took it away: stopping relay
            CLOSED       | stopping relay
            """)
    void F5_aStopIsToldWithItsReason(Reason reason, String expected) {
        change(State.STARTING, State.RUNNING, Reason.STARTED);
        change(State.RUNNING, State.STOPPING, reason);
        change(State.STOPPING, State.STANDBY, Reason.STOPPED);

        assertThat(toldInAll())
                .containsExactly(
                        "highlander: running relay (term 42)",
                        "highlander: " + expected,
                        "highlander: relay is stopped; standing by");
    }

    @Test
    void F5_aCommandThatIgnoresItsKillIsTold() {
        change(State.STOPPING, State.STUCK, Reason.IGNORED_KILL);

        assertThat(toldInAll())
                .containsExactly("highlander: relay has not ended although it was killed; waiting until it does");
    }

    @Test
    void F5_aKeyLostWhileSettlingIsTold() {
        change(State.STANDBY, State.SETTLING, Reason.GRANTED);
        change(State.SETTLING, State.STANDBY, Reason.DISCONNECTED);

        assertThat(toldInAll())
                .containsExactly("highlander: lost the key, since the lock service is out of reach: standing by");
    }

    @Test
    void aLongSettleIsAnnouncedOnce_whereNoLineCanBeRewritten() {
        change(State.STANDBY, State.SETTLING, Reason.GRANTED);

        await().until(() -> !soFar().isEmpty());
        change(State.SETTLING, State.STARTING, Reason.SETTLED);

        assertThat(toldInAll())
                .containsExactly(
                        "highlander: settling for 12.5 s, since an earlier holder's command may still run for that long");
    }

    @Test
    void D11_aStandbyTellsWhoHoldsTheKey() {
        locks.holder = CompletableFuture.completedFuture(Optional.of(new Holder(
                "node-a",
                Optional.empty(),
                OptionalLong.of(7),
                Optional.of(Instant.parse("2026-01-02T03:04:05.678Z")))));
        account.begin();

        await().until(() -> !soFar().isEmpty());

        assertThat(toldInAll())
                .containsExactly("highlander: standing by: node-a holds the key since 2026-01-02T03:04:05Z");
    }

    @Test
    void aStandbyThatCanNotTellSaysSo() {
        account.begin();

        await().until(() -> !soFar().isEmpty());

        assertThat(toldInAll()).containsExactly("highlander: standing by");
    }

    @Test
    void D8_eachProblemIsToldOnce_withItsRemedy_andItsEnd() {
        Problem refused = new Problem("CONNECTION_REFUSED", "Nobody listens at db:5432.", "Start the server.");
        Problem password = new Problem("AUTHENTICATION", "The password is wrong.", "Correct it.");
        for (Condition condition : List.of(
                Condition.connecting(),
                Condition.connecting(refused),
                Condition.connecting(),
                Condition.connecting(refused),
                Condition.refused(password),
                Condition.ready(),
                Condition.ready(),
                Condition.closed())) {
            account.condition(condition);
        }

        assertThat(toldInAll())
                .containsExactly(
                        "highlander: Nobody listens at db:5432. Start the server. [CONNECTION_REFUSED]",
                        "highlander: The password is wrong. Correct it. [AUTHENTICATION]",
                        "highlander: the lock service can be used again");
    }
}
