package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.DatabaseUrl;
import java.nio.file.Path;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say where keys are kept; the same for all commands. */
final class PlaceOptions {
    private static final String VARIABLE = "DATABASE_URL";

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

    Namespace namespace() {
        return namespace;
    }

    boolean isLocal() {
        return local;
    }

    /** Tells a key of this place from others on this machine. */
    String scope(Key key) {
        return (local ? "files " + directory : "postgres") + "\n" + namespace + "\n" + key;
    }

    Place place(Map<String, String> environment) {
        if (local && postgres != null) {
            throw FailedException.usage("Both --local and --postgres are given. Give one of them.");
        }
        if (local) {
            return new LocalPlace(directory);
        }
        if (directory != null) {
            throw FailedException.usage(
                    "--directory says where the lock files of --local are, but --local is not given. Give both or neither.");
        }
        return new PostgresPlace(postgres != null ? url("--postgres", postgres) : fromEnvironment(environment));
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
