package dev.highlander.cluster;

import static dev.highlander.cluster.Cast.A;
import static dev.highlander.cluster.Cast.B;
import static dev.highlander.cluster.Cast.C;
import static dev.highlander.cluster.Cast.KEY;
import static dev.highlander.cluster.Cast.OTHER;
import static dev.highlander.cluster.Cast.RULES;
import static dev.highlander.cluster.Cast.SECOND;
import static dev.highlander.cluster.Cast.at;
import static dev.highlander.cluster.Cast.only;
import static dev.highlander.cluster.Cast.sent;
import static dev.highlander.cluster.Cast.term;
import static dev.highlander.cluster.Cast.view;
import static dev.highlander.cluster.Cast.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cluster.ClusterMessage.Ack;
import dev.highlander.cluster.ClusterMessage.Ask;
import dev.highlander.cluster.ClusterMessage.Beat;
import dev.highlander.cluster.ClusterMessage.Change;
import dev.highlander.cluster.ClusterMessage.Confirms;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Held;
import dev.highlander.cluster.ClusterMessage.Overlapped;
import dev.highlander.cluster.ClusterMessage.Refuses;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.cluster.ClusterMessage.Revoked;
import dev.highlander.cluster.ClusterMessage.Revokes;
import dev.highlander.cluster.ClusterMessage.Rival;
import dev.highlander.cluster.ClusterMessage.Stage;
import dev.highlander.cluster.ClusterMessage.Told;
import dev.highlander.cluster.ClusterMessage.Who;
import dev.highlander.lock.Loss;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class MemberTest {
    private ClusterRules rules = RULES;
    private ClusterView view = view(5, A, B, C);
    private Member member = new Member(rules, who(B, rules), new Highest());
    private final List<Output> out = new ArrayList<>();

    private void take(double now) {
        out.clear();
        out.addAll(member.take(at(now)));
    }

    private void install(double now, ClusterView next) {
        view = next;
        member.installed(B, next, at(now));
        take(now);
    }

    private Report report() {
        return sent(out, view.coordinator(), Report.class).get(0);
    }

    private Change change() {
        return sent(out, view.coordinator(), Change.class).get(0);
    }

    private void grant(double now, ClusterKey key, long token) {
        member.grants(new Grants(view.id(), 1, List.of(term(key, token))), at(now));
        take(now);
    }

    private void confirm(double now, ClusterKey key, long token) {
        member.confirms(new Confirms(view.id(), 1, List.of(term(key, token)), 0), at(now));
        take(now);
    }

    private Optional<Output.Granted> granted() {
        return only(out, Output.Granted.class).findFirst();
    }

    private List<Loss> lost() {
        return only(out, Output.Lost.class).map(Output.Lost::why).toList();
    }

    /** The hold of claim 1, whose child runs under token 7, granted at second 1. */
    private long running() {
        member.claim(1, KEY);
        install(0, view);
        grant(1, KEY, 7);
        if (rules.hasQuorum()) {
            acknowledge(1, C);
        }
        return granted().orElseThrow().hold();
    }

    private void acknowledge(double now, Peer from) {
        long number = sent(out, from, Beat.class).get(0).number();
        member.ack(from, new Ack(view.id(), number, 0), at(now));
        take(now);
    }

    @Nested
    class WhatItWants {
        @Test
        void isSaidInOneReportWhenAViewIsInstalled() {
            member.claim(1, KEY);
            member.claim(2, OTHER);
            member.claim(3, KEY);
            take(0);
            assertThat(out).isEmpty();

            install(0, view);

            assertThat(report().wants()).containsExactly(KEY, OTHER);
            assertThat(report().holds()).isEmpty();
            assertThat(out)
                    .as("nothing is said twice")
                    .filteredOn(o -> o instanceof Output.Send)
                    .hasSize(1);
        }

        @Test
        void isSaidAsItChanges() {
            install(0, view);
            member.claim(1, KEY);
            member.claim(2, OTHER);
            take(1);
            assertThat(change().wants()).containsExactly(KEY, OTHER);

            member.claim(3, KEY);
            take(1);
            assertThat(out).as("one place in the queue for each node").isEmpty();
            member.withdraw(1);
            take(1);
            assertThat(out).isEmpty();
            member.withdraw(3);
            take(1);

            assertThat(change().unwants()).containsExactly(KEY);
        }

        @Test
        void isNotSaidIfItChangesBackAtOnce() {
            install(0, view);
            member.claim(1, KEY);
            member.withdraw(1);
            take(1);

            assertThat(out).isEmpty();
        }

        @Test
        void isReportedAgainUntilAnsweredAndThenOnceALease() {
            install(0, view);
            assertThat(member.wakeAt()).isEqualTo(2 * SECOND);
            member.tick(at(2));
            take(2);
            assertThat(report().number()).isEqualTo(2);

            member.confirms(new Confirms(view.id(), 2, List.of(), 0), at(2));
            assertThat(member.wakeAt()).isEqualTo(12 * SECOND);
            member.tick(at(12));
            take(12);
            assertThat(report().number()).isEqualTo(3);
        }

        @Test
        void isOverWhenItIsClosed() {
            running();
            member.claim(2, OTHER);
            take(1);

            member.close();
            take(1);
            assertThat(change().unwants()).containsExactly(OTHER);
            assertThat(member.isFinished()).isFalse();
            assertThat(member.unreleased()).isEqualTo(1);
            member.claim(3, OTHER);
            member.release(1, at(1));
            take(1);

            assertThat(change().releases()).containsExactly(term(KEY, 7));
            assertThat(change().wants()).isEmpty();
            assertThat(member.isFinished()).isTrue();
        }
    }

    @Nested
    class AGrant {
        @Test
        void isToldWithTheTrustOfTheBeatThatFollowsIt() {
            member.claim(1, KEY);
            install(0, view);

            grant(1, KEY, 7);

            assertThat(granted()).contains(new Output.Granted(1, 1, KEY, 7, at(1)));
            assertThat(sent(out, A, Beat.class)).as("no quorum, nobody to ask").isEmpty();
        }

        @Test
        void thatNobodyWantsAnyMoreIsGivenBack() {
            install(0, view);
            member.claim(1, KEY);
            take(0);
            member.withdraw(1);
            take(0);

            grant(1, KEY, 7);

            assertThat(granted()).isEmpty();
            assertThat(change().releases()).containsExactly(term(KEY, 7));
        }

        @Test
        void isForTheNextClaimOnceTheFirstIsReleased() {
            long hold = running();
            member.claim(2, KEY);
            take(1);
            assertThat(out).isEmpty();

            member.release(hold, at(2));
            take(2);
            assertThat(change().releases()).containsExactly(term(KEY, 7));
            assertThat(change().wants()).containsExactly(KEY);
            grant(3, KEY, 8);
            assertThat(granted().orElseThrow().claim()).isEqualTo(2);
            member.release(granted().orElseThrow().hold(), at(4));
            take(4);
            grant(5, KEY, 9);

            assertThat(granted().orElseThrow().claim()).isEqualTo(1);
        }

        @Test
        void outlastsItsWithdrawalUntilTheRelease() {
            long hold = running();

            member.withdraw(1);
            take(2);
            assertThat(out).isEmpty();
            member.release(hold, at(2));
            member.release(hold, at(2));
            take(2);

            assertThat(change().releases()).containsExactly(term(KEY, 7));
            assertThat(change().wants()).isEmpty();
        }
    }

    @Nested
    class WithoutAQuorum {
        @Test
        void aBeatOfItsOwnExtendsAHold() {
            long hold = running();
            assertThat(member.wakeAt()).isEqualTo(2 * SECOND); // the report is due sooner than the beat

            member.tick(at(3));
            take(3);

            assertThat(only(out, Output.Trusted.class)).containsExactly(new Output.Trusted(at(3), List.of(hold)));
        }

        @Test
        void aNodeThatWasFrozenForALeaseKnowsItFirst() {
            running();

            member.tick(at(11));
            take(11);

            assertThat(lost()).containsExactly(Loss.EXPIRED);
            assertThat(only(out, Output.Trusted.class)).isEmpty();
        }

        @Test
        void aMachineThatWasSuspendedKnowsItFirst() {
            running();

            member.tick(new Moment(2 * SECOND, 9 * SECOND, 0));
            take(2);

            assertThat(lost()).containsExactly(Loss.EXPIRED);
        }

        @Test
        void aFrozenNodeReportsAsEndingWhatItRan() {
            running();

            install(20, view(6, C, B));

            assertThat(report().holds()).containsExactly(new Held(KEY, 7, at(1).wall(), Stage.ENDING));
            assertThat(lost()).containsExactly(Loss.EXPIRED);
        }

        @Test
        void aHoldThatTheNewCoordinatorDoesNotConfirmEndsWithItsLease() {
            running();
            install(3, view(6, C, B));
            assertThat(report().holds()).containsExactly(new Held(KEY, 7, at(1).wall(), Stage.RUNNING));

            member.tick(at(5));
            take(5);
            assertThat(only(out, Output.Trusted.class)).isEmpty();
            member.tick(at(11));
            take(11);

            assertThat(lost()).containsExactly(Loss.EXPIRED);
        }

        @Test
        void aHoldThatTheNewCoordinatorConfirmsGoesOn() {
            long hold = running();
            install(3, view(6, C, B));

            confirm(4, KEY, 7);

            assertThat(only(out, Output.Trusted.class)).containsExactly(new Output.Trusted(at(4), List.of(hold)));
        }

        @Test
        void E4_aConflictStopsTheChildAndTheClaimGoesBackToTheQueue() {
            long hold = running();
            Contender winner = new Contender("node-3", new UUID(3, 3), 5, Member.instant(at(0.5).wall()));

            member.revokes(
                    new Revokes(
                            view.id(), List.of(new Revoked(KEY, 7, Loss.CONFLICT, Optional.of(new Rival(C, winner))))),
                    at(2));
            take(2);
            assertThat(lost()).containsExactly(Loss.CONFLICT);
            assertThat(sent(out, A, Change.class)).isEmpty();
            member.release(hold, at(3));
            take(3);

            assertThat(change().releases()).containsExactly(term(KEY, 7));
            assertThat(change().wants()).containsExactly(KEY);
            Overlap receipt = only(out, Output.Overlapping.class)
                    .findFirst()
                    .orElseThrow()
                    .overlap();
            assertThat(receipt.winner()).isEqualTo(winner);
            assertThat(receipt.loser().node()).isEqualTo("node-2");
            assertThat(receipt.length()).isEqualTo(Duration.ofSeconds(2));
            assertThat(sent(out, C, Overlapped.class))
                    .extracting(Overlapped::overlap)
                    .containsExactly(receipt);
        }

        @Test
        void isToldThatItsSettingsAreNotTheOthers() {
            install(0, view);

            member.refuses(new Refuses(view.id(), new Who("node-1", new UUID(1, 1), 5000, 0)));
            take(0);

            assertThat(only(out, Output.Trouble.class)
                            .findFirst()
                            .orElseThrow()
                            .problem()
                            .orElseThrow()
                            .code())
                    .isEqualTo("LEASE_DIFFERS");
            install(1, view(6, C, B));
            assertThat(only(out, Output.Trouble.class).findFirst().orElseThrow().problem())
                    .isEmpty();
        }

        @Test
        void losesEverythingWhenItIsInNoViewAnyMore() {
            long hold = running();

            member.left(Loss.DISCONNECTED);
            take(2);
            assertThat(lost()).containsExactly(Loss.DISCONNECTED);
            member.release(hold, at(3));
            take(3);
            assertThat(out).isEmpty();
            install(4, view(9, B));

            assertThat(report().wants()).containsExactly(KEY);
        }

        @Test
        void E10_asksTheCoordinatorOfEachViewUntilItIsAnswered() {
            member.ask(4, KEY);
            install(0, view);
            assertThat(sent(out, A, Ask.class)).hasSize(1);
            install(1, view(6, C, B));
            assertThat(sent(out, C, Ask.class)).hasSize(1);

            member.told(new Told(view.id(), 4, Optional.empty()));
            member.told(new Told(view.id(), 4, Optional.empty()));
            take(1);

            assertThat(out).containsExactly(new Output.Answered(4, Optional.empty()));
        }
    }

    @Nested
    class WithAQuorum {
        WithAQuorum() {
            rules = Cast.TWO_OF_THREE;
            member = new Member(rules, who(B, rules), new Highest());
        }

        @Test
        void nothingStartsBeforeARoundAfterTheGrant() {
            member.claim(1, KEY);
            install(0, view);
            grant(1, KEY, 7);
            assertThat(granted()).isEmpty();
            assertThat(sent(out, A, Beat.class)).hasSize(1);

            acknowledge(2, C);

            assertThat(granted().orElseThrow().trust())
                    .as("counted from the sending")
                    .isEqualTo(at(1));
        }

        @Test
        void aRoundThatTookALeasePermitsNothing() {
            member.claim(1, KEY);
            install(0, view);
            grant(1, KEY, 7);

            acknowledge(11, C);

            assertThat(granted()).isEmpty();
        }

        @Test
        void anEarlierBeatSaysNothingOfALaterGrant() {
            running();
            member.claim(2, OTHER);
            member.tick(at(3));
            take(3);
            long before = sent(out, C, Beat.class).get(0).number();
            grant(3.5, OTHER, 8);

            member.ack(C, new Ack(view.id(), before, 0), at(4));
            take(4);
            assertThat(granted()).isEmpty();
            member.ack(C, new Ack(view.id(), before + 1, 0), at(4));
            take(4);

            assertThat(granted()).isPresent();
        }

        @Test
        void aHoldIsExtendedByAQuorumOnly() {
            running();
            member.tick(at(3));
            take(3);
            assertThat(only(out, Output.Trusted.class)).isEmpty();

            acknowledge(4, A);

            assertThat(only(out, Output.Trusted.class).findFirst().orElseThrow().trust())
                    .isEqualTo(at(3));
        }

        @Test
        void E6_withoutAQuorumTheChildEndsWithItsLease() {
            running();
            install(3, view(6, B));
            assertThat(only(out, Output.Trouble.class).findFirst().orElseThrow().problem())
                    .hasValueSatisfying(problem -> assertThat(problem.code()).isEqualTo("NO_QUORUM"));
            confirm(3, KEY, 7);
            member.tick(at(10.9));
            take(10.9);
            assertThat(lost()).isEmpty();

            member.tick(at(11));
            take(11);

            assertThat(lost()).containsExactly(Loss.EXPIRED);
        }

        @Test
        void aBeatIsAcknowledgedInItsOwnViewOnly() {
            install(0, view);

            member.beat(C, new Beat(view.id(), 3, 0));
            take(0);
            assertThat(sent(out, C, Ack.class)).containsExactly(new Ack(view.id(), 3, 0));
            member.beat(C, new Beat(new ViewId(4, A), 4, 0));
            take(0);

            assertThat(out).isEmpty();
        }

        @Test
        void aGrantUnderWhichNothingRunsIsForgottenInANewView() {
            member.claim(1, KEY);
            install(0, view);
            grant(1, KEY, 7);
            long old = sent(out, C, Beat.class).get(0).number();

            install(2, view(6, C, B));
            assertThat(report().holds()).isEmpty();
            assertThat(report().wants()).containsExactly(KEY);
            member.ack(C, new Ack(view.id(), old, 0), at(2));
            confirm(2, KEY, 7);

            assertThat(granted()).isEmpty();
        }

        @Test
        void inANewViewAHoldIsExtendedOnlyAfterItsConfirmation() {
            long hold = running();
            install(3, view(6, C, B));
            member.tick(at(5));
            take(5);
            assertThat(sent(out, C, Beat.class)).isEmpty();

            confirm(6, KEY, 7);
            acknowledge(7, C);

            assertThat(only(out, Output.Trusted.class)).containsExactly(new Output.Trusted(at(6), List.of(hold)));
        }

        @Test
        void aViewThatTwoQuorumsFitInIsTrouble() {
            install(0, view(6, A, B, C, new Peer(4, 4)));

            assertThat(only(out, Output.Trouble.class).findFirst().orElseThrow().problem())
                    .hasValueSatisfying(problem -> assertThat(problem.code()).isEqualTo("TOO_MANY_MEMBERS"));
        }
    }
}
