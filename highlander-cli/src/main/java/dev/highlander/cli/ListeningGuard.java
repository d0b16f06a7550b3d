package dev.highlander.cli;

import dev.highlander.postgres.ListenAddress;
import dev.highlander.postgres.RunId;
import java.io.File;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A guard that also listens for other nodes: a small JVM, {@link GuardMain}, for all terms of this process. What it listens
 * at is refused when it is dead, which it is after the command, or not at all.
 */
final class ListeningGuard {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    /** Left alone by a JVM that finds them ignored and is told by -Xrs to take no signals. */
    private static final String IGNORE = "trap '' HUP INT QUIT TERM TSTP TTIN TTOU ALRM USR1; exec \"$@\"";
    /** It must not die of what it can't have: the command would be without it. */
    private static final List<String> SMALL = List.of(
            "-Xrs",
            "-XX:+UseSerialGC",
            "-XX:TieredStopAtLevel=1",
            "-Xms4m",
            "-Xmx16m",
            "-Xss256k",
            "-XX:-UsePerfData",
            "-XX:+DisplayVMOutputToStderr",
            "-Xlog:disable");
    /** By which the launcher says where the archive of classes is. */
    private static final String ARCHIVE = "highlander.archive";

    private final GuardProcess process;
    private final RunId run = RunId.random();
    private volatile @Nullable OfTerm present;

    private ListeningGuard(Map<String, String> environment) throws IOException {
        process = GuardProcess.start(
                words(),
                environment,
                builder -> builder.directory(new File("/")), // so that no file system is kept mounted
                this::answered);
        var unused = process.ended().thenRun(() -> tell(Guard.KILLED));
    }

    /**
     * One that listens, and guards nothing yet.
     *
     * @throws IOException with the reason, if there can be none here
     */
    static ListeningGuard start(Map<String, String> environment, ListenAddress address)
            throws IOException, InterruptedException {
        ListeningGuard guard = new ListeningGuard(environment);
        guard.process.order("listen " + address + " " + guard.run.hex());
        String bound = guard.process.awaitAble();
        LOG.log(
                Level.INFO,
                "Commands are guarded by process {0}, a JVM that listens at {1} as {2}.",
                guard.process,
                bound,
                guard.run);
        return guard;
    }

    private static List<String> words() {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", IGNORE, GuardProcess.NAME));
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.add("-D" + GuardProcess.NAME); // first, where a list of processes still shows it
        words.addAll(SMALL);
        String archive = System.getProperty(ARCHIVE, "");
        if (!archive.isEmpty()) {
            words.add("-XX:SharedArchiveFile=" + archive);
        }
        words.addAll(List.of("-cp", classPath(), GuardMain.class.getName()));
        return words;
    }

    private static String classPath() {
        return Arrays.stream(System.getProperty("java.class.path").split(File.pathSeparator, -1))
                .map(entry -> Path.of(entry).toAbsolutePath().toString())
                .collect(Collectors.joining(File.pathSeparator));
    }

    boolean isAlive() {
        return process.isAlive();
    }

    /** For the next term. */
    Guard term() {
        OfTerm next = new OfTerm();
        present = next;
        return next;
    }

    private void answered(String line) {
        if (line.equals(Guard.EXPIRED)) {
            tell(line);
        } else if (line.startsWith("remark ")) {
            LOG.log(Level.WARNING, "{0}", line.substring(7));
        }
    }

    private void tell(String what) {
        OfTerm told = present;
        if (told != null) {
            told.failed.complete(what);
        }
    }

    /** It, as far as one term is concerned: what is ordered after that is over would be for the next one. */
    private final class OfTerm implements Guard {
        private final CompletableFuture<String> failed = new CompletableFuture<>();
        private boolean done;

        @Override
        public boolean isAlive() {
            return process.isAlive();
        }

        @Override
        public CompletionStage<String> failed() {
            return failed;
        }

        @Override
        public synchronized void order(String lines) {
            if (!done) {
                process.order(lines);
            }
        }

        @Override
        public synchronized void done() {
            if (!done) {
                present = null;
                process.order("done");
                done = true;
            }
        }

        @Override
        public void strike() throws InterruptedException {
            process.strike();
        }
    }
}
