package dev.highlander.embedded;

import dev.highlander.embedded.Postmaster.Progress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** The life of one server: its files, its guard, and the runs of its program one after another. */
final class ServerControl implements AutoCloseable {
    private static final Duration START_LIMIT = Duration.ofSeconds(60);
    private static final Duration STOP_LIMIT = Duration.ofSeconds(60);
    private static final Duration CLOSE_LIMIT = Duration.ofSeconds(10);
    private static final Duration PATIENCE = Duration.ofSeconds(6);
    private static final Duration PATIENCE_WITH_STRAYS = Duration.ofMillis(500);

    private static final String PORT_TAKEN = "Address already in use";
    private static final String STRAYS = "pre-existing shared memory block";

    /** Signs of an earlier run whose processes are still on their way out. */
    private static final String[] PASSING = {PORT_TAKEN, STRAYS, "\"postmaster.pid\" already"};

    private final int major;
    private final DataDirectory data;
    private final Workspace.@Nullable Run run;
    private final Guard guard;
    private final Map<String, String> settings;
    private final boolean portGiven;
    private volatile int port;
    private volatile String password = "";
    private volatile @Nullable Postmaster postmaster;
    private boolean closed;

    private ServerControl(PostgresServer.Builder how, DataDirectory data, Workspace.@Nullable Run run, Guard guard) {
        this.major = how.major;
        this.data = data;
        this.run = run;
        this.guard = guard;
        this.settings = how.settings;
        this.port = how.port;
        this.portGiven = how.port != 0;
    }

    static ServerControl start(PostgresServer.Builder how) {
        Installation.require(how.major);
        Workspace workspace = Workspace.open();
        Installation postgres = Installation.of(how.major, workspace);
        Account account = how.account != null ? how.account : Account.current();
        try {
            Workspace.@Nullable Run run = null;
            Path path = how.dataDirectory;
            if (path == null) {
                run = workspace.newRun();
                path = run.data();
            }
            DataDirectory data = new DataDirectory(path, postgres, account);
            Guard guard = Guard.over(path, run == null ? List.of() : List.of(run.folder()));
            ServerControl control = new ServerControl(how, data, run, guard);
            try {
                control.startFirst(how.standbyOf);
                return control;
            } catch (Throwable failure) {
                control.close();
                throw failure;
            }
        } catch (IOException e) {
            throw new PostgresServerException("Postgres " + how.major + " was not started: " + e.getMessage(), e);
        }
    }

    private synchronized void startFirst(@Nullable PostgresServer primary) throws IOException {
        if (primary != null) {
            data.copyOf(primary);
        }
        data.prepare(run == null);
        password = data.password();
        choosePort();
        begin(!portGiven);
    }

    private void choosePort() throws IOException {
        if (!portGiven) {
            Ports.giveBack(port);
            port = Ports.take();
        }
        configure();
    }

    private void configure() throws IOException {
        Map<String, String> all = new LinkedHashMap<>(settings);
        all.put("listen_addresses", "127.0.0.1");
        all.put("port", Integer.toString(port));
        all.put("unix_socket_directories", "."); // relative: a path of any length will do
        data.configure(all);
    }

    synchronized void startAgain() {
        requireOpen();
        if (isRunning()) {
            throw new IllegalStateException("the server is running");
        }
        try {
            begin(false);
        } catch (IOException e) {
            throw new PostgresServerException("Postgres " + major + " was not started: " + e.getMessage(), e);
        }
    }

    private void begin(boolean mayMove) throws IOException {
        long begin = System.nanoTime();
        while (true) {
            String log = attempt();
            if (log == null) {
                return;
            }
            long waited = System.nanoTime() - begin;
            if (!Advice.mentions(log, PASSING) || waited > PATIENCE.toNanos()) {
                throw new PostgresServerException(
                        Advice.message("Postgres " + major + " did not start in " + data.path(), log));
            }
            if (mayMove && log.contains(PORT_TAKEN)) {
                choosePort();
            } else {
                if (log.contains(STRAYS) && waited > PATIENCE_WITH_STRAYS.toNanos()) {
                    data.killStrays();
                }
                pause();
            }
        }
    }

