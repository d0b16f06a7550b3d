package dev.highlander.embedded;

import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * A PgBouncer of this machine's in front of a server, that dies with the thread that starts it. Needs {@code setpriv}, and
 * the program itself: on Debian, {@code apt-get install pgbouncer}.
 */
public final class PgBouncer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");
    private static final Duration START_LIMIT = Duration.ofSeconds(30);

    private final Process process;
    private final int port;
    private final Path log;

    private PgBouncer(Process process, int port, Path log) {
        this.process = process;
        this.port = port;
        this.log = log;
    }

    /** Whether the program is on this machine. */
    public static boolean isInstalled() {
        return Files.isExecutable(PROGRAM);
    }

    /** What to tell whoever has none. */
    public static String missing() {
        return "There is no " + PROGRAM + " here. On Debian: apt-get install pgbouncer.";
    }

    /**
     * Starts one whose clients all become the superuser.
     *
     * @param poolMode session, transaction or statement
     * @param directory where its files go; others get to see into it
     * @param settings lines of its section {@code [pgbouncer]} beside, or instead of, those that it must have
     */
    public static PgBouncer start(
            PostgresServer server, String poolMode, Path directory, Map<String, String> settings) {
        int port = Ports.take();
        Map<String, String> all = new LinkedHashMap<>();
        all.put("listen_addr", "127.0.0.1");
        all.put("listen_port", Integer.toString(port));
        all.put("auth_type", "any");
        all.put("unix_socket_dir", "");
        all.put("pool_mode", poolMode);
        all.putAll(settings);
        StringBuilder text = new StringBuilder("[databases]\n");
        text.append("* = host=127.0.0.1 port=").append(server.port());
        text.append(" user=").append(PostgresServer.USER);
        text.append(" password=").append(password(server)).append("\n[pgbouncer]\n");
        all.forEach(
                (name, value) -> text.append(name).append(" = ").append(value).append('\n'));
        Path log = directory.resolve("pgbouncer.log");
        try {
            Path file = Files.writeString(directory.resolve("pgbouncer.ini"), text);
            List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
            if (Account.isRoot()) { // it refuses to run as root
                words.addAll(List.of("--reuid=65534", "--regid=65534", "--clear-groups"));
                Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
            }
            words.addAll(List.of(PROGRAM.toString(), file.toString()));
            Process process =
                    Programs.builder(words).redirectOutput(log.toFile()).start();
            PgBouncer started = new PgBouncer(process, port, log);
            started.awaitListening();
            return started;
        } catch (IOException e) {
            throw new PostgresServerException("PgBouncer was not started: " + e.getMessage(), e);
        }
    }

    private static String password(PostgresServer server) {
        return URI.create(server.libpqUrl(PostgresServer.USER)).getUserInfo().split(":", 2)[1];
    }

    private void awaitListening() throws IOException {
        long deadline = System.nanoTime() + START_LIMIT.toNanos();
        while (!listens()) {
            if (Programs.waitFor(process, Duration.ofMillis(20)) || System.nanoTime() - deadline > 0) {
                close();
                throw new IOException("it has ended, or does not listen: " + Files.readString(log));
            }
        }
    }

    private boolean listens() {
        try (Socket socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1_000);
            return true;
        } catch (IOException e) {
            return false;
        }
    }

    public int port() {
        return port;
    }

    /** The URL of a database by way of it. */
    public String url(String database) {
        return "postgres://" + PostgresServer.USER + ":x@127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void close() {
        process.destroyForcibly();
        Programs.waitFor(process, Duration.ofSeconds(10));
        Ports.giveBack(port);
    }
}
