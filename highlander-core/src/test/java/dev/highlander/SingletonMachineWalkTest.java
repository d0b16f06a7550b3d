package dev.highlander;

import static dev.highlander.MachineBench.LEASE;
import static dev.highlander.MachineBench.MARGIN;
import static dev.highlander.MachineBench.NEVER;
import static dev.highlander.MachineBench.SECOND;
import static dev.highlander.MachineBench.STOP;
import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.SingletonMachine.Command;
import dev.highlander.SingletonMachine.Event;
import dev.highlander.SingletonMachine.Next;
import dev.highlander.SingletonMachine.Policy;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.Exit;
import dev.highlander.supervisor.StopReason;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Random walks: whatever a lock service that keeps its word, a child and a user do, in whatever order and at whatever
 * time, what the machine promises holds after each step. A walk's number replays it.
 */
class SingletonMachineWalkTest {
    private static final int WALKS = 20_000;
    private static final List<Loss> LOSSES = List.of(Loss.values());

    @Test
    void whateverComesInWhateverOrderThePromisesHold() {
        Map<State, Integer> seen = new EnumMap<>(State.class);
        int restartsInPlace = 0;
        int restartsAfterSilence = 0;
        int silences = 0;
        for (int number = 0; number < WALKS; number++) {
            Walk walk = new Walk(number);
            try {
                walk.run();
            } catch (Throwable t) {
                throw new AssertionError("walk " + number + " after " + walk.trace, t);
            }
            restartsInPlace += walk.restartsInPlace;
            restartsAfterSilence += walk.restartsAfterSilence;
            silences += walk.silences;
            walk.seen.forEach((state, count) -> seen.merge(state, count, Integer::sum));
        }
        for (State state : State.values()) {
            assertThat(seen.getOrDefault(state, 0)).as("visits of %s", state).isGreaterThan(WALKS / 100);
        }
        assertThat(restartsInPlace).as("restarts in place").isGreaterThan(WALKS / 100);
        assertThat(silences).as("silent children").isGreaterThan(WALKS / 100);
        assertThat(restartsAfterSilence)
                .as("silent children restarted in place")
                .isGreaterThan(WALKS / 100);
    }

    /** What the child does; it is asked to stop, killed, and gone. */
    private enum Phase {
        NONE,
        STARTING,
        RUNNING
    }

    private static final class Walk {
        private final Random random;
        private final SingletonMachine machine;
        private final Policy policy;
        /** Ticks come when they are due; the machine is never suspended. */
        private final boolean prompt;
        /** The child ignores stops and kills. */
        private final boolean undead;

        private final Map<State, Integer> seen = new EnumMap<>(State.class);
        private final Deque<Object> trace = new ArrayDeque<>();

        private long now;
        private State state = State.STANDBY;
        private boolean over;

        // The lock service.
        private boolean queued;
        private boolean mayRace;
        private boolean holding;
        private boolean startableTold;
        private boolean lostTold;
        private long deadBy = NEVER;
        private int grants;
        private int releases;

        // The child.
        private Phase child = Phase.NONE;
        private boolean lost;
        private long lostDeadBy;
        private boolean stopped;
        private boolean stopIsForGood;
        private long heardAt;
        private long asideUntil = Long.MIN_VALUE;
        private long killAt;
        private boolean killed;
        private boolean halted;
        private long endsAt = NEVER;
        private int restartsInPlace;
        private int restartsAfterSilence;
        private int silences;

        Walk(int number) {
            random = new Random(number);
            for (int i = 0; i < 3; i++) {
                random.nextInt(); // neighbouring seeds begin alike
            }
            long[] graces = {0, 1, SECOND, 5 * SECOND, NEVER};
            policy = new Policy(
                    graces[random.nextInt(graces.length)],
                    STOP,
                    MARGIN,
                    random.nextBoolean(),
                    (exit, ranFor, now) -> switch (random.nextInt(6)) {
                        case 0 -> new Next.Over(random.nextBoolean());
                        case 1 -> new Next.Later(random.nextInt(3) * SECOND);
                        case 2 -> new Next.Aside(random(10 * SECOND));
                        default -> new Next.InPlace();
                    },
                    random.nextInt(3) > 0 ? NEVER : SECOND + random(8 * SECOND));
            machine = new SingletonMachine(policy);
            prompt = random.nextInt(4) > 0;
            undead = random.nextInt(4) == 0;
            now = random.nextInt(10) * SECOND;
        }

        void run() {
            step(new Event.Tick());
            int steps = 20 + random.nextInt(60);
            for (int i = 0; i < steps; i++) {
                anything();
            }
            step(new Event.Close(StopReason.SHUTDOWN, random.nextBoolean() ? NEVER : now + random(5 * SECOND)));
            while (child != Phase.NONE) {
                pass(random(5 * SECOND));
                if (random.nextInt(3) == 0) {
                    childEnds(exit());
                }
            }
            assertThat(machine.state()).as("the end").isEqualTo(State.CLOSED);
            assertThat(over).as("told that it is over").isTrue();
            assertThat(queued).as("still queued").isFalse();
            assertThat(holding).as("still held").isFalse();
            assertThat(releases).as("one release for each grant").isEqualTo(grants);
            for (int i = 0; i < 5; i++) {
                pass(random(20 * SECOND));
                step(new Event.Close(StopReason.SHUTDOWN, 0));
                step(new Event.StepDown(now));
            }
            if (mayRace) {
                grant();
                assertThat(releases).isEqualTo(grants);
            }
        }

