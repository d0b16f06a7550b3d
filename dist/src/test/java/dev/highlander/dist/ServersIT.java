package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.dist.Packaged.Ended;
import dev.highlander.embedded.PgBouncer;
import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import java.io.BufferedReader;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.sql.Connection;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** D8: servers that can't be used, each told by name with the remedy, and with the documented status. */
class ServersIT {
    private static PostgresServer server;

    private Packaged packaged;

    @BeforeAll
    static void start() throws Exception {
        server = PostgresServer.shared(18);
        try (Connection connection = server.connect("postgres");
                Statement statement = connection.createStatement()) {
            statement.execute("create role reader login password 'x'");
            statement.execute("alter role reader set default_transaction_read_only = on");
            statement.execute("create role stranger login password 'x'");
            statement.execute("create database private");
            statement.execute("revoke connect on database private from public");
        }
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    @BeforeEach
    void unpack() throws Exception {
        packaged = Packaged.warm();
    }

    @AfterEach
    void remove() {
        packaged.close();
    }

    private Ended run(String url) throws Exception {
        return packaged.with("DATABASE_URL", url)
                .run("run", "--key", "k", "--lease", "2s", "--connect-timeout", "3s", "--", "echo", "up");
    }

    private Ended status(String url) throws Exception {
        return packaged.with("DATABASE_URL", url).run("status");
    }

    /**
     * What stands in the way is a line; so is that it was given up, after the time for the first connection. On a busy
     * machine a first attempt may time out, which is a line as well.
     */
    private static void assertTold(Ended ended, int status, String code) {
        assertThat(ended.err()).contains("[" + code + "]").startsWith("highlander: ");
        assertThat(ended.err().lines()).hasSizeLessThanOrEqualTo(3).allMatch(line -> line.startsWith("highlander: "));
        assertThat(ended.err()).doesNotContain("Exception", "\tat ", "s3cret");
        assertThat(ended.out()).isEmpty();
        assertThat(ended.status()).as(ended.err()).isEqualTo(status);
    }

    private static int closedPort() throws IOException {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        }
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            an unknown host      | postgres://u:s3cret@no-such-host.invalid/d   | 69 | UNREACHABLE
            a closed port        | postgres://u:s3cret@127.0.0.1:CLOSED/d       | 69 | UNREACHABLE
            a wrong password     | postgres://stranger:s3cret@127.0.0.1:OPEN/postgres | 78 | AUTHENTICATION
            an unknown user      | postgres://nobody:s3cret@127.0.0.1:OPEN/postgres   | 78 | AUTHENTICATION
            an unknown database  | postgres://stranger:x@127.0.0.1:OPEN/no_such | 78 | NO_DATABASE
            no right to connect  | postgres://stranger:x@127.0.0.1:OPEN/private | 78 | PRIVILEGE
            a read-only session  | postgres://reader:x@127.0.0.1:OPEN/postgres  | 69 | READ_ONLY
            """)
    void D8_isToldWithItsRemedy(String name, String url, int status, String code) throws Exception {
        String actual =
                url.replace("OPEN", Integer.toString(server.port())).replace("CLOSED", Integer.toString(closedPort()));

        assertTold(run(actual), status, code);
        if (!code.equals("READ_ONLY")) { // it may look
            assertTold(status(actual), 69, code);
        }
    }

    @Test
    void D8_aStandby() throws Exception {
        try (PostgresServer standby = PostgresServer.start(18)) {
            standby.stop(Shutdown.FAST);
            Files.createFile(standby.dataDirectory().resolve("standby.signal"));
            standby.startAgain();

            assertTold(run(standby.libpqUrl("postgres")), 69, "IN_RECOVERY");
            assertTold(status(standby.libpqUrl("postgres")), 69, "IN_RECOVERY");
        }
    }

    @Test
    void D8_aServerThatIsTooOld() throws Exception {
        assumeTrue(PostgresServer.majors().contains(13), "no Postgres 13 for this platform");
        try (PostgresServer old = PostgresServer.start(13)) {
            assertTold(run(old.libpqUrl("postgres")), 78, "SERVER_TOO_OLD");
        }
    }

    @Test
    void D8_aPoolerInTransactionMode() throws Exception {
        assumeTrue(PgBouncer.isInstalled(), PgBouncer.missing());
        try (PgBouncer pooler = PgBouncer.start(server, "transaction", packaged.directory(), Map.of())) {
            assertTold(run(pooler.url("postgres")), 78, "POOLER");
        }
    }

    /** F6: through an outage of the server, and without a terminal. */
    @Test
    void F6_statusWatchTellsOfChanges_andSurvivesAnOutage() throws Exception {
        try (PostgresServer own = PostgresServer.start(18)) {
            packaged.with("DATABASE_URL", own.libpqUrl("postgres"));
            Process watch = start("status", "--watch", "--interval", "100ms");
            Process holder = start("run", "--key", "job", "--lease", "1s", "--node", "web-1", "--", "sleep", "1000");
            try (BufferedReader lines = watch.inputReader()) {
                await(lines, "job running on web-1");
                own.stop(Shutdown.IMMEDIATE);
                await(lines, "[");
                own.startAgain();
                await(lines, "The lock service can be asked again.");
                await(lines, "job running on web-1");
                watch.toHandle().destroy();
                assertThat(watch.waitFor()).isEqualTo(143);
            } finally {
                watch.toHandle().destroyForcibly();
                holder.toHandle().destroy();
                holder.waitFor();
            }
        }
    }

    private Process start(String... args) throws IOException {
        List<String> words = new ArrayList<>(List.of(packaged.launcher().toString()));
        words.addAll(List.of(args));
        return packaged.builder(words).redirectError(Redirect.DISCARD).start();
    }

    /** Within the time that every test has. */
    private static void await(BufferedReader lines, String part) throws IOException {
        String line = lines.readLine();
        while (line != null && !line.contains(part)) {
            line = lines.readLine();
        }
        assertThat(line).as(part).isNotNull();
    }
}
