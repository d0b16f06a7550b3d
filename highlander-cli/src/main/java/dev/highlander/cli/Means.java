package dev.highlander.cli;

import java.io.IOException;
import java.lang.System.Logger.Level;
import java.util.List;

/** A way to hold a command's processes together, that is known to work on this machine. */
interface Means {
    /** Nothing but the environment that processes inherit, and their parents. */
    Means PORTABLE = new Means() {
        @Override
        public Enclosure enclose(String cookie) {
            return Enclosure.NONE;
        }

        @Override
        public String toString() {
            return "portable: processes are known by their environment and their parents";
        }
    };

    /**
     * An enclosure for one term.
     *
     * @param cookie the word of that term, and no other's
     */
    Enclosure enclose(String cookie) throws IOException;

    /** Those that are left, on this machine, of words that begin with {@code scope}. */
    default List<? extends Enclosure> left(String scope) throws IOException {
        return List.of();
    }

    /** The strongest that leaves the command's world as it is. */
    static Means strongest() {
        try {
            return ControlGroups.open();
        } catch (IOException e) {
            System.getLogger("dev.highlander.cli")
                    .log(Level.INFO, "There can be no control group for the command, since {0}.", e.getMessage());
            return PORTABLE;
        }
    }
}
