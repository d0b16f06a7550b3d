package dev.highlander.drills;

import static dev.highlander.drills.MachineClock.millis;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.drills.Marker.What;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Stories told by hand; times in milliseconds. */
class JudgeTest {
    private final Map<String, List<Line>> logs = new LinkedHashMap<>();
    private final List<Marker> markers = new ArrayList<>();

    @Test
    void oneAfterTheOtherIsGood() {
        body("a", 1, 0, 100);
        body("b", 2, 103, 200);

        Verdict verdict = judge();

        assertThat(verdict.good()).isTrue();
        assertThat(verdict.bodies()).isEqualTo(2);
        assertThat(verdict.totalOverlap()).isZero();
    }

    @Test
    void twoAtOnceAreSeenAndMeasured() {
        body("a", 1, 0, 100);
        body("b", 2, 90, 200);

        Verdict verdict = judge();

        assertThat(verdict.good()).isFalse();
        assertThat(verdict.overlaps()).containsExactly(new Overlap("a", "b", millis(90), millis(10)));
    }

    @Test
    void twoAtOnceInOneProcessAreSeen() {
        body("a", 1, 0, 100);
        body("a", 2, 95, 200);

        assertThat(judge().totalOverlap()).isEqualTo(millis(5));
    }

    @Test
    void threeAtOnceAreThreePairs() {
        body("a", 1, 0, 100);
        body("b", 2, 90, 100);
        body("c", 3, 95, 100);

        Verdict verdict = judge();

        assertThat(verdict.overlaps()).hasSize(3);
        assertThat(verdict.totalOverlap()).isEqualTo(millis(10 + 5 + 5));
        assertThat(verdict.worstOverlap()).isEqualTo(millis(10));
    }

    @Test
    void aBodyWithoutStopWhoseProcessIsNotDeadRunsOn() {
        line("a", 0, Line.Kind.START, 1);
        line("a", 5, Line.Kind.RUN, 1);
        body("b", 2, 200, 300);

        assertThat(judge().totalOverlap()).isEqualTo(millis(100));
    }

    @Test
    void aKilledBodyLivesToAPeriodAfterItsLastLine() {
        line("a", 0, Line.Kind.START, 1);
        line("a", 90, Line.Kind.RUN, 1);
        marker(97, What.DEAD, "a");
        body("b", 2, 92, 200);

        assertThat(judge().overlaps()).containsExactly(new Overlap("a", "b", millis(92), millis(3)));
    }

    @Test
    void aKilledBodyDoesNotMeetItsSuccessor() {
        line("a", 0, Line.Kind.START, 1);
        line("a", 90, Line.Kind.RUN, 1);
        marker(97, What.DEAD, "a");
        body("b", 2, 95, 200);

        assertThat(judge().good()).isTrue();
    }

    @Test
    void aBodyThatWritesAfterItsStopIsNotStopped() {
        body("a", 1, 0, 100);
        line("a", 150, Line.Kind.RUN, 1);
        body("b", 2, 120, 200);

        Verdict verdict = judge();

        assertThat(verdict.overlaps()).containsExactly(new Overlap("a", "b", millis(120), millis(35)));
        assertThat(verdict.stale()).containsExactly(new Line(millis(150), Line.Kind.RUN, 1));
    }

    @Test
    void aFrozenBodyIsNotThere() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        body("b", 2, 300, 900);
        marker(500, What.RESUMED, "a");
        line("a", 501, Line.Kind.STOP, 1);

        Verdict verdict = judge();

