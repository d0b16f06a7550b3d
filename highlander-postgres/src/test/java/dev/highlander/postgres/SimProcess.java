package dev.highlander.postgres;

import dev.highlander.time.SimLeaps;
import java.util.ArrayList;
import java.util.List;

/**
 * One run of a node's process: its clocks have a rate of their own, it can be frozen, its machine can be suspended, and it
 * ends. While suspended the monotonic clock stands still and the wall clock goes on.
 */
final class SimProcess {
    /** How long at most after a thaw until other work than deadlines goes on. */
    private static final long LATE_WORK = 20 * SimWorld.MILLI;

    private final SimWorld world;
    private final SimWeather weather;
    private final SimChance chance;
    private final String name;
    private final double rate;
    private final long calm;
    private final long bornAt;
    private final long bornLocal;
    private final List<SimWorld.Event> putOff = new ArrayList<>();
    private final SimLeaps leaps = new SimLeaps();
    private long asleepSince;
    private long slept;
    private long wallAhead;
    private long workResumesAt;
    private boolean frozen;
    private boolean asleep;
    private boolean leapt;
    private boolean dead;
    private long thawedAt = Long.MIN_VALUE / 2;
    private long frozenAt;
    private long wakingUntil = Long.MIN_VALUE / 2;

    /** {@code calm} is for how long after a thaw its threads run without delay. */
    SimProcess(SimWorld world, SimWeather weather, String name, SimChance chance, long calm) {
        this.world = world;
        this.weather = weather;
        this.chance = chance;
        this.name = name;
        this.rate = weather.rate(chance);
        this.calm = calm;
        this.bornAt = world.now();
        this.bornLocal = chance.upTo(SimWorld.SECOND);
        leaps.observe(local(), local());
    }

    String name() {
        return name;
    }

    /** The chances of what this process does. */
    SimChance chance() {
        return chance;
    }

    /** How many of its seconds go into a true one. */
    double rate() {
        return rate;
    }

    /** What its monotonic clock says now. */
    long local() {
        long awake = (asleep ? asleepSince : world.now()) - bornAt - slept;
        return bornLocal + (long) (awake * rate);
    }

    /** When its clock will say {@code local}, in true time, unless it is suspended before. */
    long whenItIs(long local) {
        if (local > Long.MAX_VALUE / 4) {
            return Long.MAX_VALUE / 4;
        }
        return bornAt + slept + (long) Math.ceil((local - bornLocal) / rate) + 1;
    }

    /** How far its wall clock has run ahead. */
    long leap() {
        return leapt ? leaps.observe(local(), local() + wallAhead) : 0;
    }

    /** What its wall clock says now. */
    long wall() {
        return local() + wallAhead;
    }

    /** Somebody sets its wall clock. */
    void setWall(long by) {
        leaps.observe(local(), local() + wallAhead);
        leapt = true;
        wallAhead += by;
        leaps.observe(local(), local() + wallAhead);
    }

    boolean isFrozen() {
        return frozen;
    }

    boolean isDead() {
        return dead;
    }

    /**
     * Whether it has just resumed and has not had time to look: at the deadlines that are due, and after a suspend, whose
     * deadlines are as late as it slept, at the wall clock.
     */
    boolean isWaking() {
        return thawedAt == world.now() || world.now() <= wakingUntil;
    }

    /** Whether it was frozen until lately: then it does at once what it has to do. */
    boolean isCalm() {
        return world.now() - thawedAt < calm;
    }

    /** How late a thread comes to do what there is to do. */
    long threadDelay() {
        return isCalm() ? 0 : weather.threadDelay(chance);
    }

    boolean mayDo(SimWorld.Event event) {
        if (dead) {
            return false;
        }
        if (frozen) {
            putOff.add(event);
            return false;
        }
        if (slept > 0 && local() < event.due()) {
            world.again(event, whenItIs(event.due()));
            return false;
        }
        if (!event.isDeadline() && world.now() < workResumesAt) {
            world.again(event, workResumesAt);
            return false;
        }
        return true;
    }

    void freeze() {
        frozen = true;
        frozenAt = world.now();
    }

    /** With its machine: no clock of this process sees the time go by, except the wall clock. */
    void suspend(boolean seen) {
        frozen = true;
        frozenAt = world.now();
        asleep = true;
        asleepSince = world.now();
        if (seen) {
            leaps.observe(local(), wall());
            leapt = true;
        }
    }

    /** Deadlines that have passed come first; the rest follows in its order, at once or a little later. */
    void thaw(boolean seen) {
        frozen = false;
        thawedAt = world.now();
        if (frozenAt <= wakingUntil) { // before it had looked; that is overdue, and threads come to it soon
            wakingUntil = Math.max(wakingUntil, world.now() + LATE_WORK + 10 * SimWorld.MILLI);
        }
        if (asleep) {
            wakingUntil = world.now() + (long) (100 * SimWorld.MILLI / rate) + 10 * SimWorld.MILLI;
            long slice = world.now() - asleepSince;
            asleep = false;
            slept += slice;
            if (seen) {
                wallAhead += (long) (slice * rate);
            }
        }
        List<SimWorld.Event> due = List.copyOf(putOff);
        putOff.clear();
        due.stream().filter(SimWorld.Event::isDeadline).forEach(event -> world.again(event, world.now()));
        workResumesAt = world.now() + (chance.chance(0.5) ? 0 : chance.upTo(LATE_WORK));
        due.stream().filter(event -> !event.isDeadline()).forEach(event -> world.again(event, workResumesAt));
    }

    void die() {
        dead = true;
        putOff.clear();
    }
}
