package dev.highlander.spring;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.lock.StuckChildException;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.springframework.beans.factory.SmartInitializingSingleton;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.context.Lifecycle;
import org.springframework.context.SmartLifecycle;

/**
 * The application's singletons, started when all else has been and stopped before all else, so that what they use is there.
 * Each start of the context opens them anew.
 */
final class SingletonsLifecycle implements SmartLifecycle, SmartInitializingSingleton {
    static final String BEAN = "highlanderSingletons";

    private static final System.Logger LOG = System.getLogger("dev.highlander.spring");

    private final Highlander highlander;
    private final ConfigurableListableBeanFactory beans;
    private final int phase;
    private final Duration patienceOfSpring;

    // Guarded by this.
    private List<SingletonBean> defined = List.of();
    private final List<Singleton> open = new ArrayList<>();
    private boolean running;

    /** {@code patienceOfSpring} is for how long Spring waits for a phase to stop. */
    SingletonsLifecycle(
            Highlander highlander, ConfigurableListableBeanFactory beans, int phase, Duration patienceOfSpring) {
        this.highlander = highlander;
        this.beans = beans;
        this.phase = phase;
        this.patienceOfSpring = patienceOfSpring;
    }

    /** When a mistake still ends the start of the application. */
    @Override
    public void afterSingletonsInstantiated() {
        List<SingletonBean> found = SingletonBeans.find(beans, highlander);
        for (SingletonBean singleton : found) {
            stopBefore(singleton.bean());
            warnOfLongStop(singleton);
        }
        if (!found.isEmpty()) {
            SocketTimeouts.warn(beans);
        }
        synchronized (this) {
            defined = found;
        }
    }

    /**
     * That bean is stopped, and destroyed, after this. Not so for a plain lifecycle, which Spring would start, on every
     * instance, as something that this depends on; its phase is an earlier one.
     */
    private void stopBefore(String bean) {
        Class<?> type = beans.getType(bean, false);
        if (type == null || !Lifecycle.class.isAssignableFrom(type) || SmartLifecycle.class.isAssignableFrom(type)) {
            beans.registerDependentBean(bean, BEAN);
        }
    }

    private void warnOfLongStop(SingletonBean singleton) {
        long grace = singleton.child().shutdown().nanos();
        if (grace != Long.MAX_VALUE && grace > patienceOfSpring.toNanos()) {
            LOG.log(
                    Level.WARNING,
                    "{0} may take {1} s to stop, and Spring closes what it uses after {2} s: raise"
                            + " spring.lifecycle.timeout-per-shutdown-phase, or let it stop sooner.",
                    singleton.origin(),
                    grace / 1_000_000_000,
                    patienceOfSpring.toSeconds());
        }
    }

    @Override
    public synchronized void start() {
        if (!running) {
            running = true;
            defined.forEach(singleton -> open.add(highlander.start(singleton.key(), singleton.child())));
        }
    }

    /**
     * Returns when all have stopped, since of the beans of one phase Spring stops the next at once: those that run as
     * singletons would be stopped by both. But it waits no longer than Spring does for a phase.
     */
    @Override
    public void stop(Runnable callback) {
        Thread closer = new Thread(
                () -> {
                    try {
                        stop();
                    } finally {
                        callback.run();
                    }
                },
                "highlander-stop");
        closer.start();
        try {
            closer.join(Math.max(1, patienceOfSpring.toMillis()));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All at once, since any of them may take its time. */
    @Override
    public void stop() {
        List<Singleton> latestFirst;
        synchronized (this) {
            latestFirst = new ArrayList<>(open);
            open.clear();
            running = false;
        }
        Collections.reverse(latestFirst);
        List<Thread> closers = new ArrayList<>();
        for (Singleton singleton : latestFirst) {
            Thread closer = new Thread(() -> close(singleton), "highlander-stop " + singleton.key());
            closers.add(closer);
            closer.start();
        }
        for (Thread closer : closers) {
            try {
                closer.join();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt(); // they go on closing, on threads of their own
                return;
            }
        }
    }

    private static void close(Singleton singleton) {
        try {
            singleton.close();
        } catch (StuckChildException e) {
            LOG.log(Level.ERROR, e.getMessage());
        }
    }

    @Override
    public synchronized boolean isRunning() {
        return running;
    }

    @Override
    public int getPhase() {
        return phase;
    }
}
