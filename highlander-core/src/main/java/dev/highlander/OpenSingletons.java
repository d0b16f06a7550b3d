package dev.highlander;

import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.supervisor.Supervisor;
import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The singletons that are open in this JVM, of which some are closed in an orderly way when it shuts down, with the locks
 * of all whose Highlander has the hook; those in a supervisor are its to close.
 */
final class OpenSingletons {
    private static final System.Logger LOG = System.getLogger("dev.highlander");
    private static final Map<Singleton, Locks> OPEN = new LinkedHashMap<>();
    private static final Set<Singleton> CLOSED_BY_HOOK = new HashSet<>();
    private static final Set<Singleton> WRAPPED = new HashSet<>();
    private static boolean hooked;

    private OpenSingletons() {}

    static void add(Singleton singleton, Locks locks, boolean closedByHook, boolean wrapped) {
        synchronized (OPEN) {
            OPEN.put(singleton, locks);
            if (closedByHook) {
                (wrapped ? WRAPPED : CLOSED_BY_HOOK).add(singleton);
            }
            if (closedByHook && !hooked) {
                hooked = true;
                try {
                    Runtime.getRuntime().addShutdownHook(new Thread(OpenSingletons::closeAll, "highlander-shutdown"));
                } catch (IllegalStateException e) {
                    // The JVM is going down already; its end releases what this would have.
                    LOG.log(Level.DEBUG, "Opened during shutdown: {0}", singleton.key());
                }
            }
        }
        singleton.closed().whenComplete((exit, broken) -> forget(singleton));
    }

    static void forget(Singleton singleton) {
        synchronized (OPEN) {
            OPEN.remove(singleton);
            CLOSED_BY_HOOK.remove(singleton);
            WRAPPED.remove(singleton);
        }
    }

    static Optional<Singleton> find(Key key) {
        List<Singleton> all;
        synchronized (OPEN) {
            all = OPEN.keySet().stream()
                    .filter(singleton -> singleton.key().equals(key))
                    .toList();
        }
        return all.stream()
                .filter(singleton -> singleton.state().hasChild())
                .findFirst()
                .or(() -> all.stream().findFirst());
    }

    /**
     * Supervisors first, which close the singletons in them. All others are asked first, the latest first; then waited
     * for; and then their locks, which tell the other nodes; but not those of what somebody else has to close.
     */
    static void closeAll() {
        List<Singleton> latestFirst;
        Set<Locks> locks;
        synchronized (OPEN) {
            latestFirst = new ArrayList<>(OPEN.keySet());
            latestFirst.retainAll(CLOSED_BY_HOOK);
            locks = new LinkedHashSet<>();
            latestFirst.forEach(singleton -> locks.add(OPEN.get(singleton)));
            WRAPPED.forEach(singleton -> locks.add(OPEN.get(singleton)));
        }
        Supervisor.closeAll();
        Collections.reverse(latestFirst);
        List<Thread> closers = new ArrayList<>();
        for (Singleton singleton : latestFirst) {
            Thread closer = new Thread(() -> close(singleton), "highlander-shutdown " + singleton.key());
            closers.add(closer);
            closer.start();
        }
        closers.forEach(OpenSingletons::join);
        synchronized (OPEN) {
            WRAPPED.stream()
                    .filter(singleton -> !isClosed(singleton))
                    .forEach(singleton -> locks.remove(OPEN.get(singleton)));
        }
        locks.forEach(OpenSingletons::close);
    }

    /** Whoever hears of the end first, such as its supervisor, may do so before it is taken off the lists here. */
    private static boolean isClosed(Singleton singleton) {
        return singleton.closed().toCompletableFuture().isDone();
    }

    private static void close(AutoCloseable closeable) {
        try {
            closeable.close();
        } catch (Exception e) {
            LOG.log(Level.ERROR, "Not closed in an orderly way: " + e.getMessage());
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
