package dev.highlander.sample;

import dev.highlander.Term;
import dev.highlander.spring.ClusterSingleton;
import java.time.Duration;
import org.springframework.jdbc.core.JdbcTemplate;
import org.springframework.stereotype.Component;

/** Sends mails, of which the table {@code sent} tells. */
// guide
@Component
class MailRelay {
    private final JdbcTemplate database;

    MailRelay(JdbcTemplate database) {
        this.database = database;
    }

    @ClusterSingleton("mail-relay")
    void loop(Term term) throws InterruptedException {
        while (true) {
            term.ensureHeld(Duration.ofMillis(100)); // right before what must not be done twice
            database.update("insert into sent (node, token) values (?, ?)", term.node(), term.token());
            Thread.sleep(20);
        }
    }
}
// end
