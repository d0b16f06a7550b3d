package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.DatabaseUrl;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where keys are kept; the same for all commands. */
final class PlaceOptions implements Settings.Aware {
    private static final String VARIABLE = "DATABASE_URL";

    private Settings settings = Settings.none();

    @Option(
            names = "--postgres",
            paramLabel = "URL",
            order = 10,
            description = "Keep keys in this Postgres: postgres://user@host:5432/database or"
                    + " jdbc:postgresql://host:5432/database. Without --postgres and --local, DATABASE_URL says where.")
    private @Nullable String postgres;

    @Option(
            names = "--local",
            order = 11,
            description = "Keep keys in lock files of this machine: unique among its processes only.")
    private boolean local;

    @Option(
            names = "--directory",
            paramLabel = "DIR",
            order = 12,
            description = "With --local: where the lock files are. Default: a directory of this user's own.")
    private @Nullable Path directory;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            order = 13,
            converter = Converters.OfNamespace.class,
            description = "Keeps the keys of applications apart that share a database. Default: default.")
    private Namespace namespace = Namespace.DEFAULT;

    @Option(
            names = "--allow-visible-password",
            order = 14,
            description =
                    "Accept a URL with a password on the command line, where every user of this machine can read it.")
    private boolean visiblePassword;

    @Option(
            names = "--config",
            paramLabel = "FILE",
            order = 80,
            description = "Read options from this file: a line name=value each, named as here without the dashes.")
    @SuppressWarnings("UnusedVariable") // it is read by its name, before the options are complete
    private @Nullable Path config;

    @Override
    public void settings(Settings where) {
        settings = where;
    }

    Namespace namespace() {
        return namespace;
    }

    boolean isLocal() {
        return local && !(postgres != null && settings.outranks("postgres", "local"));
    }

    /** Whether anything says where keys are kept. */
    boolean isGiven(Map<String, String> environment) {
        return local
                || postgres != null
                || !environment.getOrDefault(VARIABLE, "").isBlank();
    }

    /** A lease has no meaning with lock files, unless those were chosen in an earlier place than it. */
    void refuseLease(NodeOptions how) {
        if (isLocal() && how.hasLease() && !settings.outranks("local", "lease")) {
            throw FailedException.usage(
                    "--lease has no meaning with --local, where a key can't be lost while its process"
                            + " lives. Leave it out.");
        }
    }

    /** Nor has a ledger. */
    void refuseLedger(NodeOptions how) {
        if (isLocal() && how.ledger().kept() && !settings.outranks("local", "ledger")) {
            throw FailedException.usage(
                    "--ledger has no meaning with --local: the ledger is a table in a Postgres. Leave it out.");
        }
    }

    /** Tells a key of this place from others on this machine. */
    String scope(Key key) {
        return (isLocal() ? "files " + directory : "postgres") + "\n" + namespace + "\n" + key;
    }

    /**
     * Where keys are kept.
     *
     * @throws FailedException if that is not to be known, or would give a secret away
     */
    Place place(Map<String, String> environment) {
        if (local && postgres != null && settings.origin("local") == settings.origin("postgres")) {
            throw FailedException.usage("Both " + settings.shown("local") + " and " + settings.shown("postgres")
                    + " are given. Give one of them.");
        }
        if (isLocal()) {
            return new LocalPlace(directory);
        }
        if (directory != null && !settings.outranks("postgres", "directory")) {
            throw FailedException.usage(settings.shown("directory")
                    + " says where the lock files of --local are, but --local is not given. Give both or neither.");
        }
        DatabaseUrl url = postgres != null ? url(settings.shown("postgres"), postgres) : fromEnvironment(environment);
        if (postgres != null) {
            refuseVisible(url);
        }
        return new PostgresPlace(Passwords.complete(url, environment, settings::warn));
    }

    private void refuseVisible(DatabaseUrl url) {
        if (!Passwords.isIn(url)) {
            return;
        }
        if (settings.origin("postgres") == Origin.COMMAND_LINE && !visiblePassword) {
            throw FailedException.usage(
                    "The URL of --postgres has a password, and every user of this machine can read the command line. Put"
                            + " the URL into DATABASE_URL or into a file that --config names, or the password into"
                            + " ~/.pgpass or PGPASSWORD. If nobody else is here, --allow-visible-password accepts it.");
        }
        settings.file("postgres").ifPresent(Passwords::refuseReadable);
    }

    private static DatabaseUrl fromEnvironment(Map<String, String> environment) {
        String url = environment.get(VARIABLE);
        if (url == null || url.isBlank()) {
            throw FailedException.usage("Nothing says where keys are kept. Give --postgres URL, set " + VARIABLE
                    + " in the environment, or give --local for this machine alone.");
        }
        return url(VARIABLE, url);
    }

    private static DatabaseUrl url(String from, String url) {
        try {
            return DatabaseUrl.parse(url);
        } catch (IllegalArgumentException e) {
            throw FailedException.usage("Invalid value of " + from + ": " + e.getMessage());
        }
    }
}