    /** Starts the program once, and returns its log if it ended instead of getting ready. */
    private @Nullable String attempt() throws IOException {
        guard.expectServer();
        postmaster = null;
        Postmaster next = Postmaster.launch(data);
        boolean ready = false;
        try {
            Progress progress = next.awaitReady(START_LIMIT);
            ready = progress == Progress.READY;
            if (progress == Progress.LATE) {
                throw new PostgresServerException(Advice.message(
                        "Postgres " + major + " is not ready after " + START_LIMIT.toSeconds() + " s", next.log()));
            }
            if (!ready) {
                return next.log();
            }
            postmaster = next;
            return null;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresServerException("interrupted while Postgres " + major + " was starting", e);
        } finally {
            if (!ready) {
                next.kill();
                guard.expectNothing();
            }
        }
    }

    private static void pause() {
        try {
            TimeUnit.MILLISECONDS.sleep(50);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new PostgresServerException("interrupted while waiting for an earlier server to end", e);
        }
    }

    synchronized void restart(Shutdown how) {
        stop(how);
        startAgain();
    }

    synchronized void stop(Shutdown how) {
        Postmaster running = running();
        try {
            if (!running.end(how, STOP_LIMIT)) {
                throw new PostgresServerException(Advice.message(
                        "Postgres " + major + " has not ended " + STOP_LIMIT.toSeconds() + " s after " + how,
                        running.log()));
            }
        } catch (IOException e) {
            throw new PostgresServerException("Postgres " + major + " was not stopped: " + e.getMessage(), e);
        }
        guard.expectNothing();
    }

    synchronized void crash() {
        running().kill();
        guard.expectNothing();
    }

    /** Makes a stopped server the standby of another, for its next start. */
    synchronized void follow(PostgresServer primary) {
        requireOpen();
        if (isRunning()) {
            throw new IllegalStateException("the server is running");
        }
        try {
            data.killStrays();
            data.copyOf(primary);
            configure();
        } catch (IOException e) {
            throw new PostgresServerException("Postgres " + major + " was not made a standby: " + e.getMessage(), e);
        }
    }

    synchronized void access(List<String> lines) {
        write("pg_hba.conf", () -> data.access(lines));
    }

    synchronized void certificate(String certificate, String key) {
        write("the certificate", () -> data.certificate(certificate, key));
    }

    private interface Writing {
        void run() throws IOException;
    }

    private void write(String what, Writing writing) {
        requireOpen();
        try {
            writing.run();
        } catch (IOException e) {
            throw new PostgresServerException(what + " was not written: " + e.getMessage(), e);
        }
    }

    synchronized void alter(String name, String value) {
        write("setting " + name, () -> data.alter(name, value));
    }

    @Override
    public synchronized void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            end();
        } catch (IOException e) {
            throw new PostgresServerException("Postgres " + major + " was not closed: " + e.getMessage(), e);
        } finally {
            if (!portGiven) {
                Ports.giveBack(port);
            }
        }
    }

    private void end() throws IOException {
        Postmaster running = postmaster;
        if (running != null && running.isAlive()) {
            Shutdown how = run == null ? Shutdown.FAST : Shutdown.IMMEDIATE;
            if (!running.end(how, run == null ? STOP_LIMIT : CLOSE_LIMIT)) {
                running.kill();
            }
        } else if (run != null) {
            data.killStrays();
        }
        guard.expectNothing();
        guard.close();
        if (run != null) {
            if (Files.exists(run.folder())) { // the guard was killed before us
                Guard.over(data.path(), List.of(run.folder())).close();
            }
            run.close();
        }
    }

    private void requireOpen() {
        if (closed) {
            throw new IllegalStateException("the server is closed");
        }
    }

    private Postmaster running() {
        Postmaster current = postmaster;
        if (current == null || !current.isAlive()) {
            throw new IllegalStateException("the server is not running");
        }
        return current;
    }

    synchronized boolean isClosed() {
        return closed;
    }

    boolean isRunning() {
        Postmaster current = postmaster;
        return current != null && current.isAlive();
    }

    long pid() {
        return running().pid();
    }

    int major() {
        return major;
    }

    int port() {
        return port;
    }

    String password() {
        return password;
    }

    Path dataDirectory() {
        return data.path();
    }

    Path logFile() {
        return data.log();
    }
}
