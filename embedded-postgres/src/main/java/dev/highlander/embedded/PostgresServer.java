package dev.highlander.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.net.URLEncoder;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A real Postgres server on a port of 127.0.0.1, for tests, demos and drills.
 *
 * <pre>{@code
 * try (PostgresServer server = PostgresServer.start(18)) {
 *     String url = server.url(server.newDatabase());
 *     ...
 *     server.restart(Shutdown.IMMEDIATE);
 * }
 * }</pre>
 *
 * <p>Commits are as durable as the server's defaults make them. Closing it stops the server and removes its data, unless
 * the data directory was given. If this JVM ends first, in whatever way, the same happens a moment later. It works for
 * root too. Methods may be called from any thread; those that start and stop the server wait for each other.
 */
public final class PostgresServer implements AutoCloseable {
    static final String USER = "postgres";

    private static final Duration REPLAY_LIMIT = Duration.ofSeconds(60);

    private static final Map<Integer, PostgresServer> SHARED = new HashMap<>();

    private final ServerControl control;

    private PostgresServer(ServerControl control) {
        this.control = control;
    }

    /** Starts a server of the given major with new data. */
    public static PostgresServer start(int major) {
        return builder().major(major).start();
    }

    /** Gives this JVM's server of the given major, which is started once and lives as long as the JVM. */
    public static PostgresServer shared(int major) {
        synchronized (SHARED) {
            PostgresServer known = SHARED.get(major);
            if (known == null || known.control.isClosed()) {
                known = start(major);
                SHARED.put(major, known);
            }
            return known;
        }
    }

    /** Which majors can be started: those whose programs are on the class path. */
    public static SortedSet<Integer> majors() {
        return Installation.majors();
    }

    public static Builder builder() {
        return new Builder();
    }

    /** The JDBC URL of the database {@code postgres}, with user and password. */
    public String url() {
        return url(USER);
    }

    /** The JDBC URL of a database, with user and password. */
    public String url(String database) {
        return "jdbc:postgresql://" + address(database) + "?user=" + USER + "&password=" + control.password();
    }

    /** The URL of a database as libpq and most tools take it, with user and password. */
    public String libpqUrl(String database) {
        return "postgres://" + USER + ":" + control.password() + "@" + address(database);
    }

    private String address(String database) {
        return "127.0.0.1:" + port() + "/" + URLEncoder.encode(database, UTF_8).replace("+", "%20");
    }

