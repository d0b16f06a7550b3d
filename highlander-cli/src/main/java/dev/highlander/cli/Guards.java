package dev.highlander.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Makes the guards, one for each term. Not for several threads at once. */
final class Guards {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");

    private final Map<String, String> environment;
    private final Means means;
    private final boolean none;
    private @Nullable Guard next;

    private Guards(Map<String, String> environment, Means means, boolean none, Guard next) {
        this.environment = environment;
        this.means = means;
        this.none = none;
        this.next = next;
    }

    /**
     * They have tried their tools.
     *
     * @throws IOException if there can be none here
     */
    static Guards start(Map<String, String> environment, Means means) throws IOException, InterruptedException {
        if (!Carriers.canBeFound()) {
            throw new IOException("this system has no /proc");
        }
        Guard first = ShellGuard.start(environment);
        LOG.log(Level.INFO, "The means that hold them together: {0}.", means);
        return new Guards(environment, means, false, first);
    }

    /** Where there can be none: this process alone stops its command. */
    static Guards none() {
        return new Guards(Map.of(), Means.PORTABLE, true, Guard.NOBODY);
    }

    Means means() {
        return means;
    }

    Guard next() throws IOException, InterruptedException {
        Guard tried = Optional.ofNullable(next).orElse(Guard.NOBODY);
        next = null;
        return none || (tried != Guard.NOBODY && tried.isAlive()) ? tried : ShellGuard.start(environment);
    }
}
