package dev.highlander.embedded;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * Our user's folder below {@code java.io.tmpdir}: the unpacked binaries of each version, and a folder for each run.
 *
 * <p>The folder of a run holds a file that is locked for as long as its JVM lives, so that the next start can tell and
 * remove what a killed run left.
 */
final class Workspace {
    private static final Object MUTEX = new Object();

    /** Runs of this JVM: opening and closing their lock files here would drop the locks. */
    private static final Set<Path> OURS = ConcurrentHashMap.newKeySet();

    private final Path root;

    private Workspace(Path root) {
        this.root = root;
    }

    interface Action<T> {
        T run(Path root) throws IOException;
    }

    static Workspace open() {
        Path root = Path.of(System.getProperty("java.io.tmpdir"), "highlander-postgres-" + Account.uid())
                .toAbsolutePath();
        try {
            Files.createDirectories(root.resolveSibling(""));
            try {
                createFolder(root);
            } catch (FileAlreadyExistsException e) {
                requireOurs(root);
            }
            return new Workspace(root);
        } catch (IOException e) {
            throw new PostgresServerException("cannot use " + root + "; set -Djava.io.tmpdir to a folder of yours", e);
        }
    }

    /** Somebody else's folder under our name could hold anything; we are going to run what is in it. */
    private static void requireOurs(Path root) throws IOException {
        Object owner = Files.getAttribute(root, "unix:uid", LinkOption.NOFOLLOW_LINKS);
        Set<PosixFilePermission> mode = Files.getPosixFilePermissions(root, LinkOption.NOFOLLOW_LINKS);
        if (((Number) owner).longValue() != Account.uid()
                || !Files.isDirectory(root, LinkOption.NOFOLLOW_LINKS)
                || mode.contains(PosixFilePermission.GROUP_WRITE)
                || mode.contains(PosixFilePermission.OTHERS_WRITE)) {
            throw new PostgresServerException(
                    root + " is not ours alone; remove it, or set -Djava.io.tmpdir to a folder of yours");
        }
    }

    /** Does something while no other thread or JVM of our user does. */
    <T> T exclusively(Action<T> action) throws IOException {
        synchronized (MUTEX) {
            try (FileChannel channel = channel(root.resolve("lock"));
                    FileLock lock = channel.lock()) {
                assert lock.isValid();
                return action.run(root);
            }
        }
    }

    /** A folder for one more run; what dead runs left is removed on the way. */
    Run newRun() throws IOException {
        return exclusively(root -> {
            Path runs = root.resolve("runs");
            if (!Files.exists(runs)) {
                createFolder(runs);
            }
            removeLeftovers(runs);
            Path folder = Files.createTempDirectory(runs, "");
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwx--x--x"));
            OURS.add(folder);
            FileChannel channel = channel(folder.resolve("lock"));
            channel.lock();
            return new Run(folder, channel);
        });
    }

    private static void removeLeftovers(Path runs) throws IOException {
        try (DirectoryStream<Path> folders = Files.newDirectoryStream(runs)) {
            for (Path folder : folders) {
                if (!OURS.contains(folder) && isAbandoned(folder)) {
                    Guard.over(folder.resolve("data"), List.of(folder)).letGo();
                }
            }
        }
    }

    private static boolean isAbandoned(Path folder) {
        try (FileChannel channel = channel(folder.resolve("lock"));
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException e) {
            return false;
        } catch (IOException e) {
            return !Files.exists(folder);
        }
    }

    /** Open to the server's account, whatever the umask is. */
    static void createFolder(Path folder) throws IOException {
        Files.createDirectory(folder);
        Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString("rwxr-xr-x"));
    }

    private static FileChannel channel(Path file) throws IOException {
        return FileChannel.open(file, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    }

    /** The folder of one run, claimed until it is closed. */
    record Run(Path folder, FileChannel lock) implements AutoCloseable {
        Path data() {
            return folder.resolve("data");
        }

        @Override
        public void close() {
            OURS.remove(folder);
            try {
                lock.close();
            } catch (IOException e) {
                throw new UncheckedIOException(e);
            }
        }
    }
}
