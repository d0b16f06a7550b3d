package dev.highlander.embedded;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/**
 * The files of one server: its data, its configuration, its log and the password of its superuser.
 *
 * <p>Our settings are in a file of their own, which {@code postgresql.conf} includes at its end; ALTER SYSTEM goes
 * before both.
 */
final class DataDirectory {
    private static final String CONFIGURATION = "highlander.conf";
    private static final String PASSWORD = "highlander.password";

    private final Path path;
    private final Installation postgres;
    private final Account account;

    DataDirectory(Path path, Installation postgres, Account account) {
        this.path = path;
        this.postgres = postgres;
        this.account = account;
    }

    Path path() {
        return path;
    }

    Path log() {
        return path.resolve("server.log");
    }

    /** Uses the data that is there, or makes new. */
    void prepare(boolean durable) throws IOException {
        Path version = path.resolve("PG_VERSION");
        if (!Files.exists(version)) {
            init(durable);
        } else {
            String found = Files.readString(version).trim();
            if (!found.equals(Integer.toString(postgres.major()))) {
                throw new PostgresServerException(
                        path + " holds data of Postgres " + found + ", not of " + postgres.major());
            }
        }
    }

    /** Becomes a standby of that server, whatever was here before. */
    void copyOf(PostgresServer primary) throws IOException {
        Installation.remove(path);
        new BaseBackup(primary, path, account).take();
        alter(
                "primary_conninfo",
                "host=127.0.0.1 port=" + primary.port() + " user=" + PostgresServer.USER + " password=" + password()
                        + " application_name=standby");
    }

    private void init(boolean durable) throws IOException {
        Files.createDirectories(path);
        account.own(path);
        byte[] random = new byte[12];
        new SecureRandom().nextBytes(random);
        String password = HexFormat.of().formatHex(random);
        // Beside data that is removed, so that a kill at this moment leaves nothing.
        Path file = durable
                ? Files.createTempFile("highlander", ".password")
                : Files.createTempFile(path.getParent(), "", ".password");
        try {
            Files.writeString(file, password);
            account.own(file);
            List<String> command = new ArrayList<>(account.command(postgres.program("initdb"), "-D", path.toString()));
            command.addAll(List.of("-U", PostgresServer.USER, "--pwfile=" + file, "-E", "UTF8", "--no-locale"));
            // In clear on 127.0.0.1: SCRAM would cost each connection 10 ms, and a JVM's first 50 ms.
            command.addAll(List.of("--auth-local=trust", "--auth-host=password"));
            if (postgres.major() >= 14) { // 13 does not know it
                command.add("--no-instructions");
            }
            if (!durable) {
                command.add("--no-sync");
            }
            Programs.Result result = Programs.run(command);
            if (result.exit() != 0) {
                throw new PostgresServerException(Advice.message(
                        "initdb of Postgres " + postgres.major() + " failed in " + path + " with exit code "
                                + result.exit(),
                        result.output()));
            }
        } finally {
            Files.delete(file);
        }
        write(PASSWORD, password);
        Files.writeString(
                path.resolve("postgresql.conf"), "\ninclude '" + CONFIGURATION + "'\n", StandardOpenOption.APPEND);
    }

    String password() throws IOException {
        Path file = path.resolve(PASSWORD);
        if (!Files.exists(file)) {
            throw new PostgresServerException(file + " is missing. If the directory was being made when its JVM was"
                    + " killed, remove it. If it came from elsewhere, write the password of the database user "
                    + PostgresServer.USER + " there and include '" + CONFIGURATION + "' in postgresql.conf.");
        }
        return Files.readString(file).trim();
    }

    void configure(Map<String, String> settings) throws IOException {
        StringBuilder text = new StringBuilder("# Written anew at each start.\n");
        settings.forEach((name, value) -> text.append(line(name, value)));
        write(CONFIGURATION, text.toString());
    }

    /** What ALTER SYSTEM would do, for a server that is down. */
    void alter(String name, String value) throws IOException {
        Files.writeString(path.resolve("postgresql.auto.conf"), line(name, value), StandardOpenOption.APPEND);
    }

    void access(List<String> lines) throws IOException {
        Path file = path.resolve("pg_hba.conf");
        Files.writeString(file, String.join("\n", lines) + "\n" + Files.readString(file));
    }

    void certificate(String certificate, String key) throws IOException {
        write("server.crt", certificate);
        write("server.key", key);
    }

    private static String line(String name, String value) {
        return name + " = '" + value.replace("\\", "\\\\").replace("'", "''") + "'\n";
    }

    private void write(String name, String text) throws IOException {
        Path file = path.resolve(name);
        if (!Files.exists(file)) {
            Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
            account.own(file);
        }
        Files.writeString(file, text);
    }

    /** Starts the server's program here, in a session of its own, writing to the log. */
    Process launch() throws IOException {
        List<String> command = account.command(postgres.program("postgres"), "-D", path.toString());
        return Programs.builder(Account.ownSession(command))
                .redirectInput(Programs.NOTHING)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log().toFile()))
                .start();
    }

    /** The process id of the server that accepts connections here; none while it is starting. */
    OptionalLong ready() throws IOException {
        Path file = path.resolve("postmaster.pid");
        if (!Files.exists(file)) {
            return OptionalLong.empty();
        }
        List<String> lines = Files.readString(file).lines().toList();
        return lines.size() >= 8 && lines.get(7).trim().equals("ready")
                ? OptionalLong.of(Long.parseLong(lines.get(0).trim()))
                : OptionalLong.empty();
    }

    /**
     * Kills backends that outlived their postmaster's SIGKILL, as a service manager would: until they end nothing can
     * start here, and one of Postgres 14 that waits for the dead statistics collector does not look up for a minute.
     * Found on Linux only, by program and working directory.
     */
    void killStrays() throws IOException {
        if (Files.isDirectory(path)) {
            Path program = postgres.program("postgres").toRealPath();
            Path here = path.toRealPath();
            ProcessHandle.allProcesses()
                    .filter(process -> here.equals(link(process, "cwd")) && program.equals(link(process, "exe")))
                    .forEach(ProcessHandle::destroyForcibly);
        }
    }

    private static @Nullable Path link(ProcessHandle process, String name) {
        try {
            return Files.readSymbolicLink(Path.of("/proc", Long.toString(process.pid()), name));
        } catch (IOException goneOrNotOurs) {
            return null;
        }
    }

    long logSize() throws IOException {
        return Files.exists(log()) ? Files.size(log()) : 0;
    }

    String logSince(long offset) throws IOException {
        if (!Files.exists(log())) {
            return "";
        }
        byte[] all = Files.readAllBytes(log());
        int from = (int) Math.min(offset, all.length);
        return new String(all, from, all.length - from, UTF_8);
    }
}
