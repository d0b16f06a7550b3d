package dev.highlander.sample;

import dev.highlander.State;
import dev.highlander.Transition;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.context.event.EventListener;
import org.springframework.stereotype.Component;

/** Tells when the relay moves. */
// guide
@Component
class Announcer {
    private static final Logger LOG = LoggerFactory.getLogger(Announcer.class);

    @EventListener
    void on(Transition transition) {
        if (transition.to() == State.RUNNING) {
            LOG.info("{} runs on {} now.", transition.key(), transition.node());
        }
    }
}
// end
