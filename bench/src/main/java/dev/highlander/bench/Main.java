package dev.highlander.bench;

import dev.highlander.drills.Verdict;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Prints the comparison with ShedLock, Spring's leader election and a plain advisory lock. */
public final class Main {
    private static final String HELP = """
            usage: highlander bench [--rounds N] [--help]

            Does the same to four ways to run one job on three nodes with a Postgres: Highlander, a plain
            pg_advisory_lock, Spring Integration's leader election, and ShedLock, each of which is told to give up a
            holder that has been silent for 2 s. Five faults, each N times, 3 unless given; a round takes about two
            minutes. Then it prints what the judge found in the logs of all processes: medians of times, and the
            longest time for which two worked at once ("for good": until one was killed, after 4 s).
            """;

    private Main() {}

    public static void main(String[] args) throws IOException, InterruptedException {
        int rounds = 3;
        if (args.length == 1 && (args[0].equals("--help") || args[0].equals("-h"))) {
            System.out.print(HELP);
            return;
        }
        if (args.length == 2 && args[0].equals("--rounds") && args[1].matches("[1-9]\\d{0,3}")) {
            rounds = Integer.parseInt(args[1]);
        } else if (args.length > 0) {
            System.err.print("Can't be understood: " + String.join(" ", args) + "\n\n" + HELP);
            System.exit(64);
        }
        Path logs = Files.createTempDirectory("highlander-bench-");
        long seed = System.nanoTime() & 0xffff;
        Map<Rival, Verdict> verdicts = Comparison.run(List.of(Rival.values()), Comparison.FAULTS, rounds, seed, logs);
        System.out.println("\n" + rounds + " of each fault, seed " + seed + "; logs in " + logs + "\n");
        System.out.print(Table.of(verdicts));
    }
}
