package dev.highlander.cli;

import dev.highlander.lock.Key;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Answers who held what. */
interface HistorySource {
    /**
     * The latest terms, the latest first.
     *
     * @throws FailedException if nobody can be asked
     */
    List<Row> read(Optional<Key> key, int limit);

    /**
     * A term.
     *
     * @param outcome {@code held}, {@code clean} or {@code lost}
     * @param reason why it ended, in a few words
     */
    record Row(
            String key,
            long token,
            String node,
            Optional<String> address,
            Instant started,
            Optional<Instant> ended,
            String outcome,
            Optional<String> reason) {}
}
