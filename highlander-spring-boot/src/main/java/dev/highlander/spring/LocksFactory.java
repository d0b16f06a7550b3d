package dev.highlander.spring;

import dev.highlander.lock.Lease;
import dev.highlander.lock.LocalLocks;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.spring.HighlanderProperties.Postgres;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Properties;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.springframework.beans.factory.config.BeanDefinition;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.util.ClassUtils;

/** Opens the locks that the application is configured for. */
final class LocksFactory {
    private static final boolean POSTGRES =
            ClassUtils.isPresent("dev.highlander.postgres.PostgresLocks", LocksFactory.class.getClassLoader());

    private final HighlanderProperties properties;
    private final ConfigurableListableBeanFactory beans;
    private final List<ApplicationDatabase> databases;

    LocksFactory(
            HighlanderProperties properties,
            ConfigurableListableBeanFactory beans,
            List<ApplicationDatabase> databases) {
        this.properties = properties;
        this.beans = beans;
        this.databases = databases;
    }

    Locks open() {
        LockChoice choice = LockChoice.of(properties, facts());
        if (choice instanceof LockChoice.OwnPostgres own) {
            return postgres("highlander.postgres.url", own.url(), ownProperties());
        }
        if (choice instanceof LockChoice.Database found) {
            return postgres(found.database());
        }
        if (choice instanceof LockChoice.FromDataSource source) {
            return postgres(read(source.name()));
        }
        return local();
    }

    private LockChoice.Facts facts() {
        List<String> names = List.of(beans.getBeanNamesForType(DataSource.class, true, false));
        List<String> primary = names.size() == 1
                ? names
                : names.stream().filter(this::isPrimary).toList();
        return new LockChoice.Facts(
                databases, names, primary.size() == 1 ? Optional.of(primary.get(0)) : Optional.empty());
    }

    private boolean isPrimary(String name) {
        if (!beans.containsBeanDefinition(name)) {
            return false;
        }
        BeanDefinition definition = beans.getBeanDefinition(name);
        return definition.isPrimary();
    }

    private ApplicationDatabase read(String name) {
        DataSource source = beans.getBean(name, DataSource.class);
        ApplicationDatabase database = DataSources.read(name, source)
                .orElseThrow(() -> Problems.hiddenSettings(
                        name, ClassUtils.getUserClass(source).getName()));
        if (!database.isPostgres()) {
            throw Problems.notPostgres(database);
        }
        return database;
    }

    private Properties ownProperties() {
        Postgres own = properties.postgres();
        Properties all = new Properties();
        all.putAll(own.properties());
        if (own.username() != null) {
            all.setProperty("user", own.username());
        }
        if (own.password() != null) {
            all.setProperty("password", own.password());
        }
        return all;
    }

    private Locks postgres(ApplicationDatabase database) {
        Properties all = new Properties();
        all.putAll(database.properties());
        all.putAll(properties.postgres().properties());
        return postgres(database.origin(), database.url(), all);
    }

    private Locks postgres(String origin, String url, Properties driver) {
        if (!POSTGRES) {
            throw Problems.missingPostgres();
        }
        Lease lease = checked("highlander.lease", () -> Lease.of(properties.lease()));
        Namespace namespace = namespace();
        Node node = node();
        try {
            return PostgresService.open(url, driver, properties.postgres(), lease, namespace, node);
        } catch (IllegalArgumentException e) {
            throw Problems.badPostgres(origin, e);
        }
    }

    private Locks local() {
        LocalLocks.Builder builder = LocalLocks.builder().namespace(namespace()).node(node());
        String directory = properties.local().directory();
        return checked(
                "highlander.local.directory",
                () -> (directory == null || directory.isBlank() ? builder : builder.directory(Path.of(directory)))
                        .open());
    }

    private Namespace namespace() {
        return checked("highlander.namespace", () -> new Namespace(properties.namespace()));
    }

    private Node node() {
        String name = properties.node();
        return name == null || name.isBlank() ? Node.here() : checked("highlander.node", () -> Node.named(name));
    }

    static <T> T checked(String property, Supplier<T> value) {
        try {
            return value.get();
        } catch (IllegalArgumentException e) {
            throw Problems.badSetting(property, e);
        }
    }
}