        private void anything() {
            switch (random.nextInt(20)) {
                case 0, 1, 2, 3 -> pass(random(2 * SECOND));
                case 4 -> pass(random(20 * SECOND));
                case 5, 6, 7 -> {
                    if (queued && !holding) {
                        grant();
                    } else if (mayRace && !queued) {
                        grant();
                    }
                }
                case 8, 9, 10 -> {
                    if (holding && !startableTold && !lostTold) {
                        startableTold = true;
                        step(new Event.Startable());
                    }
                }
                case 11, 12 -> {
                    if (child == Phase.STARTING) {
                        child = Phase.RUNNING;
                        heardAt = now;
                        step(new Event.Started());
                    }
                }
                case 13, 14 -> confirm();
                case 15 -> {
                    if (child != Phase.NONE) {
                        heardAt = now;
                        step(new Event.Progressed(now));
                    }
                }
                case 16 -> {
                    if (holding && !lostTold) {
                        lostTold = true;
                        lose();
                        step(new Event.Lost(LOSSES.get(random.nextInt(LOSSES.size()))));
                    }
                }
                case 17 -> {
                    if (child != Phase.NONE && random.nextBoolean()) {
                        childEnds(exit());
                    }
                }
                case 18 -> {
                    if (random.nextInt(3) == 0) {
                        step(new Event.StepDown(now + random(10 * SECOND)));
                    } else if (!prompt && holding && deadBy != NEVER) {
                        deadBy -= random(random.nextBoolean() ? SECOND : 20 * SECOND); // a suspend
                        step(new Event.Tick());
                    }
                }
                default -> {
                    if (random.nextInt(8) == 0) {
                        step(new Event.Close(
                                StopReason.SHUTDOWN, random.nextBoolean() ? NEVER : now + random(5 * SECOND)));
                    }
                }
            }
        }

        private long random(long below) {
            return (long) (random.nextDouble() * below);
        }

        private void grant() {
            grants++;
            holding = true;
            startableTold = false;
            lostTold = false;
            lost = false;
            mayRace = false;
            deadBy = random.nextInt(10) == 0 ? NEVER : now - random(SECOND) + LEASE;
            step(new Event.Granted());
        }

        private void confirm() {
            if (holding && !lostTold && deadBy != NEVER) {
                deadBy = Math.max(deadBy, now - random(2 * SECOND) + LEASE);
                if (random.nextBoolean()) {
                    step(new Event.Tick());
                }
            }
        }

        private Exit exit() {
            return switch (random.nextInt(3)) {
                case 0 -> Exit.completed();
                case 1 -> Exit.failed(new IllegalStateException());
                default -> Exit.notStarted(new IllegalStateException());
            };
        }

        private void childEnds(Exit exit) {
            child = Phase.NONE;
            endsAt = NEVER;
            step(new Event.Ended(exit));
        }

        /** Time passes; what is due meanwhile happens, and ticks come in time or at the end only. */
        private void pass(long span) {
            long until = now + span;
            while (prompt || endsAt <= until) {
                long due = prompt ? Math.min(endsAt, Math.max(now, machine.wakeAt(deadBy))) : endsAt;
                if (due > until) {
                    break;
                }
                now = due;
                if (child != Phase.NONE && now >= endsAt) {
                    childEnds(Exit.completed());
                } else {
                    step(new Event.Tick());
                }
            }
            now = until;
            step(new Event.Tick());
        }

        private void lose() {
            if (!lost) {
                lost = true;
                lostDeadBy = deadBy;
            }
        }

        private void step(Event event) {
            trace.add(List.of(event, now, deadBy));
            while (trace.size() > 30) {
                trace.removeFirst();
            }
            boolean wasQueued = queued;
            if (event instanceof Event.StepDown stepDown) {
                asideUntil = Math.max(asideUntil, stepDown.until());
            }
            stopIsForGood |= event instanceof Event.Close;
            boolean wasOver = over;
            long law = deadBy;
            List<Command> commands = machine.on(event, now, deadBy);
            trace.add(commands);
            if (wasOver) {
                boolean raced = event instanceof Event.Granted;
                check(commands.equals(raced ? List.of(new Command.Release()) : List.of()), "nothing after the end");
            }
            if (law != NEVER && now >= law - STOP - MARGIN && child != Phase.NONE) {
                lose();
            }
            for (Command command : commands) {
                perform(command, event, law);
            }
            check(machine.state() == state, "no change untold");
            if (event instanceof Event.Granted && !wasQueued) {
                check(!holding, "a grant that raced with a withdrawal is released");
            }
            watch();
        }

