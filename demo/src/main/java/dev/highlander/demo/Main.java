package dev.highlander.demo;

import dev.highlander.drills.Fault;
import dev.highlander.lock.Lease;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;

/**
 * Shows, in about a minute, one job on three nodes with a real Postgres, while nodes are stopped, killed, frozen and cut
 * off and the database is restarted; then what the judge found in the logs. Exits with 0 only when that is good.
 */
public final class Main {
    /** What it shows, unless told otherwise. */
    static final List<Fault> WHOLE_STORY = List.of(
            Fault.SIGTERM,
            Fault.SIGKILL,
            Fault.FREEZE_NODE,
            Fault.TERMINATE_BACKEND,
            Fault.SILENCE,
            Fault.RESTART_IMMEDIATE);

    private static final String HELP = """
            usage: highlander demo [--short] [--beside naive] [--help]

            Starts a Postgres and three node processes that all want to run one job, and shows who runs it while
            its node is stopped, killed, frozen and cut off, and while the database is restarted. At the end a judge
            reads what every process wrote and says whether there were ever two. Takes about a minute; what it starts
            and writes is gone when it ends, also when it is interrupted.

              --short         kills one node and restarts the database, no more; about 20 seconds
              --beside naive  does the same before to nodes that hold a pg_advisory_lock by hand, and shows for how
                              long two of them work at once; takes twice as long
              --help          this text

            Exit status: 0 if there was never more than one with Highlander and the job always went on, 1 if not, or if
            the judge did not see two by hand either; 2 if the demo itself could not be carried out, 64 for a wrong option.
            """;

    private Main() {}

    public static void main(String[] args) {
        PrintStream out = new PrintStream(new FileOutputStream(FileDescriptor.out), true, StandardCharsets.UTF_8);
        List<Fault> story = WHOLE_STORY;
        boolean besideNaive = false;
        Iterator<String> words = List.of(args).iterator();
        while (words.hasNext()) {
            String arg = words.next();
            switch (arg) {
                case "--help", "-h" -> {
                    out.print(HELP);
                    return;
                }
                case "--short" -> story = List.of(Fault.SIGKILL, Fault.RESTART_IMMEDIATE);
                case "--beside" -> {
                    if (!words.hasNext() || !words.next().equals("naive")) {
                        refuse("--beside takes one word, naive.");
                    }
                    besideNaive = true;
                }
                case "--beside=naive" -> besideNaive = true;
                default -> refuse("Unknown option " + arg + ".");
            }
        }
        Paper paper = new Paper(out, Terminal.wantsColours());
        System.exit(new Demo(paper, Lease.of(Duration.ofSeconds(2)), story, besideNaive).run());
    }

    private static void refuse(String why) {
        System.err.print(why + "\n\n" + HELP);
        System.exit(64);
    }
}
