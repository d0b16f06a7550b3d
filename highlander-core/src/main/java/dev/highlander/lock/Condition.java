package dev.highlander.lock;

import java.util.Optional;

/**
 * How a lock service is.
 *
 * @param phase what it is doing
 * @param problem what stands in its way: always there when refused; while connecting, why the last attempt failed
 */
public record Condition(Phase phase, Optional<Problem> problem) {
    /** What a lock service is doing. */
    public enum Phase {
        /** Not connected, and trying. */
        CONNECTING,
        /** Connected; claims are granted. */
        READY,
        /** Connected to something that can't be relied on, or refused by it; tried again at long intervals. */
        REFUSED,
        /** Closed. */
        CLOSED
    }

    public static Condition connecting() {
        return new Condition(Phase.CONNECTING, Optional.empty());
    }

    public static Condition connecting(Problem last) {
        return new Condition(Phase.CONNECTING, Optional.of(last));
    }

    public static Condition ready() {
        return new Condition(Phase.READY, Optional.empty());
    }

    public static Condition refused(Problem why) {
        return new Condition(Phase.REFUSED, Optional.of(why));
    }

    public static Condition closed() {
        return new Condition(Phase.CLOSED, Optional.empty());
    }

    /**
     * What is wrong and what to do about it.
     *
     * @param code a stable name, such as {@code POOLER}
     * @param what what is wrong, in a sentence
     * @param remedy what to do, in a sentence
     */
    public record Problem(String code, String what, String remedy) {
        @Override
        public String toString() {
            return what + " " + remedy + " [" + code + "]";
        }
    }
}
