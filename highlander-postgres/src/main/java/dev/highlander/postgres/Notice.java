package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Loss;

/** What the protocol has to tell; claims and holds go by numbers. */
sealed interface Notice {
    record Granted(long claim, long hold, LockId lock, long startNotBefore, Sent sent) implements Notice {}

    record Startable(long hold, long token) implements Notice {}

    record Lost(long hold, Loss why) implements Notice {}

    /** Everything held was confirmed by a check sent then. */
    record Confirmed(Sent sent) implements Notice {}

    /** This session can't be relied on any more: close its socket. */
    record Distrusted(Problem why) implements Notice {}
}
