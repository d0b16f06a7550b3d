package dev.highlander.bench;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.highlander.drills.DrillException;
import dev.highlander.drills.NodeArguments;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;

/** The application's connection pool, with its defaults but for its size. */
final class Pool {
    private Pool() {}

    static HikariDataSource of(NodeArguments arguments) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(arguments.url());
        config.addDataSourceProperty("ApplicationName", arguments.name());
        config.setMaximumPoolSize(3); // several hundred nodes come and go in a run
        return new HikariDataSource(config);
    }

    /** Creates what does not exist; for itself "if not exists" is no match for three that do it at once. */
    static void create(HikariDataSource pool, String ddl) {
        try (Connection connection = pool.getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select pg_advisory_xact_lock(1)");
            statement.execute(ddl);
            connection.commit();
        } catch (SQLException e) {
            throw new DrillException("The table was not created.", e);
        }
    }
}
