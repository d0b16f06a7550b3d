package dev.highlander.lock;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.nio.file.attribute.UserPrincipal;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Where lock files are. */
final class LockDirectory {
    private LockDirectory() {}

    /**
     * This user's own directory below the one for temporary files, made if it is missing. Its name can be guessed and its
     * parent is everybody's, so what another user may have put there is refused.
     */
    static Path byDefault() {
        return ownBelow(Path.of(System.getProperty("java.io.tmpdir")), System.getProperty("user.name"));
    }

    static Path ownBelow(Path parent, String user) {
        Path directory =
                parent.resolve("highlander-" + user.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9._-]", "_"));
        try {
            create(directory);
            if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
                throw unusable(
                        directory, "it is a symbolic link or no directory, which someone else may have put there.");
            }
            PosixFileAttributeView posix = posix(directory);
            if (posix != null) {
                Set<PosixFilePermission> allowed = posix.readAttributes().permissions();
                if (allowed.contains(PosixFilePermission.GROUP_WRITE)
                        || allowed.contains(PosixFilePermission.OTHERS_WRITE)) {
                    throw unusable(
                            directory,
                            "others may write there (" + PosixFilePermissions.toString(allowed)
                                    + "), and so could delete a lock that is held.");
                }
            }
            Path real = directory.toRealPath();
            UserPrincipal us = writeProbe(real);
            if (posix != null && !posix.readAttributes().owner().equals(us)) {
                throw unusable(
                        directory,
                        "it belongs to " + posix.readAttributes().owner().getName() + ", not to " + us.getName() + ".");
            }
            return real;
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    /** A directory that the user chose, made if it is missing; whom to trust there is up to the user. */
    static Path given(Path directory) {
        try {
            Files.createDirectories(directory.toAbsolutePath());
            Path real = directory.toRealPath();
            writeProbe(real);
            return real;
        } catch (IOException e) {
            throw unusable(directory, e);
        }
    }

    private static void create(Path directory) throws IOException {
        FileAttribute<?>[] ours =
                directory.getFileSystem().supportedFileAttributeViews().contains("posix")
                        ? new FileAttribute<?>[] {
                            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------"))
                        }
                        : new FileAttribute<?>[0];
        try {
            Files.createDirectory(directory, ours);
        } catch (FileAlreadyExistsException e) {
            // Made earlier, by us as the caller goes on to see.
        }
    }

    private static @Nullable PosixFileAttributeView posix(Path directory) {
        return Files.getFileAttributeView(directory, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    }

    /** Who we are, as the file system sees it. */
    private static UserPrincipal writeProbe(Path directory) throws IOException {
        Path probe = Files.createTempFile(directory, "probe-", ".tmp");
        try {
            return Files.getOwner(probe, LinkOption.NOFOLLOW_LINKS);
        } finally {
            Files.deleteIfExists(probe);
        }
    }

    private static IllegalArgumentException unusable(Path directory, IOException why) {
        String what = why instanceof AccessDeniedException
                ? "this user may not write there."
                : why instanceof FileAlreadyExistsException || why instanceof NotDirectoryException
                        ? "there is something else than a directory in its place."
                        : "the file system says " + why + ".";
        IllegalArgumentException e = unusable(directory, what);
        e.initCause(why);
        return e;
    }

    private static IllegalArgumentException unusable(Path directory, String why) {
        return new IllegalArgumentException("The lock files can't be in the directory " + directory + ": " + why
                + " Give a directory on a local file system that this user may write in and no stranger can.");
    }
}
