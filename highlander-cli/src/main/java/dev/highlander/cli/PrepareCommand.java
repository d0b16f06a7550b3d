package dev.highlander.cli;

import dev.highlander.lock.Condition.Phase;
import dev.highlander.postgres.PostgresLocks;
import java.io.File;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.jar.JarFile;
import picocli.CommandLine.Command;

/**
 * {@code highlander prepare}. The launcher runs it in a JVM that writes an archive of its classes when it ends; so what
 * this does is load what other commands need, by being them for a moment, and by name where that takes a server.
 */
@Command(
        name = "prepare",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        header = "Makes the archive of classes from which highlander starts faster.%n",
        description = "The first start makes it too, in the background, where the cache directory can be written:"
                + " HIGHLANDER_CACHE, or else highlander in the user's cache. Use this when an image or a package is"
                + " built. The launcher does it: without the launcher there is no archive.%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the archive is made",
            "69:there is no Java, or no directory that can be written",
            "70:the archive could not be made",
        },
        footerHeading = "%nExamples:%n",
        footer = "  HIGHLANDER_CACHE=/opt/highlander-cache highlander prepare")
final class PrepareCommand implements Callable<Integer> {
    private static final List<String> NEEDED = List.of(
            "dev/highlander/", "org/postgresql/core/", "org/postgresql/jdbc/", "org/postgresql/util/", "picocli/");
    private static final long PATIENCE_SECONDS = 5;

    private final Map<String, String> environment;

    PrepareCommand(Map<String, String> environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException, InterruptedException {
        loadByName();
        be();
        connectToNobody();
        return ExitStatus.OK;
    }

    private static void loadByName() throws IOException {
        File jar = new File(PrepareCommand.class
                .getProtectionDomain()
                .getCodeSource()
                .getLocation()
                .getPath());
        if (!jar.isFile()) {
            return;
        }
        try (JarFile entries = new JarFile(jar)) {
            entries.stream()
                    .map(entry -> entry.getName())
                    .filter(name -> name.endsWith(".class") && NEEDED.stream().anyMatch(name::startsWith))
                    .forEach(name -> load(
                            name.substring(0, name.length() - ".class".length()).replace('/', '.')));
        }
    }

    private static void load(String name) {
        try {
            Class.forName(name, false, PrepareCommand.class.getClassLoader());
        } catch (ClassNotFoundException | LinkageError e) {
            // It needs a library that is not here, so nobody else will load it either.
        }
    }

    private void be() throws IOException {
        Map<String, String> here = new HashMap<>(environment);
        here.keySet().retainAll(Set.of("PATH", "HOME")); // nothing of it is an option
        Path directory = Files.createTempDirectory("highlander-prepare");
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
            Cli cli = new Cli(here, nowhere, nowhere);
            String place = directory.toString();
            int unused = cli.run("run", "--key", "prepare", "--local", "--directory", place, "--", "true");
        } finally {
            File[] left = directory.toFile().listFiles();
            for (File file : left == null ? new File[0] : left) {
                Files.deleteIfExists(file.toPath());
            }
            Files.deleteIfExists(directory);
        }
    }

    /** As far as a session comes where nobody listens. */
    private static void connectToNobody() throws InterruptedException {
        CountDownLatch failed = new CountDownLatch(1);
        try (PostgresLocks locks = PostgresLocks.connect("postgres://nobody@127.0.0.1:1/none")) {
            var unused = locks.listen(condition -> failed.countDown());
            if (locks.condition().phase() == Phase.CONNECTING
                    && locks.condition().problem().isEmpty()) {
                boolean unusedToo = failed.await(PATIENCE_SECONDS, TimeUnit.SECONDS);
            }
        }
    }
}
