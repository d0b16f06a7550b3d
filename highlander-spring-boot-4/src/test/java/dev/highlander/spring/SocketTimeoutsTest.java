package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariDataSource;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.function.Consumer;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.postgresql.ds.PGSimpleDataSource;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;
import org.springframework.jdbc.datasource.LazyConnectionDataSourceProxy;

/** A data source on which a singleton can wait for ever is told of, by its name. */
class SocketTimeoutsTest {
    private static final String URL = "jdbc:postgresql://localhost:1/books";

    @Test
    void a_pool_without_a_socket_timeout_is_told_of() {
        assertThat(warnings(hikari(pool -> pool.setJdbcUrl(URL))))
                .singleElement()
                .asString()
                .contains("\"books\"", "socketTimeout=<seconds>");
    }

    @Test
    void one_that_is_behind_a_proxy_is_told_of_too() {
        DataSource pool = hikari(each -> each.setJdbcUrl(URL));

        assertThat(warnings(new LazyConnectionDataSourceProxy(pool))).hasSize(1);
    }

    @Test
    void a_data_source_of_the_driver_without_one_is_told_of() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(URL);

        assertThat(warnings(source)).hasSize(1);
    }

    @Test
    void nothing_is_said_where_the_url_or_a_property_has_one() {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(URL);
        source.setSocketTimeout(30);

        assertThat(warnings(source)).isEmpty();
        assertThat(warnings(hikari(pool -> pool.setJdbcUrl(URL + "?socketTimeout=30"))))
                .isEmpty();
        assertThat(warnings(hikari(pool -> {
                    pool.setJdbcUrl(URL);
                    pool.addDataSourceProperty("socketTimeout", "30");
                })))
                .isEmpty();
    }

    @Test
    void nothing_is_said_of_other_databases_or_where_nothing_runs() {
        assertThat(warnings(hikari(pool -> pool.setJdbcUrl("jdbc:h2:mem:books"))))
                .isEmpty();
        try (Log log = Log.of("dev.highlander.spring")) {
            application(hikari(pool -> pool.setJdbcUrl(URL)))
                    .run(context -> assertThat(context).hasNotFailed());
            assertThat(log.all()).isEmpty();
        }
    }

    private static DataSource hikari(Consumer<HikariDataSource> settings) {
        HikariDataSource pool = new HikariDataSource();
        settings.accept(pool);
        return pool;
    }

    private static List<String> warnings(DataSource source) {
        try (Log log = Log.of("dev.highlander.spring")) {
            application(source)
                    .withBean(Idle.class)
                    .run(context -> assertThat(context).hasNotFailed());
            return List.copyOf(log.all());
        }
    }

    private static ApplicationContextRunner application(DataSource source) {
        return Fakes.granted().withBean("books", DataSource.class, () -> source);
    }

    static class Idle {
        @ClusterSingleton("idle")
        void loop() throws InterruptedException {
            new CountDownLatch(1).await();
        }
    }
}