        assertThat(verdict.good()).isTrue();
        assertThat(verdict.strays()).isEmpty();
    }

    @Test
    void oneStaleLineRightAfterAResumeIsToleratedAndCounted() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        body("b", 2, 300, 900);
        marker(500, What.RESUMED, "a");
        line("a", 510, Line.Kind.RUN, 1);
        line("a", 514, Line.Kind.STOP, 1);

        Verdict verdict = judge();

        assertThat(verdict.good()).isTrue();
        assertThat(verdict.strays()).containsExactly(new Line(millis(510), Line.Kind.RUN, 1));
    }

    @Test
    void aSecondStaleLineIsNot() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        body("b", 2, 300, 900);
        marker(500, What.RESUMED, "a");
        line("a", 505, Line.Kind.RUN, 1);
        line("a", 510, Line.Kind.RUN, 1);
        line("a", 514, Line.Kind.STOP, 1);

        Verdict verdict = judge();

        assertThat(verdict.strays()).isEmpty();
        assertThat(verdict.stale()).hasSize(2);
        assertThat(verdict.overlaps()).containsExactly(new Overlap("a", "b", millis(505), millis(9)));
    }

    @Test
    void aLateStaleLineIsNot() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        body("b", 2, 300, 900);
        marker(500, What.RESUMED, "a");
        line("a", 551, Line.Kind.RUN, 1);
        line("a", 553, Line.Kind.STOP, 1);

        Verdict verdict = judge();

        assertThat(verdict.strays()).isEmpty();
        assertThat(verdict.totalOverlap()).isEqualTo(millis(2));
    }

    @Test
    void aLineAfterAResumeUnderTheGreaterTokenIsNoStray() {
        running("a", 5, 0, 100);
        marker(101, What.FROZEN, "a");
        body("b", 4, 300, 900);
        marker(500, What.RESUMED, "a");
        line("a", 505, Line.Kind.RUN, 5);
        line("a", 507, Line.Kind.STOP, 5);

        Verdict verdict = judge();

        assertThat(verdict.strays()).isEmpty();
        assertThat(verdict.totalOverlap()).isEqualTo(millis(2));
        assertThat(verdict.outOfOrder()).hasSize(1);
    }

    @Test
    void eachResumeMayHaveItsStray() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        body("b", 2, 300, 900);
        marker(500, What.RESUMED, "a");
        line("a", 501, Line.Kind.RUN, 1);
        marker(502, What.FROZEN, "a");
        marker(700, What.RESUMED, "a");
        line("a", 701, Line.Kind.RUN, 1);
        line("a", 703, Line.Kind.STOP, 1);

        Verdict verdict = judge();

        assertThat(verdict.good()).isTrue();
        assertThat(verdict.strays()).hasSize(2);
    }

    @Test
    void whoeverGoesOnAfterAShortFreezeIsNoStray() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        marker(300, What.RESUMED, "a");
        goesOn("a", 1, 301, 400);
        line("a", 400, Line.Kind.STOP, 1);
        body("b", 2, 401, 500);

        Verdict verdict = judge();

        assertThat(verdict.good()).isTrue();
        assertThat(verdict.strays()).isEmpty();
    }

    @Test
    void whoeverGoesOnAfterAShortFreezeCanStillOverlap() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        marker(300, What.RESUMED, "a");
        goesOn("a", 1, 301, 400);
        line("a", 400, Line.Kind.STOP, 1);
        body("b", 2, 350, 500);

        assertThat(judge().totalOverlap()).isEqualTo(millis(50));
    }

    @Test
    void theLastRightfulLineAfterAResumeIsNoStrayAndTheFirstStaleOneIs() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        marker(300, What.RESUMED, "a");
        line("a", 301, Line.Kind.RUN, 1);
        body("b", 2, 303, 500);
        line("a", 306, Line.Kind.RUN, 1);
        line("a", 308, Line.Kind.STOP, 1);

        Verdict verdict = judge();

        assertThat(verdict.good()).isTrue();
        assertThat(verdict.strays()).containsExactly(new Line(millis(306), Line.Kind.RUN, 1));
    }

    @Test
    void whoeverWritesWhileItIsSaidToBeFrozenWasNot() {
        running("a", 1, 0, 100);
        marker(101, What.FROZEN, "a");
        line("a", 310, Line.Kind.RUN, 1);
        body("b", 2, 300, 900);
        marker(500, What.RESUMED, "a");

        Verdict verdict = judge();

        assertThat(verdict.overlaps()).containsExactly(new Overlap("a", "b", millis(300), millis(10)));
        assertThat(verdict.stale()).hasSize(1);
    }

    @Test
    void aStaleLineIsWrongEvenWhileNobodyElseRuns() {
        body("b", 2, 0, 100);
        body("a", 1, 200, 300);

        Verdict verdict = judge();

        assertThat(verdict.overlaps()).isEmpty();
        assertThat(verdict.stale()).isNotEmpty();
        assertThat(verdict.good()).isFalse();
    }

    @Test
    void theSameTokenTwiceIsOutOfOrder() {
        body("a", 1, 0, 100);
        body("b", 1, 200, 300);
        body("b", 1, 400, 500);

        Verdict verdict = judge();

        assertThat(verdict.bodies()).isEqualTo(3);
        assertThat(verdict.outOfOrder()).hasSize(2);
        assertThat(verdict.good()).isFalse();
    }

    @Test
    void aTakeoverCountsFromTheFaultAndTheIdleTimeFromTheLastActivity() {
        running("a", 1, 0, 100);
        marker(100, What.FAULT, "a");
        line("a", 130, Line.Kind.STOP, 1);
        body("b", 2, 150, 200);

        assertThat(judge().takeovers()).singleElement().satisfies(takeover -> {
            assertThat(takeover.hit()).isTrue();
            assertThat(takeover.took()).hasValue(millis(50));
            assertThat(takeover.idle()).hasValue(millis(20));
        });
    }

    @Test
    void aFaultAfterWhichTheSameBodyGoesOnHasNoTakeover() {
        running("a", 1, 0, 100);
        marker(50, What.FAULT, "a");
        marker(101, What.FAULT, "a");
        line("a", 110, Line.Kind.STOP, 1);
        body("b", 2, 150, 200);

        Verdict verdict = judge();

        assertThat(verdict.takeovers().get(0).took()).isEmpty();
        assertThat(verdict.takeovers().get(1).took()).hasValue(millis(49));
    }

    @Test
    void aFaultAtAProcessWhoseBodyDoesNotRunIsNoHit() {
        body("a", 1, 0, 100);
        marker(101, What.FAULT, "a");
        running("b", 2, 150, 300);
        marker(200, What.FAULT, "a");
        line("b", 300, Line.Kind.STOP, 2);

        assertThat(judge().takeovers()).extracting(Takeover::hit).containsExactly(false, false);
    }

    @Test
    void aKillIsAHitEvenWhenTheLastLineIsMoreThanAPeriodAgo() {
        line("a", 0, Line.Kind.START, 1);
        line("a", 90, Line.Kind.RUN, 1);
        marker(97, What.FAULT, "a");
        marker(99, What.DEAD, "a");

        assertThat(judge().takeovers()).extracting(Takeover::hit).containsExactly(true);
    }

    @Test
    void aFaultAtABodyThatHasBeenSilentForTooLongIsNoHit() {
        running("a", 1, 0, 100);
        line("a", 300, Line.Kind.STOP, 1);
        marker(155, What.FAULT, "a");

        assertThat(judge().takeovers()).extracting(Takeover::hit).containsExactly(false);
    }

    private void body(String process, long token, long from, long to) {
        running(process, token, from, to);
        line(process, to, Line.Kind.STOP, token);
    }

    private void running(String process, long token, long from, long to) {
        line(process, from, Line.Kind.START, token);
        goesOn(process, token, from, to);
    }

    private void goesOn(String process, long token, long from, long to) {
        for (long at = from + 5; at < to; at += 5) {
            line(process, at, Line.Kind.RUN, token);
        }
    }

    private void line(String process, long at, Line.Kind kind, long token) {
        logs.computeIfAbsent(process, name -> new ArrayList<>()).add(new Line(millis(at), kind, token));
    }

    private void marker(long at, What what, String process) {
        markers.add(new Marker(millis(at), what, process, Fault.SIGKILL));
    }

    private Verdict judge() {
        return Judge.judge(
                logs.entrySet().stream()
                        .map(log -> new NodeLog(log.getKey(), log.getValue()))
                        .toList(),
                markers);
    }
}
