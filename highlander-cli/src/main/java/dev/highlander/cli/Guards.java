package dev.highlander.cli;

import dev.highlander.postgres.ListenAddress;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Makes the guards, one for each term, or one for all that listens for other nodes. Not for several threads at once. */
final class Guards {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");

    private final Map<String, String> environment;
    private final Means means;
    private final @Nullable ListenAddress address;
    private @Nullable Guard next;
    private @Nullable ListeningGuard listening;

    private Guards(Map<String, String> environment, Means means, @Nullable ListenAddress address) {
        this.environment = environment;
        this.means = means;
        this.address = address;
    }

    /**
     * They have tried their tools.
     *
     * @param address where the guard is to listen; null for nowhere
     * @throws IOException if there can be none here
     */
    static Guards start(Map<String, String> environment, Means means, @Nullable ListenAddress address)
            throws IOException, InterruptedException {
        if (!Carriers.canBeFound()) {
            throw new IOException("this system has no /proc");
        }
        Guards guards = new Guards(environment, means, address);
        if (address == null) {
            guards.next = ShellGuard.start(environment);
        } else {
            guards.listening = ListeningGuard.start(environment, address);
        }
        LOG.log(Level.INFO, "The means that hold them together: {0}.", means);
        return guards;
    }

    /** Where there can be none: this process alone stops its command. */
    static Guards none() {
        Guards none = new Guards(Map.of(), Means.PORTABLE, null);
        none.next = Guard.NOBODY;
        return none;
    }

    Means means() {
        return means;
    }

    Guard next() throws IOException, InterruptedException {
        if (address != null) {
            return listeningAt(address).term();
        }
        Guard tried = next;
        if (tried == Guard.NOBODY) {
            return tried;
        }
        next = null;
        return tried != null && tried.isAlive() ? tried : ShellGuard.start(environment);
    }

    private ListeningGuard listeningAt(ListenAddress where) throws IOException, InterruptedException {
        ListeningGuard present = listening;
        if (present == null || !present.isAlive()) {
            present = ListeningGuard.start(environment, where);
            listening = present;
        }
        return present;
    }
}
