package dev.highlander.cli;

import dev.highlander.postgres.DatabaseUrl;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;

/** Where the password of a database comes from, and who else can read it there; by the rules of libpq. */
final class Passwords {
    private static final String VARIABLE = "PGPASSWORD";
    private static final String FILE_VARIABLE = "PGPASSFILE";
    /** Where the driver looks first. */
    private static final String FILE_PROPERTY = "org.postgresql.pgpassfile";

    private Passwords() {}

    /** Whether a URL has a password in it, that of a key file included. */
    static boolean isIn(DatabaseUrl url) {
        return url.hasPassword() || url.properties().containsKey("sslpassword");
    }

    /**
     * {@code url} with the password of the environment, if it has none itself. The driver reads the password file by
     * itself, except one that others can read too, which libpq ignores as well.
     */
    static DatabaseUrl complete(DatabaseUrl url, Map<String, String> environment, Consumer<String> warnings) {
        if (url.hasPassword()) {
            return url;
        }
        String password = environment.getOrDefault(VARIABLE, "");
        if (!password.isEmpty()) {
            return url.withPassword(password);
        }
        Path file = file(environment);
        if (isOthersToo(file)) {
            warnings.accept("The password file " + Shown.of(file.toString())
                    + " is not read, since users other than its owner can read it. Run chmod 600 on it.");
            System.setProperty(FILE_PROPERTY, "/dev/null");
        }
        return url;
    }

    private static Path file(Map<String, String> environment) {
        String named = environment.getOrDefault(FILE_VARIABLE, "");
        try {
            return named.isBlank() ? Path.of(System.getProperty("user.home"), ".pgpass") : Path.of(named.strip());
        } catch (InvalidPathException e) {
            throw FailedException.usage("The value of " + FILE_VARIABLE + " is no file name. Correct it.");
        }
    }

    private static boolean isOthersToo(Path file) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            return attributes.isRegularFile()
                    && attributes.permissions().stream().anyMatch(p -> !isOwners(p));
        } catch (IOException | UnsupportedOperationException e) {
            return false; // there is none, or this system knows no such permissions
        }
    }

    private static boolean isOwners(PosixFilePermission permission) {
        return permission.name().startsWith("OWNER_");
    }

    /** Refuses a file with a password that others can read; the group may, if root gave it the file. */
    static void refuseReadable(Path file) {
        try {
            PosixFileAttributes attributes = Files.readAttributes(file, PosixFileAttributes.class);
            Set<PosixFilePermission> permissions = attributes.permissions();
            boolean byGroup = permissions.contains(PosixFilePermission.GROUP_READ)
                    && !attributes.owner().getName().equals("root");
            if (attributes.isRegularFile() && (byGroup || permissions.contains(PosixFilePermission.OTHERS_READ))) {
                throw FailedException.usage("The configuration file " + Shown.of(file.toString())
                        + " has a password, and users other than its owner can read it. Run chmod 600 on it (640 will"
                        + " do if it is root's), or put the password into ~/.pgpass.");
            }
        } catch (IOException | UnsupportedOperationException e) {
            return; // this system knows no such permissions
        }
    }
}
