package dev.highlander;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.SingletonMachine.Event;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** What every event does in every state; what has no commands does nothing. */
class SingletonMachineCellsTest {
    /** Reached at time zero, but STUCK, which is reached at 6 s; the lease ends 10 s later, at 15 s when stuck. */
    private static final String CELLS = """
            STANDBY  Tick      -> STANDBY:
            STANDBY  Granted   -> SETTLING: SETTLING GRANTED
            STANDBY  Startable -> STANDBY:
            STANDBY  Lost      -> STANDBY:
            STANDBY  Started   -> STANDBY:
            STANDBY  Ended     -> STANDBY:
            STANDBY  FoundStuck -> STANDBY:
            STANDBY  Close     -> CLOSED: withdraw, CLOSED CLOSED, over STOPPED
            STANDBY  Progressed -> STANDBY:
            STANDBY  StepDown  -> STANDBY: withdraw

            SETTLING Tick      -> SETTLING:
            SETTLING Granted   -> SETTLING:
            SETTLING Startable -> STARTING: STARTING SETTLED, start
            SETTLING Lost      -> STANDBY: release, STANDBY DISCONNECTED
            SETTLING Started   -> SETTLING:
            SETTLING Ended     -> SETTLING:
            SETTLING FoundStuck -> SETTLING:
            SETTLING Close     -> CLOSED: withdraw, release, CLOSED CLOSED, over STOPPED
            SETTLING Progressed -> SETTLING:
            SETTLING StepDown  -> STANDBY: withdraw, release, STANDBY STEPPED_DOWN

            STARTING Tick      -> STARTING:
            STARTING Granted   -> STARTING:
            STARTING Startable -> STARTING:
            STARTING Lost      -> STOPPING: STOPPING DISCONNECTED, stop LOST 2.4s
            STARTING Started   -> RUNNING: RUNNING STARTED
            STARTING Ended     -> CLOSED: withdraw, release, CLOSED COMPLETED, over COMPLETED
            STARTING FoundStuck -> STARTING:
            STARTING Close     -> STOPPING: STOPPING CLOSED, stop SHUTDOWN 5.0s
            STARTING Progressed -> STARTING:
            STARTING StepDown  -> STOPPING: STOPPING STEPPED_DOWN, stop YIELDED 5.0s

            RUNNING  Tick      -> RUNNING:
            RUNNING  Granted   -> RUNNING:
            RUNNING  Startable -> RUNNING:
            RUNNING  Lost      -> STOPPING: STOPPING DISCONNECTED, stop LOST 2.4s
            RUNNING  Started   -> RUNNING:
            RUNNING  Ended     -> CLOSED: withdraw, release, CLOSED COMPLETED, over COMPLETED
            RUNNING  FoundStuck -> RUNNING:
            RUNNING  Close     -> STOPPING: STOPPING CLOSED, stop SHUTDOWN 5.0s
            RUNNING  Progressed -> RUNNING:
            RUNNING  StepDown  -> STOPPING: STOPPING STEPPED_DOWN, stop YIELDED 5.0s

            STOPPING Tick      -> STOPPING:
            STOPPING Granted   -> STOPPING:
            STOPPING Startable -> STOPPING:
            STOPPING Lost      -> STOPPING: stop SHUTDOWN 2.4s
            STOPPING Started   -> STOPPING: stop SHUTDOWN 5.0s
            STOPPING Ended     -> CLOSED: withdraw, release, CLOSED STOPPED, over COMPLETED
            STOPPING FoundStuck -> STOPPING: kill SHUTDOWN
            STOPPING Close     -> STOPPING:
            STOPPING Progressed -> STOPPING:
            STOPPING StepDown  -> STOPPING:

            STUCK    Tick      -> STUCK:
            STUCK    Granted   -> STUCK:
            STUCK    Startable -> STUCK:
            STUCK    Lost      -> STUCK: stuck lost halting
            STUCK    Started   -> STUCK: kill SHUTDOWN
            STUCK    Ended     -> CLOSED: withdraw, release, CLOSED STOPPED, over COMPLETED
            STUCK    FoundStuck -> STUCK:
            STUCK    Close     -> STUCK:
            STUCK    Progressed -> STUCK:
            STUCK    StepDown  -> STUCK:

            CLOSED   Tick      -> CLOSED:
            CLOSED   Granted   -> CLOSED: release
            CLOSED   Startable -> CLOSED:
            CLOSED   Lost      -> CLOSED:
            CLOSED   Started   -> CLOSED:
            CLOSED   Ended     -> CLOSED:
            CLOSED   FoundStuck -> CLOSED:
            CLOSED   Close     -> CLOSED:
            CLOSED   Progressed -> CLOSED:
            CLOSED   StepDown  -> CLOSED:
            """;

    private record Cell(State state, String event, State next, String commands) {
        private static final Pattern LINE = Pattern.compile("(\\w+) +(\\w+) +-> (\\w+):(.*)");

        static Cell parse(String line) {
            Matcher parts = LINE.matcher(line);
            assertThat(parts.matches()).as(line).isTrue();
            return new Cell(
                    State.valueOf(parts.group(1)),
                    parts.group(2),
                    State.valueOf(parts.group(3)),
                    parts.group(4).trim());
        }

        String name() {
            return state + " on " + event;
        }
    }

    private static List<Cell> cells() {
        return CELLS.lines().filter(line -> !line.isBlank()).map(Cell::parse).toList();
    }

    @Test
    void everyEventIsAnsweredInEveryState() {
        List<String> all = new ArrayList<>();
        for (State state : State.values()) {
            for (Class<?> event : Event.class.getPermittedSubclasses()) {
                all.add(state + " on " + event.getSimpleName());
            }
        }
        assertThat(cells()).extracting(Cell::name).containsExactlyInAnyOrderElementsOf(all);
    }

    @TestFactory
    Stream<DynamicTest> anEventDoesWhatItShouldOrNothing() {
        return cells().stream()
                .map(cell -> DynamicTest.dynamicTest(cell.name(), () -> {
                    MachineBench bench = MachineBench.plain().in(cell.state);
                    assertThat(bench.state()).isEqualTo(cell.state);
                    assertThat(bench.on(event(cell.event))).isEqualTo(cell.commands);
                    assertThat(bench.state()).isEqualTo(cell.next);
                }));
    }

    private static Event event(String name) {
        Event event = switch (name) {
            case "Tick" -> MachineBench.TICK;
            case "Granted" -> MachineBench.GRANTED;
            case "Startable" -> MachineBench.STARTABLE;
            case "Lost" -> MachineBench.LOST;
            case "Started" -> MachineBench.STARTED;
            case "Ended" -> MachineBench.ENDED;
            case "FoundStuck" -> new Event.FoundStuck();
            case "Progressed" -> new Event.Progressed(0);
            case "Close" -> MachineBench.CLOSE;
            case "StepDown" -> MachineBench.stepDown(60);
            default -> throw new AssertionError(name);
        };
        assertThat(Arrays.asList(Event.class.getPermittedSubclasses())).contains(event.getClass());
        return event;
    }
}
