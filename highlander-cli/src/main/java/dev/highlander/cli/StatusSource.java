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
     * @param state {@code running}, {@code held} (it settles, or stops), {@code silent} (the holder does not answer), or
     *     {@code wanted} (no node holds it)
     * @param node who holds it, unless nobody does
     * @param waiting who wants it; empty where that can't be known
     */
    record Row(
            String key,
            String state,
            Optional<String> node,
            Optional<Instant> since,
            OptionalLong token,
            Optional<String> address,
            Optional<List<String>> waiting) {}
}
