package dev.highlander.supervisor;

import java.lang.System.Logger.Level;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** The supervisors of this JVM that are closed when it shuts down. */
final class OpenSupervisors {
    private static final System.Logger LOG = System.getLogger("dev.highlander.supervisor");
    private static final Set<SupervisorRunner> OPEN = new LinkedHashSet<>();
    private static boolean hooked;

    private OpenSupervisors() {}

    static void add(SupervisorRunner runner) {
        synchronized (OPEN) {
            OPEN.add(runner);
            if (!hooked) {
                hooked = true;
                try {
                    Runtime.getRuntime()
                            .addShutdownHook(new Thread(OpenSupervisors::closeAll, "highlander-supervisors-shutdown"));
                } catch (IllegalStateException e) {
                    LOG.log(Level.DEBUG, "Started while the JVM shuts down, so not closed by its hook.");
                }
            }
        }
        var unused = runner.over().whenComplete((exit, broken) -> {
            synchronized (OPEN) {
                OPEN.remove(runner);
            }
        });
    }

    /** One after the other, the latest first, as nested try statements would: a later one may need an earlier one. */
    static void closeAll() {
        List<SupervisorRunner> latestFirst;
        synchronized (OPEN) {
            latestFirst = new ArrayList<>(OPEN);
        }
        Collections.reverse(latestFirst);
        for (SupervisorRunner runner : latestFirst) {
            try {
                runner.stop(StopReason.SHUTDOWN, Long.MAX_VALUE);
                runner.awaitOver();
            } catch (RuntimeException e) {
                LOG.log(Level.ERROR, "Not closed in an orderly way: " + e.getMessage());
            }
        }
    }
}
