package dev.highlander.lock;

import dev.highlander.lock.Condition.Problem;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The file of one key, as this JVM sees it: an operating-system lock, two slots for records of terms, and the queue of
 * those here who want it.
 *
 * <p>On POSIX systems a process loses its locks on a file when it closes <em>any</em> channel of that file. So there is
 * one object and one channel for each file, and no channel is ever closed: each key that was ever looked at costs a file
 * descriptor for the rest of the JVM's life.
 *
 * <p>Terms are written to the slots in turn, so that one which a power failure tears leaves the one before it whole.
 */
final class LockFile {
    /** Locked far behind the records, since Windows lets nobody read what is locked. */
    private static final long LOCKED_BYTE = 1L << 40;

    private static final Map<Path, LockFile> ALL = new ConcurrentHashMap<>();

    private final Path path;

    // The queue, guarded by itself.
    private final ArrayDeque<Waiter> queue = new ArrayDeque<>();
    private @Nullable Waiter turn;

    // The file, guarded by this.
    private @Nullable FileChannel channel;
    private @Nullable Object identity;
    private @Nullable FileLock lock;
    private @Nullable LockRecord held;

    /** Someone in the queue. */
    interface Waiter {
        /** It is your turn to try for the lock, until you leave. Returns at once. */
        void turn();
    }

    /** Something about a file that a person has to look at. */
    static final class Unusable extends IOException {
        private static final long serialVersionUID = 1;

        private final transient Problem problem;

        Unusable(Problem problem) {
            super(problem.toString());
            this.problem = problem;
        }

        Problem problem() {
            return problem;
        }
    }

    private LockFile(Path path) {
        this.path = path;
    }

    /** The one object for that path, whose directory must be a real path. */
    static LockFile at(Path path) {
        return ALL.computeIfAbsent(path, LockFile::new);
    }

    /** The file of a key: a readable part and a hash for a text, the number itself for a number. */
    static LockFile of(Path directory, Namespace namespace, Key key) {
        return at(directory.resolve(name(namespace, key)));
    }

    static String name(Namespace namespace, Key key) {
        if (key instanceof Key.Named named) {
            String readable = named.text().replaceAll("[^A-Za-z0-9._-]", "_");
            return String.format(
                    "%s-%016x.lock", readable.substring(0, Math.min(40, readable.length())), named.hash(namespace));
        }
        return key.toString().replace(':', ',') + ".lock"; // no text's name begins with #
    }

    void join(Waiter waiter) {
        synchronized (queue) {
            if (turn != null) {
                queue.add(waiter);
                return;
            }
            turn = waiter;
        }
        waiter.turn();
    }

    /** Leaves the queue; whose turn it was passes it on, without the lock. */
    void leave(Waiter waiter) {
        Waiter next;
        synchronized (queue) {
            if (turn != waiter) {
                queue.remove(waiter);
                return;
            }
            next = queue.poll();
            turn = next;
        }
        if (next != null) {
            next.turn();
        }
    }

    boolean isTurnOf(Waiter waiter) {
        synchronized (queue) {
            return turn == waiter;
        }
    }

    /**
     * Locks the file and records the new term in it, in a way that survives a power failure.
     *
     * @return null if someone else has it
     */
    synchronized @Nullable LockRecord tryAcquire(Namespace namespace, Key key, Node node, Instant now)
            throws IOException {
        FileChannel open = open(true);
        FileLock got = open == null ? null : tryLock(open, false);
        if (open == null || got == null) {
            return null;
        }
        try {
            if (isThere()) { // else it was replaced before we had the lock: try again with the new one
                Slots slots = read(open);
                if (slots.latest != null && !slots.latest.isOf(namespace, key)) {
                    throw corrupt("is the lock file of another key, " + slots.latest.key());
                }
                LockRecord next = LockRecord.of(slots.nextToken(now), namespace, key, node, now);
                write(open, next, slots.free);
                lock = got;
                held = next;
            }
            return held;
        } finally {
            if (lock == null) {
                got.release();
            }
        }
    }

    synchronized void unlock() throws IOException {
        FileLock present = lock;
        if (present != null) {
            present.release();
            lock = null;
            held = null;
        }
    }

    /** The term that someone holds the lock for, if anyone does. */
    synchronized Optional<LockRecord> holding() throws IOException {
        if (held != null) {
            return Optional.of(held);
        }
        FileChannel open = open(false);
        if (open == null) {
            return Optional.empty();
        }
        // Shared, so that two who look do not take each other for holders.
        FileLock probe = tryLock(open, true);
        if (probe != null) {
            probe.release();
            return Optional.empty();
        }
        return Optional.ofNullable(read(open).latest);
    }

    /** Whether the file that we have open is still the one of that name; if not, its lock excludes nobody. */
    synchronized boolean isThere() throws IOException {
        try {
            return channel != null && channel.isOpen() && Objects.equals(identity, identity(path));
        } catch (NoSuchFileException | Unusable e) {
            return false;
        }
    }

    /** Keeps those away who delete temporary files that nobody has touched for days. */
    void touch(Instant now) throws IOException {
        Files.setLastModifiedTime(path, FileTime.from(now));
    }

