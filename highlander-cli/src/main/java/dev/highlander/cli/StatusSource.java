package dev.highlander.cli;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Answers who holds what. */
interface StatusSource {
    /**
     * All keys that someone holds or waits for.
     *
     * @throws FailedException if nobody can be asked
     */
    List<Row> read();

    /**
     * A key and who has to do with it.
     *
     * @param node who holds it, unless nobody does
     * @param waiting who wants it; empty where that can't be known
     */
    record Row(
            String key,
            Optional<String> node,
            Optional<Instant> since,
            OptionalLong token,
            Optional<String> address,
            Optional<List<String>> waiting) {}
}
