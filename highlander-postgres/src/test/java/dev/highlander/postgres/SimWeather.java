package dev.highlander.postgres;

import dev.highlander.lock.Lease;

/** How fast messages and notifications go in one run, and how far clocks go astray. */
final class SimWeather {
    private final SimWorld world;
    private final long lease;
    private final double slowShare;
    private final long slow;
    private final double lagShare;
    private final double drift;
    private final boolean extremeClocks;
    private final boolean spiteful;
    private final boolean grudging;
    private final boolean noticesSilence;
    private boolean fair;

    SimWeather(SimWorld world, Lease lease, double drift) {
        this.world = world;
        this.lease = lease.nanos();
        this.drift = drift;
        double kind = world.uniform();
        this.slowShare = kind < 0.4 ? 0 : kind < 0.7 ? world.uniform() * 0.3 : world.uniform() * 0.06;
        this.slow = kind < 0.7 ? lease.replyLimit() * 2 / 5 : lease.replyLimit();
        this.lagShare = world.chance(0.5) ? 0.02 : 0.4;
        this.grudging = world.chance(0.15);
        this.spiteful = grudging || world.chance(0.5);
        this.extremeClocks = grudging || world.chance(0.7);
        this.noticesSilence = world.chance(0.7);
    }

    /** From now on all is well. */
    void clearUp() {
        fair = true;
    }

    /** How long a message takes one way. */
    long delay() {
        if (fair || !world.chance(slowShare)) {
            return SimWorld.MILLI / 10 + world.upTo(SimWorld.MILLI);
        }
        return world.chance(0.01) ? world.upTo(4 * lease) : world.upTo(slow);
    }

    /** Whether faults come at the worst moments. */
    boolean isSpiteful() {
        return spiteful && !fair;
    }

    /** Whether children hang on to the last, sessions end right after a check, and no node is told. */
    boolean isGrudging() {
        return grudging && !fair;
    }

    /** Whether the server's idle timeout works; nothing safe may depend on it. */
    boolean serverNoticesSilence() {
        return noticesSilence || fair;
    }

    /** How much later than anything else a node is told that the server has ended its session. */
    long silence() {
        return isSpiteful() && world.chance(grudging ? 0.9 : 0.5) ? world.upTo(lease) : 0;
    }

    /** How much longer a statement takes, there or back: sometimes just short of what its node waits for. */
    long dawdling() {
        return isSpiteful() && world.chance(0.1) ? world.upTo(lease * 27 / 100) : 0;
    }

    /** The same for a try on its way there, or for what a check says on its way back. */
    long grudge() {
        return isGrudging() && world.chance(0.5) ? lease * 27 / 100 - world.upTo(lease / 10) : dawdling();
    }

    /** How long a notification waits in the server before its listener is woken. */
    long lag() {
        return fair || !world.chance(lagShare) ? 0 : world.upTo(lease / 4);
    }

    /** A clock's rate. */
    double rate() {
        if (extremeClocks) {
            return world.chance(0.5) ? 1 - drift : 1 + drift;
        }
        return 1 + drift * (2 * world.uniform() - 1);
    }
}
