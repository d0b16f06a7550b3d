package dev.highlander.dist;

import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.embedded.PostgresServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A PgBouncer in front of a server, that dies with this JVM. */
final class PgBouncer implements AutoCloseable {
    private static final Path PROGRAM = Path.of("/usr/sbin/pgbouncer");

    private final Process process;
    private final int port;

    private PgBouncer(Process process, int port) {
        this.process = process;
        this.port = port;
    }

    /** Aborts the test where there is none. */
    static PgBouncer start(PostgresServer server, String poolMode, Path directory) throws Exception {
        assumeTrue(Files.isExecutable(PROGRAM), "no " + PROGRAM + " here; on Debian: apt-get install pgbouncer");
        int port = freePort();
        String password = URI.create(server.libpqUrl("postgres")).getUserInfo().split(":", 2)[1];
        Path settings = Files.writeString(
                directory.resolve("pgbouncer.ini"), """
                [databases]
                * = host=127.0.0.1 port=%d user=postgres password=%s
                [pgbouncer]
                listen_addr = 127.0.0.1
                listen_port = %d
                auth_type = any
                pool_mode = %s
                ignore_startup_parameters = extra_float_digits,options
                unix_socket_dir =
                """.formatted(server.port(), password, port, poolMode));
        List<String> words = new ArrayList<>(List.of("setpriv", "--pdeathsig", "KILL"));
        if (System.getProperty("user.name").equals("root")) { // it refuses to run as root
            words.addAll(List.of("--reuid=65534", "--regid=65534", "--clear-groups"));
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
        }
        words.addAll(List.of(PROGRAM.toString(), settings.toString()));
        Process process = new ProcessBuilder(words)
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("pgbouncer.log").toFile())
                .start();
        PgBouncer started = new PgBouncer(process, port);
        started.awaitListening(directory.resolve("pgbouncer.log"));
        return started;
    }

    private static int freePort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    private void awaitListening(Path log) throws Exception {
        await("pgbouncer").atMost(Duration.ofSeconds(30)).until(() -> !process.isAlive() || listens());
        if (!process.isAlive()) {
            throw new IOException("pgbouncer has ended: " + Files.readString(log));
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

    String url(String database) {
        return "postgres://postgres:x@127.0.0.1:" + port + "/" + database;
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