    /** A new connection of the superuser to a database. */
    public Connection connect(String database) throws SQLException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(url(database));
        return source.getConnection();
    }

    /** Makes an empty database. */
    public void createDatabase(String name) {
        try {
            execute("CREATE DATABASE " + quoted(name));
        } catch (SQLException e) {
            throw new PostgresServerException("database " + name + " was not created: " + e.getMessage(), e);
        }
    }

    /** Makes an empty database under a name of its own and returns the name. */
    public String newDatabase() {
        String name = "db_" + Long.toHexString(ThreadLocalRandom.current().nextLong());
        createDatabase(name);
        return name;
    }

    /** Removes a database, and throws out whoever is connected to it. */
    public void dropDatabase(String name) {
        try {
            execute("DROP DATABASE " + quoted(name) + " WITH (FORCE)");
        } catch (SQLException e) {
            throw new PostgresServerException("database " + name + " was not dropped: " + e.getMessage(), e);
        }
    }

    /** The present value of a setting, as a new session sees it. */
    public String setting(String name) {
        try (Connection connection = connect(USER);
                var statement = connection.prepareStatement("SELECT current_setting(?)")) {
            statement.setString(1, name);
            try (var result = statement.executeQuery()) {
                result.next();
                return result.getString(1);
            }
        } catch (SQLException e) {
            throw new PostgresServerException("setting " + name + " was not read: " + e.getMessage(), e);
        }
    }

    /**
     * Changes a setting by ALTER SYSTEM and has it loaded: for sessions to come when this returns, for open ones soon.
     * Some settings need a restart. While the server is down the change waits for its start.
     */
    public void setting(String name, String value) {
        requireName(name);
        if (!isRunning()) {
            control.alter(name, value);
            return;
        }
        try {
            execute("ALTER SYSTEM SET " + name + " = '" + value.replace("'", "''") + "'");
            load();
        } catch (SQLException e) {
            throw new PostgresServerException("setting " + name + " was not changed: " + e.getMessage(), e);
        }
    }

    private void load() throws SQLException {
        String loaded = lastLoad();
        execute("SELECT pg_reload_conf()");
        for (int looks = 0; loaded.equals(lastLoad()); looks++) { // each is a new connection: some milliseconds
            if (looks == 2000) {
                throw new PostgresServerException("the configuration was not loaded, see " + logFile());
            }
        }
    }

    private String lastLoad() throws SQLException {
        try (Connection connection = connect(USER);
                var statement = connection.createStatement();
                var result = statement.executeQuery("SELECT pg_conf_load_time()::text")) {
            result.next();
            return result.getString(1);
        }
    }

    private void execute(String sql) throws SQLException {
        try (Connection connection = connect(USER);
                var statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static String quoted(String name) {
        return "\"" + name.replace("\"", "\"\"") + "\"";
    }

    private static void requireName(String setting) {
        if (!setting.matches("[A-Za-z_][A-Za-z0-9_.]*")) {
            throw new IllegalArgumentException("not the name of a setting: " + setting);
        }
    }

    /** The same for the whole life of this object. */
    public int port() {
        return control.port();
    }

    public int major() {
        return control.major();
    }

    public Path dataDirectory() {
        return control.dataDirectory();
    }

    /** What the server wrote, in its data directory. */
    public Path logFile() {
        return control.logFile();
    }

    /** The process id of the postmaster, which is another after each start. */
    public long pid() {
        return control.pid();
    }

    public boolean isRunning() {
        return control.isRunning();
    }

    /** Stops the server and returns when it has ended. */
    public void stop(Shutdown how) {
        control.stop(how);
    }

    /** Starts the stopped or crashed server on the same port and data, and returns when it accepts connections. */
    public void startAgain() {
        control.startAgain();
    }

    /** Stops the server, starts it on the same port and data, and returns when it accepts connections. */
    public void restart(Shutdown how) {
        control.restart(how);
    }

    /**
     * Kills the postmaster by SIGKILL and returns when it is gone. Its backends follow by themselves, most at once. One
     * that is busy may go on for a while: {@link #startAgain()} waits half a second for it, then kills it.
     */
    public void crash() {
        control.crash();
    }

    /**
     * Puts lines before those of {@code pg_hba.conf}, such as {@code host all barred all reject}, for log-ins to come. The
     * first line that fits a log-in decides.
     */
    public void access(String... lines) {
        try {
            control.access(List.of(lines));
            load();
        } catch (SQLException e) {
            throw new PostgresServerException("pg_hba.conf was not loaded: " + e.getMessage(), e);
        }
    }

    /**
     * Has log-ins encrypted from now on, by a certificate and its key in PEM.
     *
     * @param certificate the certificate
     * @param key its private key, unencrypted
     */
    public void certificate(String certificate, String key) {
        control.certificate(certificate, key);
        setting("ssl", "on");
    }

    /** Makes a standby a primary, and returns when it is one. */
    public void promote() {
        if (!query("SELECT pg_promote(true, 60)").equals("t")) {
            throw new PostgresServerException(this + " was not promoted, see " + logFile());
        }
    }

    /**
     * Drops all data of this server, which is down, and starts it as a standby of {@code primary} on the same port. Its
     * settings stay as they were; what ALTER SYSTEM had set is as it is there.
     */
    public void follow(PostgresServer primary) {
        control.follow(primary);
        startAgain();
    }

    /** Waits until this standby has replayed what {@code primary} has written so far. */
    public void awaitReplayOf(PostgresServer primary) {
        String position = primary.query("SELECT pg_current_wal_lsn()");
        long deadline = System.nanoTime() + REPLAY_LIMIT.toNanos();
        while (!query("SELECT coalesce(pg_last_wal_replay_lsn() >= '" + position + "', false)")
                .equals("t")) {
            if (System.nanoTime() - deadline > 0) {
                throw new PostgresServerException(this + " does not follow " + primary + ", see " + logFile());
            }
        }
    }

    /** The first column of the first row. */
    private String query(String sql) {
        try (Connection connection = connect(USER);
                var statement = connection.createStatement();
                var result = statement.executeQuery(sql)) {
            result.next();
            return result.getString(1);
        } catch (SQLException e) {
            throw new PostgresServerException(sql + " failed: " + e.getMessage(), e);
        }
    }

    /** Stops the server for good and removes its data unless its directory was given. */
    @Override
    public void close() {
        control.close();
    }

    @Override
    public String toString() {
        return "Postgres " + major() + " on port " + port();
    }

    /** How a server is to be started. */
    public static final class Builder {
        int major = 18;
        int port;

        @Nullable
        Path dataDirectory;

        @Nullable
        Account account;

        @Nullable
        PostgresServer standbyOf;

        final Map<String, String> settings = new LinkedHashMap<>();

        private Builder() {
            settings.put("shared_buffers", "16MB");
            settings.put("max_connections", "100");
        }

        /** Default 18. */
        public Builder major(int major) {
            this.major = major;
            return this;
        }

        /** Default: a free one. */
        public Builder port(int port) {
            this.port = port;
            return this;
        }

        /** A setting of {@code postgresql.conf}. */
        public Builder setting(String name, String value) {
            requireName(name);
            settings.put(name, value);
            return this;
        }

        /**
         * Where the data is, or shall be if there is none. It is kept when the server is closed. Default: a new directory
         * that is removed.
         */
        public Builder dataDirectory(Path path) {
            dataDirectory = path.toAbsolutePath().normalize();
            return this;
        }

        /** A hot standby of {@code primary}, which streams from it. The major is the primary's. */
        public Builder standbyOf(PostgresServer primary) {
            standbyOf = primary;
            major = primary.major();
            return this;
        }

        /** For tests: the account that the server is to run under. */
        Builder account(Account account) {
            this.account = account;
            return this;
        }

        /** Starts the server and returns when it accepts connections. */
        public PostgresServer start() {
            return new PostgresServer(ServerControl.start(this));
        }
    }
}
