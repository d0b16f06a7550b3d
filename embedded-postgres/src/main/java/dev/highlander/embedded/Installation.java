package dev.highlander.embedded;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** The programs of one version of Postgres, unpacked once per version and user. */
record Installation(int major, Path home) {
    private static final String PLATFORM = platform();
    private static final Map<Integer, Installation> KNOWN = new ConcurrentHashMap<>();

    /** Of which majors the class path holds the programs for this machine. */
    static SortedSet<Integer> majors() {
        SortedSet<Integer> present = new TreeSet<>();
        for (String major : versions().stringPropertyNames()) {
            if (Installation.class.getResource(archive(Integer.parseInt(major))) != null) {
                present.add(Integer.valueOf(major));
            }
        }
        return present;
    }

    static void require(int major) {
        if (!majors().contains(major)) {
            throw new PostgresServerException("no Postgres " + major + " for " + PLATFORM + " on the class path, which"
                    + " has the majors " + majors() + ". A build has 14 and 18, with -Pmajors also 15, 16 and"
                    + " 17, on Linux and macOS, amd64 and arm64.");
        }
    }

    static Installation of(int major, Workspace workspace) {
        return KNOWN.computeIfAbsent(major, m -> {
            try {
                return workspace.exclusively(root -> new Installation(m, unpacked(m, root)));
            } catch (IOException e) {
                throw new PostgresServerException("cannot unpack Postgres " + m + ": " + e.getMessage(), e);
            }
        });
    }

    Path program(String name) {
        return home.resolve("bin").resolve(name);
    }

    private static Path unpacked(int major, Path root) throws IOException {
        String name = versions().getProperty(Integer.toString(major)) + "-" + PLATFORM;
        Path home = root.resolve(name);
        if (isComplete(home)) {
            return home;
        }
        Path part = root.resolve(name + ".part");
        remove(home);
        remove(part);
        Workspace.createFolder(part);
        try (@Nullable InputStream archive = Installation.class.getResourceAsStream(archive(major))) {
            if (archive == null) {
                throw new IOException(archive(major) + " is gone");
            }
            int files = TarXz.unpack(archive, part);
            Files.writeString(part.resolve(".files"), Integer.toString(files));
        }
        return Files.move(part, home, StandardCopyOption.ATOMIC_MOVE);
    }

    /** Some machines clean their temporary folder by the age of each file: so all are counted. */
    private static boolean isComplete(Path home) throws IOException {
        Path count = home.resolve(".files");
        if (!Files.exists(count)) {
            return false;
        }
        try (Stream<Path> files = Files.walk(home)) {
            long present = files.filter(path -> !Files.isDirectory(path)).count() - 1;
            return Long.toString(present).equals(Files.readString(count));
        }
    }

    static void remove(Path folder) throws IOException {
        if (Files.exists(folder)) {
            List<Path> deepestFirst;
            try (Stream<Path> files = Files.walk(folder)) {
                deepestFirst = files.sorted(Comparator.reverseOrder()).toList();
            }
            for (Path path : deepestFirst) {
                Files.delete(path);
            }
        }
    }

    private static String archive(int major) {
        return "/postgres/" + major + "/postgres-" + PLATFORM + ".txz";
    }

    private static Properties versions() {
        Properties versions = new Properties();
        try (@Nullable InputStream in = Installation.class.getResourceAsStream("versions.properties")) {
            versions.load(Objects.requireNonNull(in));
            return versions;
        } catch (IOException e) {
            throw new PostgresServerException("versions.properties cannot be read", e);
        }
    }

    private static String platform() {
        String os = System.getProperty("os.name").toLowerCase(Locale.ROOT);
        String arch = System.getProperty("os.arch");
        return (os.startsWith("mac") ? "darwin" : os)
                + "-"
                + switch (arch) {
                    case "amd64", "x86_64" -> "x86_64";
                    case "aarch64" -> "arm_64";
                    default -> arch;
                };
    }
}
