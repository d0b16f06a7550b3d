package dev.highlander.cluster;

import static dev.highlander.cluster.Cast.A;
import static dev.highlander.cluster.Cast.B;
import static dev.highlander.cluster.Cast.C;
import static dev.highlander.cluster.Cast.KEY;
import static dev.highlander.cluster.Cast.RULES;
import static dev.highlander.cluster.Cast.at;
import static dev.highlander.cluster.Cast.only;
import static dev.highlander.cluster.Cast.sent;
import static dev.highlander.cluster.Cast.term;
import static dev.highlander.cluster.Cast.view;
import static dev.highlander.cluster.Cast.who;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Overlapped;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.lock.Key;
import java.time.Instant;
import java.util.List;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class ClusterProtocolTest {
    private final ClusterProtocol node = node(RULES);

    private static ClusterProtocol node(ClusterRules rules) {
        return new ClusterProtocol(rules, who(B, rules), ConflictResolver.oldestTerm(), 0);
    }

    private List<Output> take(double now) {
        return node.take(at(now));
    }

    private static Grants grants(ClusterView view) {
        return new Grants(view.id(), 1, List.of(term(KEY, 7)));
    }

    @Test
    void E8_aNodeThatIsAloneGrantsItselfItsKeysOnceTheTimeToFindOthersIsOver() {
        node.claim(1, KEY);
        node.installed(B, view(0, B), at(0.5));
        assertThat(take(0.5)).isEmpty();
        assertThat(node.wakeAt()).isEqualTo(2 * Cast.SECOND);

        node.tick(at(2));

        assertThat(only(take(2), Output.Granted.class)).hasSize(1);
    }

    @Test
    void E8_aNodeThatHasMetOthersDoesNotWaitForThemAgain() {
        node.claim(1, KEY);
        node.installed(B, view(0, B), at(0));
        node.installed(B, view(1, B, C), at(0.5));
        take(0.5);
        node.installed(B, view(2, B), at(1));

        assertThat(only(take(1), Output.Granted.class)).hasSize(1);
    }

    @Test
    void aMessageOfAViewThatIsYetToComeWaitsForIt() {
        node.claim(1, KEY);
        node.installed(B, view(1, A, B), at(0));
        ClusterView next = view(2, C, B);
        node.heard(C, grants(next), at(0));
        assertThat(only(take(0), Output.Granted.class)).isEmpty();

        node.installed(B, next, at(1));

        assertThat(only(take(1), Output.Granted.class)).hasSize(1);
    }

    @Test
    void aMessageOfAnotherViewIsVoid() {
        node.claim(1, KEY);
        node.installed(B, view(3, A, B), at(0));
        take(0);

        node.heard(A, grants(view(2, A, B)), at(0));
        node.heard(A, grants(view(3, C, B)), at(0));

        assertThat(take(0)).isEmpty();
    }

    @Test
    void aGrantFromAnybodyButTheCoordinatorIsVoid() {
        node.claim(1, KEY);
        ClusterView view = view(3, A, B, C);
        node.installed(B, view, at(0));
        take(0);

        node.heard(C, grants(view), at(0));
        node.heard(new Peer(9, 9), grants(view), at(0));

        assertThat(take(0)).isEmpty();
    }

    @Test
    void aReportToWhoIsNotTheCoordinatorIsVoid() {
        ClusterView view = view(3, A, B, C);
        node.installed(B, view, at(0));
        take(0);

        node.heard(C, new Report(view.id(), 1, 0, who(C, RULES), 0, List.of(), List.of(KEY)), at(0));

        assertThat(take(0)).isEmpty();
    }

    @Test
    void messagesOfViewsThatNeverComeDoNotPileUp() {
        for (int i = 0; i < 100_000; i++) {
            node.heard(C, grants(view(9, C, B)), at(0));
        }
        node.installed(B, view(10, B, C), at(0));

        assertThat(sent(take(0), C, Report.class)).isEmpty();
    }

    @Test
    void E7_aReceiptIsPassedOnWhateverTheView() {
        Contender one = new Contender("a", new UUID(1, 1), 1, Instant.EPOCH);
        Overlap overlap = new Overlap(Key.of("k"), one, one, Instant.EPOCH, Instant.EPOCH);

        node.heard(C, new Overlapped(view(9, C, B).id(), overlap), at(0));

        assertThat(take(0)).containsExactly(new Output.Overlapping(overlap));
    }
}
