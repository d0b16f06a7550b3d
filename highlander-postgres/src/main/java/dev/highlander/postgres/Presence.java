package dev.highlander.postgres;

import dev.highlander.lock.Key;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * What a node has to do with a key, as it tells whoever asks.
 *
 * @param lock the key's lock
 * @param key the key
 * @param standing what it is to the node
 * @param token the term's token, where the node runs it
 * @param since since when, where the node runs it
 */
record Presence(LockId lock, Key key, Standing standing, OptionalLong token, Optional<Instant> since) {
    enum Standing {
        /** The node wants it. */
        WAITING,
        /** The node holds it and does not run it yet, or not any more. */
        HOLDING,
        /** The node may run it. */
        RUNNING
    }

    /** The key's text comes last, since it may have blanks. */
    String wire(long nonce) {
        return "here " + nonce + " " + lock.wire() + " " + standing + " " + token.orElse(-1) + " "
                + since.map(Instant::toEpochMilli).orElse(-1L) + " " + key;
    }

    /** Reads what {@link #wire} writes; null for anything else, and for the answer to another question. */
    static @Nullable Presence parse(String payload, long nonce) {
        String[] words = payload.split(" ", 7);
        if (words.length < 7 || !words[0].equals("here") || !words[1].equals(Long.toString(nonce))) {
            return null;
        }
        try {
            LockId lock = LockId.parse(words[2]);
            long token = Long.parseLong(words[4]);
            long since = Long.parseLong(words[5]);
            return lock == null
                    ? null
                    : new Presence(
                            lock,
                            Key.parse(words[6]),
                            Standing.valueOf(words[3]),
                            token < 0 ? OptionalLong.empty() : OptionalLong.of(token),
                            since < 0 ? Optional.empty() : Optional.of(Instant.ofEpochMilli(since)));
        } catch (IllegalArgumentException e) {
            return null;
        }
    }
}
