package dev.highlander.cluster;

import static dev.highlander.cluster.Cast.A;
import static dev.highlander.cluster.Cast.B;
import static dev.highlander.cluster.Cast.C;
import static dev.highlander.cluster.Cast.KEY;
import static dev.highlander.cluster.Cast.OTHER;
import static dev.highlander.cluster.Cast.RULES;
import static dev.highlander.cluster.Cast.SECOND;
import static dev.highlander.cluster.Cast.at;
import static dev.highlander.cluster.Cast.held;
import static dev.highlander.cluster.Cast.only;
import static dev.highlander.cluster.Cast.sent;
import static dev.highlander.cluster.Cast.term;
import static dev.highlander.cluster.Cast.view;
import static dev.highlander.cluster.Cast.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cluster.ClusterMessage.Ask;
import dev.highlander.cluster.ClusterMessage.Change;
import dev.highlander.cluster.ClusterMessage.Confirms;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Held;
import dev.highlander.cluster.ClusterMessage.Refuses;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.cluster.ClusterMessage.Revokes;
import dev.highlander.cluster.ClusterMessage.Stage;
import dev.highlander.cluster.ClusterMessage.Term;
import dev.highlander.cluster.ClusterMessage.Told;
import dev.highlander.cluster.ClusterMessage.Who;
import dev.highlander.lock.Loss;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class RegistryTest {
    private static final double SETTLE = 12.5;

    private ClusterView view = view(5, A, B, C);
    private ClusterRules rules = RULES;
    private ConflictResolver resolver = ConflictResolver.oldestTerm();
    private Registry registry = registry(0);
    private final List<Output> out = new ArrayList<>();

    private Registry registry(long notBefore) {
        return new Registry(rules, view, who(A, rules), resolver, new Highest(), 0, notBefore);
    }

    private void report(double now, Peer from, List<Held> holds, ClusterKey... wants) {
        report(now, from, 1, 0, holds, wants);
    }

    private void report(double now, Peer from, long number, long heard, List<Held> holds, ClusterKey... wants) {
        registry.report(
                from, new Report(view.id(), number, heard, who(from, rules), 0, holds, List.of(wants)), at(now));
        take();
    }

    private void change(double now, Peer from, List<Term> releases, List<ClusterKey> unwants, List<ClusterKey> wants) {
        registry.change(from, new Change(view.id(), releases, unwants, wants, 0), at(now));
        take();
    }

    private void take() {
        out.clear();
        out.addAll(registry.take());
    }

    private void allReport(ClusterKey... wants) {
        report(0, A, List.of(), wants);
        report(0, B, List.of(), wants);
        report(0, C, List.of(), wants);
    }

    private List<Term> granted(Peer to) {
        return sent(out, to, Grants.class).stream()
                .flatMap(grants -> grants.terms().stream())
                .toList();
    }

    private List<Term> confirmed(Peer to) {
        return sent(out, to, Confirms.class).stream()
                .flatMap(confirms -> confirms.terms().stream())
                .toList();
    }

    private List<Term> revoked(Peer to) {
        return sent(out, to, Revokes.class).stream()
                .flatMap(revokes -> revokes.terms().stream())
                .map(each -> term(each.key(), each.token()))
                .toList();
    }

    private static List<Held> running(ClusterKey key, long token) {
        return List.of(held(key, token, Stage.RUNNING));
    }

    @Nested
    class WithoutAQuorum {
        @Test
        void nothingIsGrantedBeforeAllMembersHaveReported() {
            report(0, A, List.of(), KEY);
            assertThat(granted(A)).isEmpty();
            report(0, B, List.of(), KEY);
            assertThat(granted(A)).isEmpty();

            report(0, C, List.of());

            assertThat(granted(A)).extracting(Term::key).containsExactly(KEY);
            assertThat(granted(B)).isEmpty();
        }

        @Test
        void aMemberThatIsSilentHoldsNothingUpForLongerThanASettle() {
            report(0, A, List.of(), KEY);
            report(0, B, List.of());
            assertThat(registry.wakeAt()).isEqualTo((long) (SETTLE * SECOND));
            registry.tick(at(SETTLE - 0.1));
            take();
            assertThat(out).isEmpty();

            registry.tick(at(SETTLE));
            take();

            assertThat(granted(A)).extracting(Term::key).containsExactly(KEY);
            assertThat(registry.wakeAt()).isEqualTo(Long.MAX_VALUE);
        }

        @Test
        void E8_nothingIsGrantedBeforeTheTimeToFindOthersIsOver() {
            view = view(0, A);
            registry = registry(2 * SECOND);
            report(0, A, List.of(), KEY);
            assertThat(out).extracting(Object::getClass).doesNotContain(Grants.class);
            assertThat(granted(A)).isEmpty();
            assertThat(registry.wakeAt()).isEqualTo(2 * SECOND);

            registry.tick(at(2));
            take();

            assertThat(granted(A)).hasSize(1);
        }

        @Test
        void whoHasWaitedLongestIsNext() {
            allReport(KEY);
            report(0, A, 2, 1, List.of(held(KEY, 1, Stage.STARTING)));
            Term first = firstTerm(A);

            change(1, A, List.of(first), List.of(), List.of(KEY));
            Term second = granted(B).get(0);
            change(2, B, List.of(second), List.of(), List.of());
            Term third = granted(C).get(0);
            change(3, C, List.of(third), List.of(), List.of());

            assertThat(granted(A)).hasSize(1);
            assertThat(List.of(
                            first.token(),
                            second.token(),
                            third.token(),
                            granted(A).get(0).token()))
                    .isSorted()
                    .doesNotHaveDuplicates();
        }

        private Term firstTerm(Peer of) {
            registry = registry(0);
            allReport(KEY);
            return granted(of).get(0);
        }

        @Test
        void whoWantsNoMoreIsPassedOver() {
            allReport(KEY);
            Term first = firstTerm(A);
            change(1, B, List.of(), List.of(KEY), List.of());

            change(1, A, List.of(first), List.of(), List.of());

            assertThat(granted(B)).isEmpty();
            assertThat(granted(C)).hasSize(1);
        }

        @Test
        void onlyTheTermThatIsHeldCanBeReleased() {
            Term first = firstTerm(A);

            change(1, A, List.of(term(KEY, first.token() - 1)), List.of(), List.of());
            change(1, B, List.of(first), List.of(), List.of());

            assertThat(granted(B)).isEmpty();
        }

        @Test
        void whatAMemberRunsWhenItReportsGoesOn() {
            report(0, A, List.of(), KEY);
            report(0, B, running(KEY, 7), OTHER);
            assertThat(confirmed(B)).containsExactly(term(KEY, 7));
            report(0, C, List.of(), KEY, OTHER);

            assertThat(granted(A)).isEmpty();
            assertThat(granted(B)).extracting(Term::key).containsExactly(OTHER);
        }

        @Test
        void aKeyWhoseChildIsNotYetDownIsNotGranted() {
            report(0, A, List.of(), KEY);
            report(0, B, List.of(held(KEY, 7, Stage.ENDING)));
            report(0, C, List.of());
            assertThat(granted(A)).isEmpty();
            assertThat(confirmed(B)).isEmpty();

            change(1, B, List.of(term(KEY, 7)), List.of(), List.of());

            assertThat(granted(A)).hasSize(1);
        }

        @Test
        void tokensAreHigherThanAnyThatSomebodyReports() {
            report(0, A, List.of(), OTHER);
            long high = at(0).wall() + 1_000_000;
            report(0, B, running(KEY, high));
            report(0, C, List.of());

            assertThat(granted(A).get(0).token()).isGreaterThan(high);
        }

        @Test
        void aTokenThatNoNodeCanHaveGivenIsNotBelieved() {
            report(0, A, List.of(), OTHER);
            report(0, B, running(KEY, Long.MAX_VALUE));
            report(0, C, List.of());

            assertThat(granted(A).get(0).token()).isEqualTo(at(0).wall());
        }

        @Test
        void E4_ofTwoThatRunTheOldestTermGoesOnOnceAllHaveReported() {
            report(0, A, List.of(), KEY);
            report(0, B, running(KEY, 9));
            report(0, C, running(KEY, 7));

            assertThat(revoked(B)).containsExactly(term(KEY, 9));
            assertThat(revoked(C)).isEmpty();
            assertThat(confirmed(C)).containsExactly(term(KEY, 7));
            assertThat(sent(out, B, Revokes.class).get(0).terms().get(0).why()).isEqualTo(Loss.CONFLICT);
            assertThat(sent(out, B, Revokes.class)
                            .get(0)
                            .terms()
                            .get(0)
                            .winner()
                            .orElseThrow())
                    .extracting(
                            rival -> rival.peer(), rival -> rival.contender().token())
                    .containsExactly(C, 7L);

            change(1, B, List.of(term(KEY, 9)), List.of(), List.of(KEY));
            assertThat(granted(A)).isEmpty();
            change(2, C, List.of(term(KEY, 7)), List.of(), List.of());
            assertThat(granted(A)).hasSize(1);
        }

        @Test
        void E4_threeThatRunAreDecidedAtOnceWhoeverReportsFirst() {
            for (List<Peer> order : List.of(List.of(A, B, C), List.of(C, B, A), List.of(B, A, C))) {
                registry = registry(0);
                List<Output> all = new ArrayList<>();
                for (Peer each : order) {
                    report(0, each, running(KEY, 10 + each.high()));
                    all.addAll(out);
                }
                out.clear();
                out.addAll(all);

                assertThat(revoked(A)).isEmpty();
                assertThat(revoked(B)).containsExactly(term(KEY, 12));
                assertThat(revoked(C)).containsExactly(term(KEY, 13));
            }
        }

        @Test
        void E5_anotherResolverDecides() {
            resolver = (key, terms) -> terms.stream()
                    .filter(term -> term.node().equals("node-2"))
                    .findFirst()
                    .orElseThrow();
            registry = registry(0);
            report(0, A, running(KEY, 1));
            report(0, B, running(KEY, 2));
            report(0, C, List.of());

            assertThat(revoked(A)).containsExactly(term(KEY, 1));
            assertThat(revoked(B)).isEmpty();
        }

        @Test
        void E5_aResolverThatFailsIsToldOfAndTheOldestTermWins() {
            for (ConflictResolver broken : List.<ConflictResolver>of(
                    (key, terms) -> {
                        throw new IllegalStateException("thrown on purpose by a resolver");
                    },
                    (key, terms) -> new Contender(
                            "nobody", new UUID(0, 0), 1, terms.get(0).since()))) {
                resolver = broken;
                registry = registry(0);
                report(0, A, running(KEY, 2));
                report(0, B, running(KEY, 1));
                report(0, C, List.of());

                assertThat(revoked(A)).containsExactly(term(KEY, 2));
                assertThat(revoked(B)).isEmpty();
            }
        }

        @Test
        void aConflictWithAMemberThatIsSilentForLongIsDecidedWithoutIt() {
            report(0, A, running(KEY, 2));
            report(0, B, running(KEY, 1));
            assertThat(revoked(A)).isEmpty();

            registry.tick(at(SETTLE));
            take();
            assertThat(revoked(A)).containsExactly(term(KEY, 2));

            report(20, C, running(KEY, 0));
            assertThat(revoked(B)).containsExactly(term(KEY, 1));
        }

        @Test
        void aReportThatCrossesAGrantDoesNotTakeItBack() {
            report(0, A, List.of());
            report(0, C, List.of());
            report(0, B, List.of(), KEY);
            Term term = granted(B).get(0);

            report(1, B, 2, 0, List.of(), KEY); // sent before the grant came
            assertThat(granted(B)).isEmpty();
            report(2, B, 3, 1, List.of(new Held(KEY, term.token(), 0, Stage.RUNNING)));
            assertThat(confirmed(B)).containsExactly(term);
        }

        @Test
        void aGrantThatItsMemberDoesNotReportLaterIsFreeAgain() {
            report(0, A, List.of(), KEY);
            report(0, B, List.of());
            report(0, C, List.of(), KEY);
            assertThat(granted(A)).hasSize(1);

            report(1, A, 2, 1, List.of());

            assertThat(granted(C)).hasSize(1);
        }

        @Test
        void aRepeatedReportChangesNothingButWhatHasChanged() {
            report(0, A, List.of(), KEY, OTHER);
            report(0, B, running(KEY, 7));
            report(0, C, List.of());

            report(1, A, 2, 1, List.of(held(OTHER, grantedOther(), Stage.RUNNING)), KEY);
            report(1, B, 2, 0, running(KEY, 7));
            assertThat(out).hasSize(1);
            assertThat(confirmed(B)).containsExactly(term(KEY, 7));
            report(2, B, 3, 0, List.of());
            assertThat(granted(A)).extracting(Term::key).containsExactly(KEY);
        }

        private long grantedOther() {
            return granted(A).get(0).token();
        }

        @Test
        void aMemberWithAnotherLeaseIsRefused() {
            report(0, A, List.of());
            registry.report(
                    B,
                    new Report(
                            view.id(), 1, 0, new Who("b", new UUID(2, 2), 5000, 0), 0, running(KEY, 7), List.of(KEY)),
                    at(0));
            take();

            assertThat(out).hasSize(1);
            assertThat(sent(out, B, Refuses.class)).hasSize(1);
            change(1, B, List.of(), List.of(), List.of(OTHER));
            registry.tick(at(SETTLE));
            take();
            assertThat(out).isEmpty();
        }

        @Test
        void E10_theHolderIsToldOnceAllHaveReported() {
            registry.ask(B, new Ask(view.id(), 4, KEY), at(0));
            report(0, A, List.of());
            report(0, C, running(KEY, 7));
            take();
            assertThat(sent(out, B, Told.class)).isEmpty();

            report(0, B, List.of());

            Told told = sent(out, B, Told.class).get(0);
            assertThat(told.question()).isEqualTo(4);
            assertThat(told.holder())
                    .hasValueSatisfying(holder -> assertThat(holder)
                            .extracting(Contender::node, Contender::token)
                            .containsExactly("node-3", 7L));
            registry.ask(B, new Ask(view.id(), 5, OTHER), at(0));
            take();
            assertThat(sent(out, B, Told.class).get(0).holder()).isEmpty();
        }
    }

    @Nested
    class WithAQuorum {
        WithAQuorum() {
            rules = Cast.TWO_OF_THREE;
            registry = registry(0);
        }

        @Test
        void aFreeKeyIsGrantedASettleAfterTheNthReport() {
            report(1, A, List.of(), KEY);
            registry.tick(at(100));
            take();
            assertThat(out).isEmpty();
            report(100, B, List.of());
            assertThat(registry.wakeAt()).isEqualTo((long) ((100 + SETTLE) * SECOND));
            registry.tick(at(100 + SETTLE - 0.1));
            take();
            assertThat(out).isEmpty();

            registry.tick(at(100 + SETTLE));
            take();

            assertThat(granted(A)).hasSize(1);
        }

        @Test
        void theSettleIsNotPutOffByFurtherReports() {
            report(0, A, List.of(), KEY);
            report(0, B, List.of());
            report(10, C, List.of());

            registry.tick(at(SETTLE));
            take();

            assertThat(granted(A)).hasSize(1);
        }

        @Test
        void aRunningChildIsConfirmedAtOnce() {
            report(0, A, running(KEY, 7));

            assertThat(confirmed(A)).containsExactly(term(KEY, 7));
        }

        @Test
        void onceItIsOpenAKeyThatComesFreeIsGrantedAtOnce() {
            report(0, A, running(KEY, 7));
            report(0, B, List.of(), KEY);
            registry.tick(at(SETTLE));
            take();

            change(20, A, List.of(term(KEY, 7)), List.of(), List.of());

            assertThat(granted(B)).hasSize(1);
        }

        @Test
        void aSecondHolderIsABugAndBothAreStopped() {
            report(0, A, running(KEY, 7));
            report(0, B, running(KEY, 8));

            assertThat(confirmed(B)).isEmpty();
            assertThat(revoked(A)).containsExactly(term(KEY, 7));
            assertThat(revoked(B)).containsExactly(term(KEY, 8));
            assertThat(only(out, Output.Alarm.class))
                    .singleElement()
                    .satisfies(alarm -> assertThat(alarm.problem().toString())
                            .contains("TWO_HOLDERS")
                            .contains("node-1 and node-2"));
        }

        @Test
        void aReportThatComesAfterItsKeyWasGrantedIsOfAChildThatIsDownAndNoBug() {
            report(0, A, List.of(), KEY);
            report(0, B, List.of());
            registry.tick(at(SETTLE));
            take();
            assertThat(granted(A)).hasSize(1);

            report(20, C, running(KEY, 7));

            assertThat(confirmed(C)).isEmpty();
            assertThat(revoked(C)).containsExactly(term(KEY, 7));
            assertThat(revoked(A)).isEmpty();
            assertThat(only(out, Output.Alarm.class)).isEmpty();
        }

        @Test
        void aViewThatTwoQuorumsFitInGrantsNothing() {
            view = view(5, A, B, C, new Peer(4, 4));
            registry = registry(0);
            report(0, A, running(OTHER, 7), KEY);
            assertThat(confirmed(A)).containsExactly(term(OTHER, 7));
            report(0, B, List.of());
            report(0, C, List.of());

            registry.tick(at(1000));
            take();

            assertThat(out).isEmpty();
            assertThat(registry.wakeAt()).isEqualTo(Long.MAX_VALUE);
        }
    }
}