    private @Nullable FileChannel open(boolean create) throws IOException {
        if (isThere()) {
            return channel;
        }
        if (create) {
            try {
                Files.createFile(path);
            } catch (FileAlreadyExistsException e) {
                // as nearly always
            } catch (AccessDeniedException e) {
                throw denied();
            }
        }
        try {
            // While a file is open, no other file gets its identity: so the same one before and after is its own.
            Object before = identity(path);
            FileChannel opened = FileChannel.open(
                    path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
            keep(opened);
            if (!Objects.equals(before, identity(path))) {
                return null;
            }
            identity = before;
            channel = opened;
            return opened;
        } catch (NoSuchFileException e) {
            return null;
        } catch (AccessDeniedException e) {
            throw denied();
        }
    }

    /**
     * Keeps a channel from being closed even when this class and its loader are garbage, since another loader's copy of
     * this class may hold a lock on the same file. The delays of futures are the JDK's own and refer to nothing of ours.
     */
    private static void keep(FileChannel opened) {
        var unused = new CompletableFuture<FileChannel>().completeOnTimeout(opened, 36_500, TimeUnit.DAYS);
    }

    /** Null on file systems whose files have no identity. */
    private static @Nullable Object identity(Path path) throws IOException {
        BasicFileAttributes attributes =
                Files.readAttributes(path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (!attributes.isRegularFile()) {
            throw new Unusable(new Problem(
                    "LOCK_FILE_REPLACED",
                    "The lock file " + path + " is not a regular file.",
                    "Remove it, and see who may write in its directory."));
        }
        return attributes.fileKey();
    }

    private static @Nullable FileLock tryLock(FileChannel open, boolean shared) throws IOException {
        try {
            return uninterrupted(() -> open.tryLock(LOCKED_BYTE, 1, shared));
        } catch (OverlappingFileLockException e) {
            return null; // another class loader's, in this JVM
        }
    }

    private Slots read(FileChannel open) throws IOException {
        ByteBuffer bytes = ByteBuffer.allocate(2 * LockRecord.BYTES);
        uninterrupted(() -> {
            int at = 0;
            for (int n = 0; n >= 0 && bytes.hasRemaining(); at += Math.max(n, 0)) {
                n = open.read(bytes, at);
            }
            return at;
        });
        byte[] first = new byte[LockRecord.BYTES];
        byte[] second = new byte[LockRecord.BYTES];
        bytes.rewind().get(first).get(second);
        Slots slots = Slots.of(first, second);
        if (slots.latest == null && slots.torn) {
            throw corrupt("has neither of its two records in order");
        }
        return slots;
    }

    private static void write(FileChannel open, LockRecord next, int slot) throws IOException {
        ByteBuffer bytes = next.encode();
        uninterrupted(() -> {
            while (bytes.hasRemaining()) {
                int unused = open.write(bytes, (long) slot * LockRecord.BYTES + bytes.position());
            }
            open.force(false);
            return bytes;
        });
    }

    private Unusable corrupt(String what) {
        return new Unusable(new Problem(
                "LOCK_FILE_CORRUPT",
                "The lock file " + path + " " + what + ", so the number of the last term is not known.",
                "See what has written to it; when no process uses it, delete it: terms are numbered from the wall clock"
                        + " then."));
    }

    private Unusable denied() {
        return new Unusable(new Problem(
                "LOCK_FILE_DENIED",
                "The lock file " + path + " can't be opened for reading and writing.",
                "Give this user access to it, or use a directory of this user's own."));
    }

    /** A file's work. */
    private interface Io<T extends @Nullable Object> {
        T run() throws IOException;
    }

    /** An interrupt would close the channel, and so lose every lock that this process has on the file. */
    private static <T extends @Nullable Object> T uninterrupted(Io<T> io) throws IOException {
        boolean interrupted = Thread.interrupted();
        try {
            return io.run();
        } catch (ClosedChannelException e) {
            throw new IOException("The lock file was closed by an interrupt.", e);
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    /**
     * What is in a file.
     *
     * @param latest the latest whole record
     * @param free the slot to write next
     * @param torn whether the free slot has something else than a record
     */
    private record Slots(@Nullable LockRecord latest, int free, boolean torn) {
        static Slots of(byte[] first, byte[] second) {
            LockRecord a = LockRecord.decode(first);
            LockRecord b = LockRecord.decode(second);
            if (a != null && (b == null || b.token() < a.token())) {
                return new Slots(a, 1, b == null && !isBlank(second));
            }
            return new Slots(b, 0, a == null && !(isBlank(first) && (b != null || isBlank(second))));
        }

        /** A fresh file begins at the wall clock, so that tokens go on rising when a reboot has emptied the directory. */
        long nextToken(Instant now) {
            if (latest == null) {
                return Math.max(1, now.toEpochMilli());
            }
            return latest.token() + (torn ? 2 : 1); // what was torn may have been the term after the latest
        }

        private static boolean isBlank(byte[] bytes) {
            for (byte b : bytes) {
                if (b != 0) {
                    return false;
                }
            }
            return true;
        }
    }
}
