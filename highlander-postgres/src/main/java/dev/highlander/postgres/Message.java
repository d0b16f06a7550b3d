package dev.highlander.postgres;

import org.jspecify.annotations.Nullable;

/** What nodes of a namespace tell each other, as the payload of a notification: words with a blank between. */
sealed interface Message {
    /** So that its sender can tell what was said before from what was said after. */
    record Mark(long nonce) implements Message {}

    /** A child is about to be started: of this lock and term, under a lease of that many milliseconds. */
    record Run(LockId lock, long token, long leaseMillis) implements Message {}

    /** The child of this term, and all that came of it, is down. */
    record Clean(LockId lock, long token) implements Message {}

    /** The lock was given back. */
    record Free(LockId lock) implements Message {}

    /** Somebody asks who holds and who waits. */
    record Who(long nonce) implements Message {}

    /** Null for what is none of these: a later version's message, or somebody else's. */
    static @Nullable Message parse(String payload) {
        String[] words = payload.split(" ", -1);
        try {
            return switch (words[0]) {
                case "mark" -> words.length < 2 ? null : new Mark(Long.parseLong(words[1]));
                case "who" -> words.length < 2 ? null : new Who(Long.parseLong(words[1]));
                case "run" ->
                    words.length < 4
                            ? null
                            : about(
                                    words[1],
                                    lock -> new Run(lock, Long.parseLong(words[2]), Long.parseLong(words[3])));
                case "clean" ->
                    words.length < 3 ? null : about(words[1], lock -> new Clean(lock, Long.parseLong(words[2])));
                case "free" -> words.length < 2 ? null : about(words[1], Free::new);
                default -> null;
            };
        } catch (NumberFormatException e) {
            return null;
        }
    }

    private static @Nullable Message about(String wire, java.util.function.Function<LockId, Message> make) {
        LockId lock = LockId.parse(wire);
        return lock == null ? null : make.apply(lock);
    }
}
