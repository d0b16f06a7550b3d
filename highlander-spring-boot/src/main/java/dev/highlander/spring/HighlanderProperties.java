package dev.highlander.spring;

import dev.highlander.WhenStuck;
import java.time.Duration;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.springframework.boot.context.properties.ConfigurationProperties;
import org.springframework.boot.context.properties.bind.DefaultValue;
import org.springframework.context.SmartLifecycle;

/**
 * What can be set under {@code highlander}.
 *
 * @param enabled Whether anything of Highlander runs.
 * @param locks Where uniqueness comes from: Postgres, unless given.
 * @param namespace What keeps keys apart from other applications' on the same database; the same on all instances.
 * @param node The name of this instance, at most 63 bytes; host and process id unless given.
 * @param lease For how long after a check a key is trusted to be held; the same on all instances of a namespace.
 * @param whenStuck What to do about a child that goes on after its key is lost: halt the JVM before another instance starts
 *     it, or report it; halt unless given, where the locks promise never two.
 * @param standAside For how long an instance leaves a child to others that keeps ending on it.
 * @param phase The lifecycle phase in which singletons are started and stopped: the last to start, the first to stop,
 *     unless given.
 * @param backoff Waits before what has ended is started again.
 * @param postgres The server whose advisory locks are used.
 * @param local Lock files on one machine.
 * @param health When the health endpoint reports trouble.
 */
@ConfigurationProperties("highlander")
public record HighlanderProperties(
        @DefaultValue("true") boolean enabled,
        @Nullable LockService locks,
        @DefaultValue("default") String namespace,
        @Nullable String node,
        @DefaultValue("10s") Duration lease,
        @Nullable WhenStuck whenStuck,
        @DefaultValue("1m") Duration standAside,
        @DefaultValue("" + SmartLifecycle.DEFAULT_PHASE) int phase,
        @DefaultValue Backoff backoff,
        @DefaultValue Postgres postgres,
        @DefaultValue Local local,
        @DefaultValue Health health) {

    /** Where uniqueness comes from. */
    public enum LockService {
        /** Session advisory locks of a Postgres server. */
        POSTGRES,
        /** Lock files, for instances on one machine. */
        LOCAL
    }

    /**
     * Waits before restarts.
     *
     * @param first The wait after a first end, doubled from there.
     * @param longest The longest wait.
     */
    public record Backoff(
            @DefaultValue("1s") Duration first,
            @DefaultValue("1m") Duration longest) {}

    /**
     * The server whose advisory locks are used; the application's own database unless given.
     *
     * @param url Its URL, in any of the usual forms of DATABASE_URL.
     * @param username The role to log in as.
     * @param password Its password.
     * @param properties Further properties of the Postgres driver.
     * @param dataSource The name of the data source bean whose settings are copied, where there are several.
     * @param ledger Whether a table is kept with a row for each term: instances then start at once where it proves the earlier
     *     one stopped. All instances of a namespace keep it, or none does.
     * @param ledgerSchema The schema of that table; where it is found, or the first of the search path, unless given.
     */
    public record Postgres(
            @Nullable String url,
            @Nullable String username,
            @Nullable String password,
            @DefaultValue Map<String, String> properties,
            @Nullable String dataSource,
            @DefaultValue("false") boolean ledger,
            @Nullable String ledgerSchema) {

        /** Without the password. */
        @Override
        public String toString() {
            return "Postgres[url=" + (url == null ? "none" : "given") + ", dataSource=" + dataSource + "]";
        }
    }

    /**
     * Lock files.
     *
     * @param directory Where they are; one of this user below the directory for temporary files, unless given.
     */
    public record Local(@Nullable String directory) {}

    /**
     * What the health endpoint reports.
     *
     * @param disconnectedAfter For how long the lock service may be out of reach before this instance counts as down.
     */
    public record Health(@DefaultValue("30s") Duration disconnectedAfter) {}
}
