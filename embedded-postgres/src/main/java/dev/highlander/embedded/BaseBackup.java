package dev.highlander.embedded;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Set;

/**
 * A copy of a running server's data from which a standby starts, taken as {@code pg_basebackup} does, which is not among
 * the programs here. The log since its beginning comes to the standby by streaming.
 */
final class BaseBackup {
    /** What belongs to the running server, and what its copy begins without. */
    private static final Set<String> NOT_COPIED = Set.of(
            "postmaster.pid", "postmaster.opts", "server.log", "standby.signal", "recovery.signal", "backup_label.old");

    private static final Set<String> EMPTY = Set.of(
            "pg_wal",
            "pg_replslot",
            "pg_stat_tmp",
            "pg_dynshmem",
            "pg_notify",
            "pg_serial",
            "pg_snapshots",
            "pg_subtrans");

    private final PostgresServer primary;
    private final Path target;
    private final Account account;

    BaseBackup(PostgresServer primary, Path target, Account account) {
        this.primary = primary;
        this.target = target;
        this.account = account;
    }

    void take() throws IOException {
        boolean renamed = primary.major() >= 15;
        try (Connection connection = primary.connect(PostgresServer.USER);
                Statement statement = connection.createStatement()) {
            statement.execute("alter system set wal_keep_size = '256MB'"); // for as long as the standby is being made
            statement.execute("select pg_reload_conf()");
            statement.execute(
                    renamed
                            ? "select pg_backup_start('standby', true)"
                            : "select pg_start_backup('standby', true, false)");
            Files.createDirectories(target);
            Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("rwx------"));
            account.own(target);
            copy(primary.dataDirectory(), target, true);
            String stop = renamed
                    ? "select labelfile from pg_backup_stop(false)"
                    : "select labelfile from pg_stop_backup(false, false)";
            try (ResultSet row = statement.executeQuery(stop)) {
                row.next();
                write("backup_label", row.getString(1));
            }
        } catch (SQLException e) {
            throw new IOException("no backup of " + primary + " was taken: " + e.getMessage(), e);
        }
        for (String folder : List.of("pg_wal/archive_status", "pg_wal/summaries")) {
            Path path = target.resolve(folder);
            Files.createDirectories(path);
            account.own(path);
        }
        write("standby.signal", "");
    }

    private void write(String name, String text) throws IOException {
        Path file = Files.writeString(target.resolve(name), text);
        account.own(file);
    }

    private void copy(Path from, Path to, boolean top) throws IOException {
        try (DirectoryStream<Path> all = Files.newDirectoryStream(from)) {
            for (Path each : all) {
                String name = each.getFileName().toString();
                if (top && (NOT_COPIED.contains(name) || name.startsWith(".s."))) {
                    continue;
                }
                Path copy = to.resolve(name);
                try {
                    Files.copy(each, copy, StandardCopyOption.COPY_ATTRIBUTES);
                    account.own(copy);
                } catch (NoSuchFileException e) {
                    continue; // the server has removed it meanwhile, and the log says so
                }
                if (Files.isDirectory(each) && !(top && EMPTY.contains(name))) {
                    copy(each, copy, false);
                }
            }
        }
    }
}
