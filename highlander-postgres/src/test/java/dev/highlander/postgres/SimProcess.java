package dev.highlander.postgres;

import java.util.ArrayList;
import java.util.List;

/** One run of a node's process: its clock has a rate of its own, it can be frozen, and it ends. */
final class SimProcess {
    private final SimWorld world;
    private final String name;
    private final double rate;
    private final long calm;
    private final long bornAt;
    private final long bornLocal;
    private final List<SimWorld.Event> putOff = new ArrayList<>();
    private long workResumesAt;
    private boolean frozen;
    private boolean dead;
    private long thawedAt = Long.MIN_VALUE / 2;

    /** {@code calm} is for how long after a thaw its threads run without delay. */
    SimProcess(SimWorld world, String name, double rate, long calm) {
        this.world = world;
        this.name = name;
        this.rate = rate;
        this.calm = calm;
        this.bornAt = world.now();
        this.bornLocal = world.upTo(SimWorld.SECOND);
    }

    String name() {
        return name;
    }

    /** What its clock says now. */
    long local() {
        return bornLocal + (long) ((world.now() - bornAt) * rate);
    }

    /** When its clock will say {@code local}, in true time. */
    long whenItIs(long local) {
        if (local > Long.MAX_VALUE / 4) {
            return Long.MAX_VALUE / 4;
        }
        return bornAt + (long) Math.ceil((local - bornLocal) / rate) + 1;
    }

    boolean isFrozen() {
        return frozen;
    }

    boolean isDead() {
        return dead;
    }

    /** Whether nothing has happened yet since the thaw, except what its deadlines make happen. */
    boolean thawsNow() {
        return thawedAt == world.now();
    }

    /** Whether it was frozen until lately: then it does at once what it has to do. */
    boolean isCalm() {
        return world.now() - thawedAt < calm;
    }

    /** How late a thread comes to do what there is to do. */
    long threadDelay() {
        return isCalm() || world.chance(0.9) ? 0 : world.upTo(5 * SimWorld.MILLI);
    }

    boolean mayDo(SimWorld.Event event) {
        if (dead) {
            return false;
        }
        if (frozen) {
            putOff.add(event);
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
    }

    /** Deadlines that have passed come first; the rest follows in its order, at once or a little later. */
    void thaw() {
        frozen = false;
        thawedAt = world.now();
        List<SimWorld.Event> due = List.copyOf(putOff);
        putOff.clear();
        due.stream().filter(SimWorld.Event::isDeadline).forEach(event -> world.again(event, world.now()));
        workResumesAt = world.now() + (world.chance(0.5) ? 0 : world.upTo(20 * SimWorld.MILLI));
        due.stream().filter(event -> !event.isDeadline()).forEach(event -> world.again(event, workResumesAt));
    }

    void die() {
        dead = true;
        putOff.clear();
    }
}
