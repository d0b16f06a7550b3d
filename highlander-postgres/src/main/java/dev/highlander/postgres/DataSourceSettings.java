package dev.highlander.postgres;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Modifier;
import java.sql.SQLException;
import java.util.List;
import java.util.Properties;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;
import org.postgresql.PGProperty;
import org.postgresql.ds.common.BaseDataSource;

/**
 * Where a data source leads, and as whom, read from its getters by the names that pools give them; no connection is asked
 * of it.
 *
 * @param url where it leads
 * @param properties user, password, and what it tells the driver beside the URL
 */
record DataSourceSettings(DatabaseUrl url, Properties properties) {
    private static final List<String> URLS = List.of("getJdbcUrl", "getUrl", "getURL");
    private static final List<String> USERS = List.of("getUsername", "getUserName", "getUser");
    private static final List<String> INNER = List.of("getDataSource", "getTargetDataSource", "getWrappedDataSource");
    private static final List<String> MORE = List.of("getDataSourceProperties", "getDbProperties");

    /**
     * Reads {@code source}, or the one that it wraps.
     *
     * @throws IllegalArgumentException if neither has settings that can be read, or they are not of a Postgres
     */
    static DataSourceSettings of(DataSource source) {
        DataSourceSettings read = read(source);
        if (read == null) {
            throw new IllegalArgumentException("The settings of the data source, a "
                    + source.getClass().getName()
                    + ", can't be read: it has no getJdbcUrl() or getUrl(), and wraps none that has. Give a url(...), or"
                    + " connections(...) that makes new connections outside of any pool.");
        }
        return read;
    }

    private static @Nullable DataSourceSettings read(DataSource source) {
        DataSourceSettings found;
        String url = text(source, URLS);
        if (url != null) {
            found = new DataSourceSettings(DatabaseUrl.parse(url), new Properties());
        } else {
            DataSource inner = inner(source);
            found = inner == null ? null : read(inner);
        }
        if (found != null) {
            if (first(source, MORE) instanceof Properties more) {
                more.forEach((name, value) -> found.properties.setProperty(name.toString(), value.toString()));
            }
            set(found, PGProperty.USER, text(source, USERS));
            set(found, PGProperty.PASSWORD, text(source, List.of("getPassword")));
        }
        return found;
    }

    private static void set(DataSourceSettings in, PGProperty property, @Nullable String value) {
        if (value != null) {
            property.set(in.properties, value);
        }
    }

    private static @Nullable DataSource inner(DataSource source) {
        if (first(source, INNER) instanceof DataSource inner && inner != source) {
            return inner;
        }
        try {
            return source.isWrapperFor(BaseDataSource.class)
                            && source.unwrap(BaseDataSource.class) instanceof DataSource inner
                            && inner != source
                    ? inner
                    : null;
        } catch (SQLException e) {
            return null;
        }
    }

    private static @Nullable String text(DataSource source, List<String> getters) {
        return first(source, getters) instanceof String text && !text.isBlank() ? text : null;
    }

    private static @Nullable Object first(DataSource source, List<String> getters) {
        for (String getter : getters) {
            Method method = method(source.getClass(), getter);
            Object value = method == null ? null : value(source, method);
            if (value != null) {
                return value;
            }
        }
        return null;
    }

    /** By a class that is public: pools are often given as anonymous subclasses. */
    private static @Nullable Method method(Class<?> type, String getter) {
        for (Class<?> each = type; each != null; each = each.getSuperclass()) {
            if (Modifier.isPublic(each.getModifiers())) {
                try {
                    return each.getMethod(getter);
                } catch (NoSuchMethodException e) {
                    return null;
                }
            }
        }
        return null;
    }

    private static @Nullable Object value(DataSource source, Method getter) {
        try {
            return getter.invoke(source);
        } catch (IllegalAccessException e) {
            return null;
        } catch (InvocationTargetException e) {
            throw new IllegalArgumentException(
                    "The settings of the data source, a " + source.getClass().getName() + ", can't be read: "
                            + getter.getName() + "() failed. Give a url(...), or connections(...) that makes new"
                            + " connections outside of any pool.",
                    e.getCause());
        }
    }
}
