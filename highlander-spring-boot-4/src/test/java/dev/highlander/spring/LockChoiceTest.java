package dev.highlander.spring;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.highlander.spring.HighlanderProperties.LockService;
import dev.highlander.spring.HighlanderProperties.Postgres;
import dev.highlander.spring.LockChoice.Facts;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Which locks an application gets, by what is configured and what there is. */
class LockChoiceTest {
    private static final ApplicationDatabase POSTGRES =
            ApplicationDatabase.of("the application", "jdbc:postgresql://db/app", "app", "secret");
    private static final ApplicationDatabase H2 =
            ApplicationDatabase.of("the application", "jdbc:h2:mem:app", "sa", "");

    @Test
    void F2_lock_files_if_they_are_asked_for_whatever_there_is() {
        assertThat(choose(LockService.LOCAL, "postgres://x/y", null, facts(List.of(H2), List.of("a", "b"), null)))
                .isEqualTo(new LockChoice.Local());
    }

    @Test
    void D2_its_own_url_goes_before_all_databases_of_the_application() {
        assertThat(choose(null, "postgres://x/y", "b", facts(List.of(POSTGRES), List.of("a", "b"), "a")))
                .isEqualTo(new LockChoice.OwnPostgres("postgres://x/y"));
    }

    @Test
    void D2_the_data_source_that_is_named_goes_before_the_primary_one() {
        assertThat(choose(null, null, "b", facts(List.of(POSTGRES), List.of("a", "b"), "a")))
                .isEqualTo(new LockChoice.FromDataSource("b"));
    }

    @Test
    void D2_a_name_that_no_data_source_has_is_refused_with_those_there_are() {
        assertThatThrownBy(() -> choose(null, null, "c", facts(List.of(), List.of("a", "b"), "a")))
                .hasMessageContaining("\"c\"")
                .hasMessageContaining("Use one of: a, b.");
        assertThatThrownBy(() -> choose(null, null, "c", facts(List.of(), List.of(), null)))
                .hasMessageContaining("highlander.postgres.url");
    }

    @Test
    void D2_what_Boot_connects_to_needs_no_data_source() {
        assertThat(choose(null, null, null, facts(List.of(POSTGRES), List.of("dataSource"), "dataSource")))
                .isEqualTo(new LockChoice.Database(POSTGRES));
        assertThat(choose(LockService.POSTGRES, "", " ", facts(List.of(POSTGRES), List.of(), null)))
                .isEqualTo(new LockChoice.Database(POSTGRES));
    }

    @Test
    void D2_a_database_that_is_no_Postgres_is_refused_by_its_kind_and_without_its_url() {
        assertThatThrownBy(() -> choose(null, null, null, facts(List.of(H2), List.of("dataSource"), "dataSource")))
                .hasMessageContaining("h2 of the application")
                .hasMessageContaining("highlander.locks=local")
                .hasMessageNotContaining("jdbc:");
    }

    @Test
    void D2_several_databases_are_refused_unless_one_is_primary() {
        assertThat(choose(null, null, null, facts(List.of(), List.of("a", "b"), "b")))
                .isEqualTo(new LockChoice.FromDataSource("b"));
        assertThatThrownBy(() -> choose(null, null, null, facts(List.of(), List.of("a", "b"), null)))
                .hasMessageContaining("there are 2 (a, b)")
                .hasMessageContaining("highlander.postgres.data-source");
        assertThatThrownBy(() -> choose(null, null, null, facts(List.of(POSTGRES, H2), List.of(), null)))
                .hasMessageContaining("there are 2")
                .hasMessageNotContaining("secret");
    }

    @Test
    void D2_no_database_is_refused_with_what_to_set() {
        assertThatThrownBy(() -> choose(null, null, null, facts(List.of(), List.of(), null)))
                .hasMessageContaining("has no database")
                .hasMessageContaining("spring.datasource.url");
    }

    @Test
    void no_text_of_a_database_has_its_url_or_its_password() {
        assertThat(POSTGRES).hasToString("postgresql of the application");
        assertThat(new Postgres(
                        "postgres://u:secret@h/d", "u", "secret", Map.of("password", "secret"), "a", false, null))
                .asString()
                .doesNotContain("secret");
    }

    private static Facts facts(List<ApplicationDatabase> databases, List<String> sources, @Nullable String primary) {
        return new Facts(databases, sources, Optional.ofNullable(primary));
    }

    private static LockChoice choose(
            @Nullable LockService locks, @Nullable String url, @Nullable String source, Facts facts) {
        HighlanderProperties properties = new HighlanderProperties(
                true,
                locks,
                "default",
                null,
                Duration.ofSeconds(10),
                null,
                Duration.ofMinutes(1),
                0,
                new HighlanderProperties.Backoff(Duration.ofSeconds(1), Duration.ofMinutes(1)),
                new Postgres(url, null, null, Map.of(), source, false, null),
                new HighlanderProperties.Local(null),
                new HighlanderProperties.Health(Duration.ofSeconds(30)));
        return LockChoice.of(properties, facts);
    }
}
