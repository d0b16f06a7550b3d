package dev.highlander.spring;

import com.zaxxer.hikari.HikariDataSource;
import java.sql.SQLException;
import java.util.Optional;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.ds.common.BaseDataSource;
import org.springframework.util.ClassUtils;

/** What data sources tell of how they connect, without connecting. */
final class DataSources {
    private static final boolean HIKARI = isPresent("com.zaxxer.hikari.HikariDataSource");
    private static final boolean PGJDBC = isPresent("org.postgresql.ds.common.BaseDataSource");

    private DataSources() {}

    private static boolean isPresent(String type) {
        return ClassUtils.isPresent(type, DataSources.class.getClassLoader());
    }

    /** How {@code source} connects; empty if it does not tell. */
    static Optional<ApplicationDatabase> read(String name, DataSource source) {
        ApplicationDatabase found = HIKARI ? OfHikari.read(name, source) : null;
        if (found == null && PGJDBC) {
            found = OfPgjdbc.read(name, source);
        }
        return Optional.ofNullable(found);
    }

    /** {@code source} itself, or what it wraps; null if it is none. */
    private static <T> @Nullable T as(Class<T> type, DataSource source) {
        if (type.isInstance(source)) {
            return type.cast(source);
        }
        try {
            return source.isWrapperFor(type) ? source.unwrap(type) : null;
        } catch (SQLException | RuntimeException | LinkageError e) {
            return null; // it does not tell
        }
    }

    /** Apart, so that nothing of Hikari is loaded where it is absent. */
    private static final class OfHikari {
        static @Nullable ApplicationDatabase read(String name, DataSource source) {
            HikariDataSource pool = as(HikariDataSource.class, source);
            if (pool == null) {
                return null;
            }
            DataSource inner = pool.getDataSource();
            if (inner != null) {
                return DataSources.read(name, inner).orElse(null);
            }
            String url = pool.getJdbcUrl();
            if (url == null) {
                return null;
            }
            Properties properties = new Properties();
            properties.putAll(pool.getDataSourceProperties());
            if (pool.getUsername() != null) {
                properties.setProperty("user", pool.getUsername());
            }
            if (pool.getPassword() != null) {
                properties.setProperty("password", pool.getPassword());
            }
            return new ApplicationDatabase("data source " + name, url, properties);
        }
    }

    /** Apart, so that nothing of the driver is loaded where it is absent. */
    private static final class OfPgjdbc {
        static @Nullable ApplicationDatabase read(String name, DataSource source) {
            BaseDataSource driver = as(BaseDataSource.class, source);
            return driver == null
                    ? null
                    : ApplicationDatabase.of(
                            "data source " + name, driver.getURL(), driver.getUser(), driver.getPassword());
        }
    }
}
