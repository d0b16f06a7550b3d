package dev.highlander.drills;

import static dev.highlander.drills.MachineClock.millis;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.TreeMap;

/**
 * Decides from what the processes wrote whether there were ever two bodies at once.
 *
 * <ul>
 *   <li>A body lives from its START to its STOP; when its process is dead and it wrote no STOP, to a period after its last
 *       line; when its process was not seen dead, to the end of the story.
 *   <li>While its process is frozen it does nothing. After a resume it counts from the first line that it writes.
 *   <li>One line that it writes within {@link #STRAY} of a resume, under a smaller token than one already begun, is a
 *       stray: no lock service can prevent it, and whoever checks tokens refuses it. It is counted by itself. With a
 *       second one, or a later one, all of them count as what they are: a second copy.
 *   <li>A line under a smaller token than one already begun is wrong even while nobody else runs.
 * </ul>
 */
public final class Judge {
    /** How long after a resume a stray line is tolerated. */
    public static final long STRAY = millis(50);

    /** How fresh the last line of a body has to be for a fault to count as having hit it. */
    public static final long FRESH = millis(50);

    private final List<Marker> markers;
    private final List<Body> bodies;
    private final TreeMap<Long, Long> greatestToken = new TreeMap<>();
    private final long horizon;

    private final List<Line> strays = new ArrayList<>();
    private final Map<Body, List<Span>> active = new LinkedHashMap<>();

    private Judge(Collection<NodeLog> logs, List<Marker> markers) {
        this.markers =
                markers.stream().sorted(Comparator.comparingLong(Marker::at)).toList();
        this.bodies = logs.stream()
                .flatMap(log -> bodies(log).stream())
                .sorted(Comparator.comparingLong(body -> body.start))
                .toList();
        long greatest = Long.MIN_VALUE;
        for (Body body : bodies) {
            greatest = Math.max(greatest, body.token);
            greatestToken.put(body.start, greatest);
        }
        long last = this.markers.stream().mapToLong(Marker::at).max().orElse(Long.MIN_VALUE);
        for (NodeLog log : logs) {
            last = Math.max(last, log.lines().stream().mapToLong(Line::at).max().orElse(Long.MIN_VALUE));
        }
        horizon = last;
    }

    /** Judges one story, told by all processes that contended for one key. */
    public static Verdict judge(Collection<NodeLog> logs, List<Marker> markers) {
        return new Judge(logs, markers).verdict();
    }

    private static Collection<Body> bodies(NodeLog log) {
        List<Body> all = new ArrayList<>();
        Map<Long, Body> byToken = new HashMap<>();
        for (Line line : log.lines()) {
            switch (line.kind()) {
                case START, RUN, STOP -> {
                    Body body = byToken.get(line.token());
                    if (body == null || line.kind() == Line.Kind.START) {
                        body = new Body(log.process(), line);
                        byToken.put(line.token(), body);
                        all.add(body);
                    }
                    body.add(line);
                }
                case READY, UNREADY, STOPPING -> {}
            }
        }
        return all;
    }

    private Verdict verdict() {
        bodies.forEach(body -> active.put(body, activity(body)));
        return new Verdict(bodies.size(), overlaps(), strays, staleLines(), outOfOrder(), takeovers());
    }

    /** When a body could do something, less what is tolerated. */
    private List<Span> activity(Body body) {
        List<Span> spans = new ArrayList<>();
        long end = body.end(isDead(body.process), horizon);
        long from = body.start;
        for (Span frozen : frozen(body.process)) {
            List<Line> leaked = body.runsWithin(frozen);
            long freeze = leaked.isEmpty()
                    ? frozen.from()
                    : leaked.get(leaked.size() - 1).at();
            if (freeze >= end || frozen.to() <= from) {
                continue;
            }
            spans.add(new Span(from, freeze));
            List<Line> later = body.runsWithin(new Span(frozen.to(), end));
            if (later.isEmpty()) {
                return spans;
            }
            from = later.get(0).at();
            List<Line> stale = body.runsWithin(new Span(frozen.to(), nextFreeze(body.process, frozen.to()))).stream()
                    .filter(this::isStale)
                    .toList();
            if (stale.size() == 1 && stale.get(0).at() < frozen.to() + STRAY) {
                strays.add(stale.get(0));
                List<Line> rightful =
                        later.stream().takeWhile(run -> !isStale(run)).toList();
                if (!rightful.isEmpty()) {
                    spans.add(new Span(from, rightful.get(rightful.size() - 1).at()));
                }
                from = Math.min(end, nextFreeze(body.process, frozen.to()));
            }
        }
        spans.add(new Span(from, end));
        return spans;
    }

