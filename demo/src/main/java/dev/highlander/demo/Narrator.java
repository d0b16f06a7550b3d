package dev.highlander.demo;

import dev.highlander.demo.Paper.Ink;
import dev.highlander.drills.Fault;
import dev.highlander.drills.Line;
import dev.highlander.drills.Listener;
import dev.highlander.drills.Marker;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Tells what happens while it happens: who runs the job, what is done to whom, how long nobody ran it. */
final class Narrator implements Listener {
    private final Paper paper;
    private final Map<String, Integer> steps = new TreeMap<>();
    private final Set<String> contending = new TreeSet<>();
    private final Set<String> running = new TreeSet<>();
    private OptionalLong faultAt = OptionalLong.empty();

    Narrator(Paper paper) {
        this.paper = paper;
    }

    @Override
    public synchronized void wrote(String process, Line line) {
        switch (line.kind()) {
            case READY -> {
                if (contending.add(process)) {
                    paper.line(line.at(), Ink.FAINT, process + " is connected and contends");
                }
            }
            case UNREADY -> {
                if (contending.remove(process)) {
                    paper.line(line.at(), Ink.FAINT, process + " has lost its connection");
                }
            }
            case START -> started(process, line);
            case RUN -> steps.merge(process, 1, Integer::sum);
            case STOPPING -> {}
            case STOP -> {
                running.remove(process);
                paper.line(line.at(), Ink.PLAIN, process + " has stopped the job");
            }
        }
    }

    private void started(String process, Line line) {
        running.add(process);
        String after = faultAt.isPresent() ? ", " + seconds(line.at() - faultAt.getAsLong()) + " after the fault" : "";
        faultAt = OptionalLong.empty();
        paper.line(line.at(), Ink.LOUD, process + " RUNS the job, term " + line.token() + after);
    }

    @Override
    public synchronized void did(Marker marker) {
        String process = marker.process();
        switch (marker.what()) {
            case FAULT -> {
                faultAt = OptionalLong.of(marker.at());
                paper.text(Ink.PLAIN, "");
                paper.line(marker.at(), Ink.BAD, "! " + told(marker.fault(), process));
            }
            case FROZEN -> {}
            case RESUMED ->
                paper.line(marker.at(), Ink.BAD, "! " + process + " is thawed, and believes it still runs the job");
            case HEALED -> paper.line(marker.at(), Ink.BAD, "! the connection of " + process + " passes again");
            case DEAD -> {
                running.remove(process);
                contending.remove(process);
                paper.line(marker.at(), Ink.FAINT, process + " is dead; another is started in its place");
            }
        }
    }

    private static String told(Fault fault, String process) {
        return switch (fault) {
            case SIGTERM -> process + " is asked to end (SIGTERM): a handover in good order";
            case SIGKILL -> process + " is killed (SIGKILL): gone without a word";
            case FREEZE_NODE, FREEZE_GROUP, FREEZE_SHORT -> process + " is frozen (SIGSTOP): alive, but out of time";
            case SILENCE, SILENCE_TO_SERVER, SILENCE_FROM_SERVER ->
                "the connection of " + process + " goes silent, with no reset: cut off from the database";
            case TERMINATE_BACKEND -> "the database throws " + process + " out (pg_terminate_backend)";
            case RESTART_FAST -> "the database is restarted";
            case RESTART_IMMEDIATE ->
                "the database is restarted without a shutdown (immediate): everybody is thrown out";
            case CRASH -> "the database crashes (SIGKILL)";
            case PROMOTION, PROMOTION_LOST_TAIL -> "a standby takes the database's place";
        };
    }

    /** The last second's work. */
    synchronized void tick() {
        if (steps.isEmpty()) {
            paper.line(Ink.FAINT, "  ..........  nobody runs the job" + why());
        } else {
            boolean two = steps.keySet().stream().filter(running::contains).count() > 1;
            steps.forEach((process, count) -> paper.line(
                    two ? Ink.BAD : Ink.GOOD,
                    "  " + "#".repeat(Math.max(1, Math.min(10, count / 20)))
                            + " ".repeat(10 - Math.max(1, Math.min(10, count / 20))) + "  " + process + " works: "
                            + count + " steps" + (two && running.contains(process) ? "   <-- TWO AT ONCE" : "")));
        }
        steps.clear();
    }

    private String why() {
        return contending.isEmpty()
                ? ": no node has a connection"
                : ": whoever is next waits until any other has surely stopped";
    }

    private static String seconds(long nanos) {
        return nanos < 1_000_000_000L ? nanos / 1_000_000 + " ms" : String.format(Locale.ROOT, "%.1f s", nanos / 1e9);
    }
}
