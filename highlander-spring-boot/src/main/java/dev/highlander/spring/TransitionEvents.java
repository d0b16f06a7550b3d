package dev.highlander.spring;

import dev.highlander.SingletonListener;
import dev.highlander.Transition;
import org.springframework.context.ApplicationContext;
import org.springframework.context.ApplicationListener;
import org.springframework.context.event.ContextClosedEvent;

/**
 * Publishes transitions as events of the application, for {@code @EventListener void on(Transition transition)}. Listeners
 * are called on a thread of Highlander's, in order.
 */
final class TransitionEvents implements SingletonListener, ApplicationListener<ContextClosedEvent> {
    private final ApplicationContext context;
    private volatile boolean closing;

    TransitionEvents(ApplicationContext context) {
        this.context = context;
    }

    @Override
    public void changed(Transition transition) {
        try {
            context.publishEvent(transition);
        } catch (IllegalStateException e) {
            if (!closing) {
                throw e;
            }
            // The context has nobody left to tell: what ends after it is in the log.
        }
    }

    @Override
    public void onApplicationEvent(ContextClosedEvent event) {
        closing |= event.getApplicationContext() == context;
    }
}
