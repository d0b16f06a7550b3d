package dev.highlander.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.lock.Key;
import dev.highlander.lock.Loss;
import dev.highlander.spring.test.AutoConfigureFakeLocks;
import dev.highlander.testkit.FakeLocks;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;
import org.springframework.jdbc.core.JdbcTemplate;

/** The relay of the guide's page, on fake locks. */
// guide
@SpringBootTest(properties = {"spring.datasource.url=jdbc:h2:mem:sample", "spring.sql.init.mode=always"})
@AutoConfigureFakeLocks
class MailRelayTest {
    @Autowired
    private FakeLocks locks;

    @Autowired
    private JdbcTemplate database;

    @Test
    void goes_on_in_a_new_term_when_its_key_was_lost() {
        await().atMost(Duration.ofSeconds(30)).until(() -> newestToken() == 1);

        locks.lose(Key.of("mail-relay"), Loss.DISCONNECTED);

        await().atMost(Duration.ofSeconds(30)).until(() -> newestToken() == 2);
    }

    private long newestToken() {
        Long newest = database.queryForObject("select coalesce(max(token), 0) from sent", Long.class);
        assertThat(newest).isNotNull();
        return newest;
    }
}
// end