        private void perform(Command command, Event event, long law) {
            if (command instanceof Command.Claim) {
                check(!queued, "one claim at a time");
                check(!holding, "no claim while holding");
                check(child == Phase.NONE, "no claim beside a child");
                queued = true;
                mayRace = false; // a grant to the earlier claim is not for this one
            } else if (command instanceof Command.Withdraw) {
                check(queued, "only what is queued is withdrawn");
                queued = false;
                mayRace = !holding && random.nextInt(3) == 0;
            } else if (command instanceof Command.StartChild) {
                check(child == Phase.NONE, "one child at a time");
                check(
                        event instanceof Event.Startable
                                || (event instanceof Event.Ended && !stopIsForGood && asideUntil <= now),
                        "a start only when startable, or again when nothing but silence has stopped the one before");
                check(holding && startableTold && !lostTold, "a start under a present hold");
                check(law == NEVER || now < law - STOP - MARGIN, "a start with time for its stop");
                child = Phase.STARTING;
                check(!lost, "no start under a lost hold");
                restartsInPlace += event instanceof Event.Ended ? 1 : 0;
                restartsAfterSilence += event instanceof Event.Ended && stopped ? 1 : 0;
                stopped = false;
                stopIsForGood = false;
                heardAt = now;
                killed = false;
                halted = false;
            } else if (command instanceof Command.StopChild stop) {
                check(child != Phase.NONE, "only a child is stopped");
                check(!killed, "no stop after the kill");
                check(!stopped || stop.killAt() <= killAt, "a stop never slows down");
                check(
                        stopped || stop.why() != StopReason.NO_PROGRESS || now - heardAt >= policy.progress(),
                        "no child is silent before its time");
                silences += !stopped && stop.why() == StopReason.NO_PROGRESS ? 1 : 0;
                stopped = true;
                stopIsForGood |= stop.why() != StopReason.NO_PROGRESS;
                killAt = stop.killAt();
                if (!undead && random.nextBoolean()) {
                    endsAt = Math.min(endsAt, now + random(10 * SECOND));
                }
            } else if (command instanceof Command.KillChild) {
                check(child != Phase.NONE, "only a child is killed");
                check(stopped, "a stop before the kill");
                check(now >= killAt, "no kill before its time");
                check(!killed || event instanceof Event.Started, "one kill, and one more when it has started");
                if (!killed && !undead) {
                    endsAt = Math.min(endsAt, now + random(STOP / 5));
                }
                killed = true;
            } else if (command instanceof Command.Stuck stuck) {
                check(killed, "stuck after the kill");
                check(stuck.lost() == lost, "stuck says whether the key is lost");
                check(stuck.halting() == (lost && policy.halt()), "stuck says whether a halt follows");
            } else if (command instanceof Command.Halt) {
                check(
                        policy.halt() && lost && child != Phase.NONE && killed && state == State.STUCK,
                        "a halt for a stuck child whose key is lost");
                check(!halted, "one halt");
                halted = true;
            } else if (command instanceof Command.Release) {
                check(child == Phase.NONE, "no release under a child");
                check(holding, "only what is held is released");
                releases++;
                holding = false;
                deadBy = NEVER;
            } else if (command instanceof Command.Changed changed) {
                check(changed.from() == state, "a change begins where the last ended");
                check(state != State.CLOSED, "closed is final");
                boolean backToLife = changed.to() == State.STARTING || changed.to() == State.RUNNING;
                check(!(backToLife && stopped && child != Phase.NONE), "no stop is taken back");
                state = changed.to();
                seen.merge(state, 1, Integer::sum);
            } else if (command instanceof Command.Over) {
                check(!over, "over once");
                check(state == State.CLOSED, "over when closed");
                over = true;
            }
        }

        /** What holds whenever the machine has been asked. */
        private void watch() {
            check(state.hasChild() == (child != Phase.NONE), "a child in the states that have one");
            check(holding == (state.hasChild() || state == State.SETTLING), "a hold in the states that have one");
            check(machine.wakeAt(deadBy) > now, "the next tick in the future");
            check(
                    !prompt || child == Phase.NONE || stopped || now - heardAt < policy.progress(),
                    "a silent child is stopped in time");
            if (child == Phase.NONE) {
                return;
            }
            if (lost) {
                lostDeadBy = Math.min(lostDeadBy, deadBy);
                check(stopped, "what is lost is stopped");
            }
            long law = lost ? lostDeadBy : deadBy;
            if (law == NEVER) {
                return;
            }
            check(stopped || now < law - STOP - MARGIN, "a stop in time");
            check(killed || now < law - MARGIN - STOP / 5, "a kill in time");
            check(!policy.halt() || halted || now < law - MARGIN, "a halt in time");
            if (prompt && !undead) {
                check(now < law, "dead in time");
            }
            if (halted && prompt) {
                check(now >= law - MARGIN, "no halt before its time");
            }
        }

        private static void check(boolean holds, String what) {
            if (!holds) {
                throw new AssertionError("broken: " + what);
            }
        }
    }
}
