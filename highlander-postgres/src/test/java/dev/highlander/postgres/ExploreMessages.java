package dev.highlander.postgres;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Requests, replies and notifications as small numbers, for the state of the world, and back. */
@SuppressWarnings("OperatorPrecedence") // states are packed into bits
final class ExploreMessages {
    static final int TRY = 1;
    static final int MARK = 2;
    static final int RUN = 3;
    static final int UNLOCK = 4;
    /** A check by a node that says it holds nothing. */
    static final int BEAT_WITHOUT = 5;
    /** A check by a node that says it holds the key. */
    static final int BEAT_WITH = 6;

    private static final int CLEAN = 8;

    static final int GOT = 1;
    static final int NOT_GOT = 2;
    static final int GOOD = 3;
    static final int BAD = 4;
    static final int DID = 5;
    static final int DID_NOT = 6;
    static final int RAN_NOTHING = 7;

    private static final int RAN = 8;

    static final int RUNS = 0;
    static final int IS_CLEAN = 1;
    static final int IS_FREE = 2;
    static final int MARKS = 3;

    /** The most terms of the key, so that all these numbers stay small. */
    static final int TERMS = 7;
    /** The sender of what was said before it all began. */
    static final int EARLIER = 7;

    private static final List<LockId> LOCKS = List.of(ExploreNode.LOCK);

    private final String without = digest(false);
    private final String with = digest(true);
    private final long leaseMillis;

    ExploreMessages(ExploreConfig config) {
        leaseMillis = config.lease().length().toMillis();
    }

    private static String digest(boolean held) {
        TreeSet<LockId> locks = new TreeSet<>(LockId.SERVER_ORDER);
        locks.add(ExploreNode.LEASE_LOCK);
        if (held) {
            locks.add(ExploreNode.LOCK);
        }
        return Digest.of(locks);
    }

    int numberOf(Request request) {
        if (request instanceof Request.Beat beat) {
            if (!beat.digest().equals(with) && !beat.digest().equals(without)) {
                throw new IllegalStateException("A digest of something else.");
            }
            return beat.digest().equals(with) ? BEAT_WITH : BEAT_WITHOUT;
        }
        if (request instanceof Request.Clean clean) {
            return CLEAN + (int) clean.terms().get(0).token();
        }
        if (request instanceof Request.Run) {
            return RUN;
        }
        if (request instanceof Request.Try) {
            return TRY;
        }
        return request instanceof Request.Mark ? MARK : UNLOCK;
    }

    static boolean isClean(int request) {
        return request >= CLEAN;
    }

    /** The token of the term that a clean is about. */
    static int tokenOf(int clean) {
        return clean - CLEAN;
    }

    static int ran(int token) {
        return RAN + token;
    }

    Reply reply(int number) {
        return switch (number) {
            case GOT -> new Reply.Got(Set.copyOf(LOCKS), true);
            case NOT_GOT -> new Reply.Got(Set.of(), true);
            case GOOD -> new Reply.Checked(true);
            case BAD -> new Reply.Checked(false);
            case DID -> new Reply.Did(Set.copyOf(LOCKS));
            case DID_NOT -> new Reply.Did(Set.of());
            case RAN_NOTHING -> new Reply.Ran(Map.of());
            default -> new Reply.Ran(Map.of(ExploreNode.LOCK, (long) (number - RAN)));
        };
    }

    /** A backend's number. */
    static int pid(int slot) {
        return slot + 1;
    }

    /** A notification: never zero, and below 256. */
    static int notification(int kind, int slot, int token) {
        return kind | slot << 2 | token << 5;
    }

    List<Wire.Notification> notifications(List<Integer> numbers, ExploreNode node) {
        return numbers.stream()
                .map(number -> new Wire.Notification(pid(number >> 2 & 7), payload(number, node.nonce())))
                .toList();
    }

    private String payload(int number, long nonce) {
        String lock = ExploreNode.LOCK.wire();
        return switch (number & 3) {
            case RUNS -> "run " + lock + " " + (number >> 5) + " " + leaseMillis;
            case IS_CLEAN -> "clean " + lock + " " + (number >> 5);
            case IS_FREE -> "free " + lock;
            default -> "mark " + nonce;
        };
    }

    String text(int number) {
        int token = number >> 5;
        return switch (number & 3) {
            case RUNS -> "run " + token;
            case IS_CLEAN -> "clean " + token;
            case IS_FREE -> "free";
            default -> "its mark";
        };
    }

    static String requestText(int number) {
        return switch (number) {
            case TRY -> "try";
            case MARK -> "mark";
            case RUN -> "run";
            case UNLOCK -> "unlock";
            case BEAT_WITHOUT, BEAT_WITH -> "beat";
            default -> "clean " + tokenOf(number);
        };
    }

    static String replyText(int number) {
        return switch (number) {
            case GOT -> "got it";
            case NOT_GOT -> "not got";
            case GOOD -> "good";
            case BAD -> "not good";
            case DID -> "done";
            case DID_NOT -> "not done: no lock";
            case RAN_NOTHING -> "no token: no lock";
            default -> "token " + (number - RAN);
        };
    }
}
