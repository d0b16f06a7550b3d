package dev.highlander.cli;

import dev.highlander.cli.GuardMachine.Quarry;
import dev.highlander.cli.GuardMachine.Step;
import dev.highlander.postgres.Lifeline;
import dev.highlander.postgres.ListenAddress;
import dev.highlander.postgres.RunId;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.BindException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.OptionalLong;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import java.util.function.LongFunction;

/**
 * Where the JVM of a guard begins that listens for other nodes, which a shell can't: the last to die of what highlander
 * starts. Its first order is {@code listen ADDRESS RUN}, and what follows is for a {@link GuardMachine}, term after term. It
 * ends when there are no more orders and what it guards is dead; then, and not before, the connections to its address
 * are refused.
 */
public final class GuardMain {
    /** An earlier guard at the same address ends within it, once its command is dead. */
    private static final long BIND_PATIENCE = TimeUnit.SECONDS.toNanos(5);

    private static final long BIND_RETRY = 50_000_000L;
    private static final long AGAIN = 50_000_000L;
    /** The waits are short, since they stand still while the machine is suspended. */
    private static final long LONGEST_WAIT = 200;

    private static final long LAST_WORDS = TimeUnit.SECONDS.toNanos(1);
    private static final int ANSWERS = 200;

    private final BlockingQueue<LongFunction<List<Step>>> orders = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> answers = new LinkedBlockingQueue<>(ANSWERS);
    private final GuardMachine machine = new GuardMachine();
    private final AtomicInteger unwritten = new AtomicInteger();

    private GuardMain() {}

    public static void main(String[] args) {
        new GuardMain().guard();
    }

    private void guard() {
        thread("answers", this::write);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        try {
            Sweeper.kill(nothing()); // loads the classes, and finds out whether there is a /proc
            long unused = Deadline.now();
            Lifeline lifeline = listen(in.readLine());
            answer("able " + lifeline.address());
        } catch (IOException | IllegalArgumentException e) {
            answer("unable " + e.getMessage());
            end();
        }
        thread("orders", () -> read(in));
        while (true) {
            try {
                turn();
            } catch (InterruptedException | RuntimeException | Error e) {
                LockSupport.parkNanos(AGAIN);
            }
        }
    }

    private static Quarry nothing() {
        return new Quarry("nobody-" + UUID.randomUUID(), OptionalLong.empty(), null, false, OptionalLong.empty());
    }

    private static void thread(String what, Runnable work) {
        Thread thread = new Thread(work, "highlander-guard-" + what);
        thread.setDaemon(true);
        thread.start();
    }

    private Lifeline listen(String order) throws IOException {
        String[] words = order == null ? new String[0] : order.split(" ", -1);
        if (words.length != 3 || !words[0].equals("listen")) {
            throw new IOException("it was not told where to listen");
        }
        ListenAddress address = ListenAddress.parse(words[1]);
        RunId run = RunId.parse(words[2]);
        long patience = System.nanoTime() + BIND_PATIENCE;
        while (true) {
            try {
                return Lifeline.open(run, address, this::remark);
            } catch (IOException e) {
                if (!(e.getCause() instanceof BindException) || System.nanoTime() - patience > 0) {
                    throw e;
                }
                LockSupport.parkNanos(BIND_RETRY);
            }
        }
    }

    private void remark(String what) {
        answer("remark " + what.replaceAll("\\p{Cntrl}", "?"));
    }

    /** Never blocks: a wrapper that is frozen reads nothing. */
    private void answer(String line) {
        if (answers.offer(line)) {
            unwritten.incrementAndGet();
        }
    }

    private void write() {
        while (true) {
            try {
                System.out.println(answers.take());
                System.out.flush();
            } catch (InterruptedException | RuntimeException | Error e) {
                LockSupport.parkNanos(AGAIN);
            } finally {
                unwritten.decrementAndGet();
            }
        }
    }

    private void read(BufferedReader in) {
        try {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                String order = line;
                orders.add(now -> machine.order(order, now));
            }
        } catch (IOException e) {
            // Nobody gives orders any more.
        } finally {
            orders.add(machine::orphaned);
        }
    }

    private void turn() throws InterruptedException {
        long wait = Math.min(LONGEST_WAIT, Math.max(0, machine.wakeAt() - uptime()));
        LongFunction<List<Step>> order = orders.poll(wait * 10, TimeUnit.MILLISECONDS);
        long now = uptime();
        (order == null ? machine.at(now) : order.apply(now)).forEach(this::insist);
    }

    private void insist(Step step) {
        while (true) {
            try {
                carryOut(step);
                return;
            } catch (RuntimeException | Error e) {
                LockSupport.parkNanos(AGAIN); // whatever it is, nobody else would kill
            }
        }
    }

    private void carryOut(Step step) {
        if (step instanceof Step.Kill kill) {
            Sweeper.kill(kill.quarry());
        } else if (step instanceof Step.Expired) {
            answer(Guard.EXPIRED);
        } else if (step instanceof Step.Tidy tidy) {
            Sweeper.tidy(tidy.quarry());
        } else {
            end();
        }
    }

    private static long uptime() {
        while (true) {
            try {
                return Deadline.now();
            } catch (IOException e) {
                LockSupport.parkNanos(AGAIN);
            }
        }
    }

    private void end() {
        long patience = System.nanoTime() + LAST_WORDS;
        while (unwritten.get() > 0 && System.nanoTime() - patience < 0) {
            LockSupport.parkNanos(AGAIN / 50);
        }
        Runtime.getRuntime().halt(0);
    }
}
