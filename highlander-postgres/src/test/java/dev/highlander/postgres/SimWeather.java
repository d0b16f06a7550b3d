package dev.highlander.postgres;

import dev.highlander.lock.Lease;

/** How fast messages and notifications go in one run, how far clocks go astray, and how spiteful chance is. */
final class SimWeather {
    private final long lease;
    private final double slowShare;
    private final long slow;
    private final double lagShare;
    private final double drift;
    private final boolean extremeClocks;
    private final boolean lateThreads;
    private final boolean spiteful;
    private final boolean grudging;
    private final boolean dawdles;
    private final boolean worst;
    private final boolean noticesSilence;
    private boolean fair;

    SimWeather(SimChance chance, Lease lease, SimOptions options) {
        this.lease = lease.nanos();
        double kind = chance.uniform();
        double share = kind < 0.4 ? 0 : kind < 0.7 ? chance.uniform() * 0.3 : chance.uniform() * 0.06;
        this.slow = kind < 0.7 ? lease.replyLimit() * 2 / 5 : lease.replyLimit();
        double lag = chance.chance(0.5) ? 0.02 : 0.4;
        this.grudging = chance.chance(0.2) || options.worst();
        this.worst = options.worst();
        this.spiteful = grudging || chance.chance(0.5);
        this.extremeClocks = grudging || chance.chance(0.7);
        this.noticesSilence = chance.chance(0.7) || !options.has("deaf-server");
        this.slowShare = options.has("slow") ? share : 0;
        this.lagShare = options.has("lag") ? lag : 0;
        this.drift = options.has("clocks") ? options.drift() : 0;
        this.lateThreads = options.has("late");
        this.dawdles = options.has("dawdle") && spiteful;
    }

    /** From now on all is well. */
    void clearUp() {
        fair = true;
    }

    boolean isFair() {
        return fair;
    }

    /** How long a message takes one way. */
    long delay(SimChance chance) {
        if (fair || !chance.chance(slowShare)) {
            return SimWorld.MILLI / 10 + chance.upTo(SimWorld.MILLI);
        }
        return chance.chance(0.01) ? chance.upTo(4 * lease) : chance.upTo(slow);
    }

    /** How late a thread comes to do what there is to do. */
    long threadDelay(SimChance chance) {
        return !lateThreads || chance.chance(0.9) ? 0 : chance.upTo(5 * SimWorld.MILLI);
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

    /** Whether that is so in every case: whoever has lost its session holds on until its lease ends. */
    boolean isWorst() {
        return worst && !fair;
    }

    /** How much later than anything else a node is told that the server has ended its session. */
    long silence(SimChance chance) {
        if (isWorst()) {
            return 2 * lease;
        }
        return isSpiteful() && chance.chance(grudging ? 0.9 : 0.5) ? chance.upTo(lease) : 0;
    }

    /** How much longer a statement takes, there or back: sometimes just short of what its node waits for. */
    long dawdling(SimChance chance) {
        return dawdles && !fair && !worst && chance.chance(0.1) ? chance.upTo(lease * 27 / 100) : 0;
    }

    /** The same for a try on its way there. */
    long dawdlingOfTries(SimChance chance) {
        return grudge(chance, 0.5, lease / (worst ? 100 : 10));
    }

    /** The same for what a check says on its way back. */
    long dawdlingOfChecks(SimChance chance) {
        return isWorst() ? 0 : grudge(chance, 0.5, lease / 10);
    }

    private long grudge(SimChance chance, double share, long spread) {
        return dawdles && isGrudging() && chance.chance(share)
                ? lease * 27 / 100 - chance.upTo(spread)
                : dawdling(chance);
    }

    /** How long a notification waits in the server before its listener is woken. */
    long lag(SimChance chance) {
        return fair || !chance.chance(lagShare) ? 0 : chance.upTo(lease / 4);
    }

    /** A clock's rate. */
    double rate(SimChance chance) {
        if (extremeClocks) {
            return chance.chance(0.5) ? 1 - drift : 1 + drift;
        }
        return 1 + drift * (2 * chance.uniform() - 1);
    }
}
