package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What counts of what the ledger says: rule 7 of the specification in {@code docs/spec}. */
class LedgerViewTest {
    private static final LockId KEY = LockId.of(42);

    /** A history as {@code "system/timeline"}, or null for an empty text. */
    private static Lineage lineage(String text) {
        String[] both = text == null ? new String[0] : text.split("/", -1);
        return both.length == 0 ? null : new Lineage(Long.parseLong(both[0]), Long.parseLong(both[1]));
    }

    private static Lease lease(int seconds) {
        return Lease.of(Duration.ofSeconds(seconds));
    }

    /** The server is in history 7/3, the ceiling is 30 s, the row's lease is 5 s. */
    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            CLEAN | 7/3 |     | 10 | 0  | the child was seen to be down, and nobody ran since
            CLEAN | 7/3 | 7/3 | 10 | 0  | whether or not the namespace is open
            CLEAN | 7/2 |     | 10 | 30 | a later term may have been lost with the promotion
            CLEAN | 7/2 | 7/3 | 10 | 30 | and open is about terms without a row
            CLEAN | 7/4 |     | 10 | 30 | a timeline that this server never was on
            CLEAN | 8/3 |     | 10 | 30 | another server's timeline of the same number
            NONE  | 7/3 |     | 10 | 5  | its child is down when its own lease is over
            NONE  | 7/3 | 7/3 | 10 | 5  | open or not
            NONE  | 7/2 |     | 10 | 30 | a later term with a longer lease may have been lost
            LOST  | 7/3 |     | 10 | 30 | the term after it is gone
                  |     |     | 10 | 30 | nobody says that it never ran
                  |     | 7/3 | 10 | 0  | it has never run, or was clean so long ago that it is forgotten
                  |     | 7/2 | 10 | 30 | it was open before the promotion
                  |     | 8/3 | 10 | 30 | it was open on the server that this one's data came from
                  |     |     | 60 | 60 | never less than one's own
            CLEAN | 7/2 |     | 60 | 60 | never less than one's own
            NONE  | 7/3 |     | 60 | 5  | the holder's, though one's own is longer
            """)
    void tellsWhatLeaseAnEarlierChildMayHaveLeft(
            LedgerRow.End end, String written, String open, int own, int left, String why) {
        Map<LockId, LedgerRow> last =
                end == null ? Map.of() : Map.of(KEY, new LedgerRow(end, lease(5), lineage(written), "relay"));
        LedgerView view = new LedgerView(lineage("7/3"), lineage(open), lease(30), last);

        assertThat(view.leaseLeft(KEY, lease(own)))
                .as(why)
                .isEqualTo(left == 0 ? Optional.empty() : Optional.of(lease(left)));
    }
}
