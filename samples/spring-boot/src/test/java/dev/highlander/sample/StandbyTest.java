package dev.highlander.sample;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.lock.Key;
import dev.highlander.spring.test.AutoConfigureFakeLocks;
import dev.highlander.spring.test.AutoConfigureFakeLocks.Holds;
import dev.highlander.testkit.FakeLocks;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.springframework.beans.factory.annotation.Autowired;
import org.springframework.boot.test.context.SpringBootTest;

/** A test that holds nothing until it is granted. */
@SpringBootTest(properties = {"spring.datasource.url=jdbc:h2:mem:standby", "spring.sql.init.mode=always"})
@AutoConfigureFakeLocks(holds = Holds.NONE)
class StandbyTest {
    @Autowired
    private FakeLocks locks;

    @Autowired
    private Highlander highlander;

    @Test
    void nothing_runs_before_it_is_granted() throws Exception {
        await().atMost(Duration.ofSeconds(30)).until(() -> locks.waiting(Key.of("mail-relay")) == 1);
        Singleton relay = highlander.singletons().get(0);
        assertThat(relay.state()).isEqualTo(State.STANDBY);

        locks.grant(Key.of("mail-relay"));

        assertThat(relay.awaitRunning(Duration.ofSeconds(30))).isTrue();
    }
}
