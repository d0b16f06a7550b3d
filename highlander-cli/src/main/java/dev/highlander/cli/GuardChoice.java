package dev.highlander.cli;

import java.io.IOException;
import java.util.Locale;
import java.util.Map;

/** What {@code --guard-by} asks for. It does not log: it is there before it is known how much is logged. */
enum GuardChoice {
    /** The strongest means that leaves the command's world as it is: a process id namespace does not. */
    AUTO,
    CGROUP,
    NAMESPACE,
    PORTABLE;

    /**
     * The means that it comes to on this machine.
     *
     * @throws FailedException if that can't be had
     */
    Means means(Map<String, String> environment) throws InterruptedException {
        try {
            return switch (this) {
                case CGROUP -> ControlGroups.open();
                case NAMESPACE -> PidNamespaces.open(environment);
                case PORTABLE -> Means.PORTABLE;
                case AUTO -> Means.strongest();
            };
        } catch (IOException e) {
            throw refused(e);
        }
    }

    FailedException refused(IOException why) {
        return new FailedException(
                ExitStatus.SYSTEM,
                "--guard-by " + name().toLowerCase(Locale.ROOT) + " can't be had here, since " + why.getMessage()
                        + ". Change that, or leave --guard-by out for the strongest means there is.");
    }
}
