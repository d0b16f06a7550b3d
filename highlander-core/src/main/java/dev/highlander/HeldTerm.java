package dev.highlander;

import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.supervisor.StopReason;
import dev.highlander.time.Time;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The term of a hold. */
final class HeldTerm implements Term {
    private final Hold hold;
    private final String node;
    private final Time time;
    private final long token;
    private final Instant since;
    private final List<Consumer<StopReason>> hooks = new ArrayList<>();
    private @Nullable StopReason stopping;
    private volatile boolean over;
    private volatile long progressedAt = Long.MIN_VALUE;

    HeldTerm(Hold hold, String node, Time time) {
        this(hold, node, time, time.instant());
    }

    private HeldTerm(Hold hold, String node, Time time, Instant since) {
        this.hold = hold;
        this.node = node;
        this.time = time;
        this.token = hold.token();
        this.since = since;
    }

    /** The same term for another child, while this one is over. */
    HeldTerm again() {
        end();
        return new HeldTerm(hold, node, time, since);
    }

    @Override
    public Key key() {
        return hold.key();
    }

    @Override
    public String node() {
        return node;
    }

    @Override
    public long token() {
        return token;
    }

    @Override
    public Instant since() {
        return since;
    }

    @Override
    public boolean isHeld() {
        return !over && time.nanos() < hold.deadBy();
    }

    @Override
    public Duration remaining() {
        return Duration.ofNanos(over ? 0 : Math.max(0, hold.deadBy() - time.nanos()));
    }

    @Override
    public void ensureHeld(Duration atLeast) {
        Duration left = remaining();
        if (!isHeld() || left.compareTo(atLeast) < 0) {
            throw new NotHeldException("Term " + token + " of " + key() + " is "
                    + (left.isZero()
                            ? "over"
                            : "certain for " + left.toMillis() + " ms more, not " + atLeast.toMillis())
                    + ": another node may run it. Stop here; what was done so far may have to be undone or repeated.");
        }
    }

    @Override
    public void onStop(Consumer<StopReason> hook) {
        StopReason now;
        synchronized (hooks) {
            now = stopping;
            if (now == null) {
                hooks.add(hook);
            }
        }
        if (now != null) {
            StopReason why = now;
            time.fork("highlander-on-stop", () -> hook.accept(why));
        }
    }

    @Override
    public void progress() {
        progressedAt = time.nanos();
    }

    /** When it was last told of; {@link Long#MIN_VALUE} for never. */
    long progressedAt() {
        return progressedAt;
    }

    /** The key may be another's from now on. */
    void end() {
        over = true;
    }

    /** The hooks to run, in the order given; none the second time. */
    List<Consumer<StopReason>> takeHooks(StopReason why) {
        synchronized (hooks) {
            List<Consumer<StopReason>> taken = stopping == null ? List.copyOf(hooks) : List.of();
            stopping = why;
            return taken;
        }
    }
}
