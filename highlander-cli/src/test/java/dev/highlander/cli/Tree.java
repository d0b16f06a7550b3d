package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;

/**
 * A command that is hard to kill, as its processes: itself, a child that has put off its environment, a grandchild that
 * has left the tree, and one that has left the session, too; none of them cares for SIGTERM.
 */
record Tree(List<ProcessHandle> processes) {
    private static final List<String> NAMES = List.of("up", "bare", "orphan", "session");
    /** With one that has left the session, its parents and its environment at once. */
    private static final List<String> ALL = List.of("up", "bare", "orphan", "session", "hidden");

    /** Each writes, every few milliseconds, the time to {@code log}. */
    static String script(Path log) {
        return script("cut -d\\  -f1 /proc/uptime >>" + log + "; sleep 0.01");
    }

    /** They do nothing. */
    static String script() {
        return script("sleep 0.3");
    }

    /** They do nothing, and there is one more of them, that only a strong guard can find. */
    static String hiding() {
        return "(setsid env -i sh -c 'trap \"\" TERM HUP; echo hidden $$; while :; do sleep 0.3; done' &)\n" + script();
    }

    private static String script(String step) {
        String loop = "while :; do " + step + "; done";
        return "trap '' TERM\n"
                + "env -i sh -c 'echo bare $$; " + loop + "' &\n"
                + "(sh -c 'echo orphan $$; " + loop + "' &)\n"
                + "(setsid sh -c 'echo session $$; " + loop + "' &)\n"
                + "echo up $$; " + loop;
    }

    static Tree await(Wrapper wrapper) throws InterruptedException {
        return await(wrapper, 1);
    }

    /** The {@code count}th that the wrapper has started. */
    static Tree await(Wrapper wrapper, int count) throws InterruptedException {
        return await(wrapper, count, NAMES);
    }

    static Tree awaitHiding(Wrapper wrapper) throws InterruptedException {
        return await(wrapper, 1, ALL);
    }

    private static Tree await(Wrapper wrapper, int count, List<String> names) throws InterruptedException {
        for (String name : names) {
            wrapper.awaitOutCount(name + " ", count);
        }
        return new Tree(names.stream()
                .map(name -> wrapper.out().stream()
                        .filter(line -> line.startsWith(name + " "))
                        .skip(count - 1)
                        .findFirst()
                        .orElseThrow())
                .flatMap(line -> wrapper.outside(Long.parseLong(line.substring(line.indexOf(' ') + 1))).stream())
                .toList());
    }

    /** Holds only while it runs as a whole. */
    Tree isWhole() {
        assertThat(runs()).as("runs as a whole").isTrue();
        return this;
    }

    boolean runs() {
        return processes.size() >= NAMES.size() && processes.stream().allMatch(Carriers::lives);
    }

    Stream<ProcessHandle> living() {
        return processes.stream().filter(Carriers::lives);
    }

    /** Waits until all are dead, and returns how long that took, counted from {@code since}. */
    Duration awaitDeath(long since) {
        while (living().findAny().isPresent()) {
            assertThat(System.nanoTime() - since)
                    .as("nanoseconds, and still alive: %s", living().toList())
                    .isLessThan(TimeUnit.SECONDS.toNanos(30));
            LockSupport.parkNanos(500_000);
        }
        return Duration.ofNanos(System.nanoTime() - since);
    }

    /** A command that says which of this tree it meets, and nothing if none. */
    String meet() {
        return "for pid in "
                + String.join(
                        " ",
                        processes.stream().map(one -> Long.toString(one.pid())).toList())
                + "; do grep -qs '^State:.[^ZX]' /proc/$pid/status && echo met $pid; done; echo done";
    }
}
