package dev.highlander.postgres;

/** Something that goes wrong, or that a user does. */
final class SimFault {
    private SimFault() {}

    /** The kinds there are. */
    enum Kind {
        CUT,
        CUT_ONE_WAY,
        LOSE_MESSAGES,
        RESET,
        FREEZE,
        SUSPEND,
        SET_CLOCK,
        KILL,
        KILL_MACHINE,
        CLOSE,
        STEP_DOWN,
        END_CHILD,
        END_SESSION,
        SEVER,
        DROP_LOCKS,
        DEAFEN,
        FAIL_STATEMENT,
        WARN,
        STOP_SERVER,
        CRASH_SERVER,
        PROMOTE,
        SET_SERVER_CLOCK
    }

    /** Moments that a fault can wait for. */
    enum Moment {
        CONNECTING,
        GRANTED,
        STARTING,
        STARTED,
        STOPPING,
        KILLED,
        TRIED,
        MARKED,
        ANNOUNCED,
        CHECKED,
        CLEANED,
        UNLOCKED;

        static Moment after(Request request) {
            if (request instanceof Request.Try) {
                return TRIED;
            }
            if (request instanceof Request.Mark) {
                return MARKED;
            }
            if (request instanceof Request.Run) {
                return ANNOUNCED;
            }
            if (request instanceof Request.Beat) {
                return CHECKED;
            }
            return request instanceof Request.Clean ? CLEANED : UNLOCKED;
        }
    }
}
