package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.zaxxer.hikari.HikariDataSource;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;

/** D2: a data source is where settings are read from; its connections are left alone. */
final class DataSourcesTest {
    private static final Key KEY = Key.of("relay");

    private final Nodes nodes = new Nodes();

    @AfterEach
    void closeAll() {
        nodes.close();
    }

    private PostgresLocks.Builder builder(DataSource source) {
        return PostgresLocks.builder()
                .dataSource(source)
                .namespace(nodes.namespace)
                .lease(Nodes.LEASE);
    }

    private PGSimpleDataSource simple() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(nodes.server.url());
        return source;
    }

    private <P extends HikariDataSource> P filled(P pool) {
        pool.setMaximumPoolSize(1);
        pool.setMinimumIdle(0);
        return pool;
    }

    @Test
    void D2_the_drivers_own_data_source_serves() throws Exception {
        nodes.start(nodes.open(builder(simple())), KEY);

        assertThat(nodes.awaitStart().term().isHeld()).isTrue();
    }

    @Test
    void D2_a_pool_serves_and_the_only_connection_in_it_is_not_taken() throws Exception {
        try (HikariDataSource pool = filled(new HikariDataSource())) {
            pool.setJdbcUrl(nodes.server.url().replaceFirst("\\?.*", ""));
            pool.setUsername(simple().getUser());
            pool.setPassword(simple().getPassword());
            try (Connection all = pool.getConnection()) {
                nodes.start(nodes.open(builder(pool)), KEY);
                nodes.awaitStart();
                assertThat(all.isValid(10)).isTrue();
            }
            assertThat(pool.getHikariPoolMXBean().getTotalConnections()).isEqualTo(1);
        }
    }

    @Test
    void D2_a_pool_around_another_data_source_serves() throws Exception {
        try (HikariDataSource pool = filled(new HikariDataSource())) {
            pool.setDataSource(simple());
            nodes.start(nodes.open(builder(pool)), KEY);

            assertThat(nodes.awaitStart().term().isHeld()).isTrue();
        }
    }

    /** As with credentials that are valid for some minutes only. */
    @Test
    void D2_the_password_is_read_again_before_each_connection() throws Exception {
        AtomicInteger reads = new AtomicInteger();
        String password = simple().getPassword();
        try (HikariDataSource pool = filled(new HikariDataSource() {
            @Override
            public String getPassword() {
                reads.incrementAndGet();
                return password;
            }
        })) {
            pool.setJdbcUrl(nodes.server.url().replaceFirst("\\?.*", ""));
            pool.setUsername(simple().getUser());
            nodes.start(nodes.open(builder(pool).node(dev.highlander.lock.Node.named("d2-again"))), KEY);
            nodes.awaitStart();
            int before = reads.get();

            nodes.terminate("d2-again");

            nodes.awaitStart();
            assertThat(reads.get()).isGreaterThan(before);
        }
    }

    @Test
    void D2_one_whose_settings_can_not_be_read_is_refused_with_what_to_do() {
        DataSource opaque = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> method.getReturnType() == boolean.class ? (Object) false : null);

        assertThatThrownBy(() -> builder(opaque).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("can't be read")
                .hasMessageContaining("connections(...)");
    }

    @Test
    void D2_one_of_another_database_is_refused() {
        try (HikariDataSource pool = new HikariDataSource()) {
            pool.setJdbcUrl("jdbc:h2:mem:test");

            assertThatThrownBy(() -> builder(pool).connect())
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining("not one of Postgres");
        }
    }

    @Test
    void F4_its_settings_are_held_against_the_lease_like_those_of_a_URL() throws Exception {
        PGSimpleDataSource source = simple();
        source.setSocketTimeout(1);

        assertThatThrownBy(() ->
                        builder(source).lease(Lease.of(Duration.ofSeconds(10))).connect())
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("socketTimeout 1 s");
    }

    @Test
    void a_wrapper_that_only_unwraps_serves() throws Exception {
        PGSimpleDataSource inner = simple();
        DataSource wrapper = (DataSource) Proxy.newProxyInstance(
                DataSource.class.getClassLoader(),
                new Class<?>[] {DataSource.class},
                (proxy, method, args) -> switch (method.getName()) {
                    case "isWrapperFor" -> true;
                    case "unwrap" -> inner;
                    default -> throw new AssertionError(method + " was called");
                });
        nodes.start(nodes.open(builder(wrapper)), KEY);

        assertThat(nodes.awaitStart().term().isHeld()).isTrue();
    }
}
