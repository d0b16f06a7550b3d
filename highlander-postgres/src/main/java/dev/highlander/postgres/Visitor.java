package dev.highlander.postgres;

/**
 * One connection to a {@link Lifeline}, as far as anything is decided about it: what its bytes mean, and how long it may
 * stay. No thread, no I/O, no clock; times are nanoseconds.
 */
final class Visitor {
    /** For a whole challenge, from the moment in which it could begin. */
    static final long PATIENCE = 10_000_000_000L;
    /** Without a challenge, once one was answered: a standby comes again within a lease. */
    static final long IDLE = 300_000_000_000L;
    /** A standby asks a few times a lease. */
    static final int CHALLENGES_A_SECOND = 50;

    private static final long SECOND = 1_000_000_000L;

    private final byte[] came = new byte[LifelineProof.CHALLENGE];
    private int length;
    private long deadline;
    private long second;
    private int inSecond;

    Visitor(long now) {
        deadline = now + PATIENCE;
        second = now;
    }

    /** What is to be done about a byte. */
    enum Verdict {
        /** More of the challenge has to come. */
        MORE,
        /** It is whole: {@link #challenge()} is to be answered. */
        ANSWER,
        /** It is no challenge, or one too many: the connection is to be closed. */
        FOREIGN
    }

    Verdict next(byte one, long now) {
        came[length++] = one;
        if (!LifelineProof.canBegin(came, length)) {
            return Verdict.FOREIGN;
        }
        if (length < LifelineProof.CHALLENGE) {
            deadline = length == 1 ? now + PATIENCE : deadline;
            return Verdict.MORE;
        }
        length = 0;
        deadline = now + IDLE;
        if (now - second >= SECOND) {
            second = now;
            inSecond = 0;
        }
        return ++inSecond > CHALLENGES_A_SECOND ? Verdict.FOREIGN : Verdict.ANSWER;
    }

    /** How many bytes there are up to the end of a challenge. */
    int missing() {
        return LifelineProof.CHALLENGE - length;
    }

    /** The one that was just found whole. */
    byte[] challenge() {
        return came.clone();
    }

    /** The answer can't be got rid of: it has as long as a challenge would have. */
    void answering(long now) {
        deadline = now + PATIENCE;
    }

    /** The answer is gone. */
    void answered(long now) {
        deadline = now + IDLE;
    }

    /** When the connection is to be closed if nothing more comes of it. */
    long deadline() {
        return deadline;
    }
}