    private List<Span> frozen(String process) {
        List<Span> spans = new ArrayList<>();
        OptionalLong since = OptionalLong.empty();
        for (Marker marker : markers) {
            if (!marker.process().equals(process)) {
                continue;
            }
            if (marker.what() == Marker.What.FROZEN) {
                since = OptionalLong.of(marker.at());
            } else if (marker.what() == Marker.What.RESUMED && since.isPresent()) {
                spans.add(new Span(since.getAsLong(), marker.at()));
                since = OptionalLong.empty();
            }
        }
        if (since.isPresent()) {
            spans.add(new Span(since.getAsLong(), Long.MAX_VALUE));
        }
        return spans;
    }

    private long nextFreeze(String process, long after) {
        return frozen(process).stream()
                .mapToLong(Span::from)
                .filter(from -> from > after)
                .findFirst()
                .orElse(Long.MAX_VALUE);
    }

    private boolean isDead(String process) {
        return markers.stream()
                .anyMatch(m -> m.what() == Marker.What.DEAD && m.process().equals(process));
    }

    private boolean isStale(Line run) {
        Map.Entry<Long, Long> begun = greatestToken.floorEntry(run.at());
        return begun != null && begun.getValue() > run.token();
    }

    private List<Overlap> overlaps() {
        List<Overlap> overlaps = new ArrayList<>();
        for (int i = 0; i < bodies.size(); i++) {
            for (int j = i + 1; j < bodies.size(); j++) {
                overlap(bodies.get(i), bodies.get(j), overlaps);
            }
        }
        overlaps.sort(Comparator.comparingLong(Overlap::from));
        return overlaps;
    }

    private void overlap(Body one, Body other, List<Overlap> overlaps) {
        Body older = one.token <= other.token ? one : other;
        Body newer = older == one ? other : one;
        for (Span a : active.getOrDefault(one, List.of())) {
            for (Span b : active.getOrDefault(other, List.of())) {
                Span both = a.intersection(b);
                if (both.nanos() > 0) {
                    overlaps.add(new Overlap(older.process, newer.process, both.from(), both.nanos()));
                }
            }
        }
    }

    private List<Line> staleLines() {
        return bodies.stream()
                .flatMap(body -> body.runs().stream())
                .filter(this::isStale)
                .filter(run -> !strays.contains(run))
                .toList();
    }

    private List<String> outOfOrder() {
        List<String> wrong = new ArrayList<>();
        for (int i = 1; i < bodies.size(); i++) {
            Body body = bodies.get(i);
            Map.Entry<Long, Long> before = greatestToken.lowerEntry(body.start);
            if (before != null && before.getValue() >= body.token) {
                wrong.add(body + " began after token " + before.getValue());
            }
        }
        return wrong;
    }

    private List<Takeover> takeovers() {
        List<Marker> faults =
                markers.stream().filter(m -> m.what() == Marker.What.FAULT).toList();
        List<Takeover> takeovers = new ArrayList<>();
        for (int i = 0; i < faults.size(); i++) {
            Marker fault = faults.get(i);
            long next = i + 1 < faults.size() ? faults.get(i + 1).at() : Long.MAX_VALUE;
            OptionalLong start = bodies.stream()
                    .mapToLong(body -> body.start)
                    .filter(at -> at > fault.at() && at < next)
                    .findFirst();
            takeovers.add(new Takeover(
                    fault.fault(),
                    fault.at(),
                    fault.process(),
                    hit(fault),
                    start.isPresent() ? OptionalLong.of(start.getAsLong() - fault.at()) : start,
                    start.isPresent() ? OptionalLong.of(idleBefore(start.getAsLong(), fault.at())) : start));
        }
        return takeovers;
    }

    private boolean hit(Marker fault) {
        return bodies.stream()
                .filter(body -> body.process.equals(fault.process()))
                .filter(body -> !body.hasStoppedBy(fault.at()))
                .anyMatch(body -> !body.runsWithin(new Span(fault.at() - FRESH, fault.at()))
                        .isEmpty());
    }

    private long idleBefore(long start, long notBefore) {
        long lastActive = notBefore;
        for (List<Span> spans : active.values()) {
            for (Span span : spans) {
                if (span.from() < start) {
                    lastActive = Math.max(lastActive, Math.min(span.to(), start));
                }
            }
        }
        return start - lastActive;
    }
}
