package dev.highlander.postgres;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.PriorityQueue;

/** True time and everything that is still to happen, in one thread. One seed decides everything. */
final class SimWorld {
    static final long MILLI = 1_000_000L;
    static final long SECOND = 1000 * MILLI;

    private static final long WHENEVER = Long.MIN_VALUE;

    /** Something that will happen; what a process does waits while the process is frozen, and ends with it. */
    static final class Event implements Comparable<Event> {
        private final long at;
        private final long order;
        private final SimProcess process;
        private final boolean deadline;
        private final long due;
        private final Runnable work;
        private boolean cancelled;

        private Event(long at, long order, SimProcess process, boolean deadline, long due, Runnable work) {
            this.at = at;
            this.order = order;
            this.process = process;
            this.deadline = deadline;
            this.due = due;
            this.work = work;
        }

        void cancel() {
            cancelled = true;
        }

        boolean isDeadline() {
            return deadline;
        }

        /** What its process's clock must say at least. */
        long due() {
            return due;
        }

        @Override
        public int compareTo(Event other) {
            return at != other.at ? Long.compare(at, other.at) : Long.compare(order, other.order);
        }
    }

    private final long seed;
    private final PriorityQueue<Event> queue = new PriorityQueue<>(64);
    private final List<String> timeline;
    private long now;
    private long order;
    private long events;

    SimWorld(long seed, boolean tracing) {
        this.seed = seed;
        this.timeline = tracing ? new ArrayList<>() : null;
    }

    long now() {
        return now;
    }

    long events() {
        return events;
    }

    /** Chances for one part of this world. */
    SimChance chances(String part, long number) {
        return SimChance.of(seed, part, number);
    }

    /** A number in [0, 1) for one question, put once. */
    double once(int part, long number) {
        return SimChance.once(seed, part, number);
    }

    // What is to happen.

    /** Something that no process does. */
    Event at(long when, Runnable work) {
        return add(when, null, false, WHENEVER, work);
    }

    /** A step of a process. */
    Event at(long when, SimProcess process, Runnable work) {
        return add(when, process, false, WHENEVER, work);
    }

    /** A step of a process that waits until its clock says {@code due}. */
    Event byTheClock(long due, long late, SimProcess process, Runnable work) {
        return add(process.whenItIs(due) + late, process, false, due, work);
    }

    /** The same for a timer that comes before the process's other work when both are due. */
    Event deadline(long due, long late, SimProcess process, Runnable work) {
        return add(process.whenItIs(due) + late, process, true, due, work);
    }

    private Event add(long when, SimProcess process, boolean deadline, long due, Runnable work) {
        Event event = new Event(Math.max(now, when), order++, process, deadline, due, work);
        queue.add(event);
        return event;
    }

    /** A step that was put off while its process was frozen. */
    void again(Event event, long when) {
        if (!event.cancelled) {
            // The first object keeps the say, so that whoever can cancel it still can.
            queue.add(new Event(Math.max(now, when), order++, event.process, event.deadline, event.due, () -> {
                if (!event.cancelled) {
                    event.work.run();
                }
            }));
        }
    }

    /** Lets the next thing happen, unless it is later than {@code end}; true if time is up. */
    boolean stepUntil(long end, Runnable timePassed) {
        Event next = queue.peek();
        if (next == null || next.at > end) {
            now = end;
            timePassed.run();
            return true;
        }
        queue.poll();
        if (next.cancelled) {
            return false;
        }
        if (next.at > now) {
            now = next.at;
            timePassed.run();
        }
        if (next.process == null || next.process.mayDo(next)) {
            events++;
            next.work.run();
        }
        return false;
    }

    // The account.

    boolean isTracing() {
        return timeline != null;
    }

    /** Adds a line to the account; ask {@link #isTracing} first, which saves making the line. */
    void say(String who, String what) {
        add(' ', who, what);
    }

    /** The same for something that goes wrong. */
    void fault(String who, String what) {
        add('!', who, what);
    }

    private void add(char mark, String who, String what) {
        if (timeline != null) {
            timeline.add(String.format(Locale.ROOT, "%9.3f %c %-8s %s", now / 1e9, mark, who, what));
        }
    }

    List<String> timeline() {
        return timeline == null ? List.of() : timeline;
    }
}
