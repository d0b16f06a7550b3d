package dev.highlander.cli;

import dev.highlander.postgres.ListenAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how a command is kept from outliving its key. */
final class GuardOptions implements Settings.Aware {
    @Option(
            names = "--on-loss",
            paramLabel = "HOW",
            order = 31,
            converter = Converters.OfOnLoss.class,
            description =
                    "How the command is stopped when the key is lost: term, it is sent SIGTERM and has the grace, but"
                            + " at most 0.3 of the lease; or kill, at once. Default: term.")
    private OnLoss onLoss = OnLoss.TERM;

    @Option(
            names = "--guard-by",
            paramLabel = "MEANS",
            order = 32,
            converter = Converters.OfGuard.class,
            description = "How the command's processes are held together. cgroup: a control group, which nothing leaves"
                    + " unless it may move processes between groups; needs one that can be written. namespace: a process"
                    + " id namespace, which nothing leaves at all; the command sees other process ids, only its own"
                    + " processes, and for an ordinary user a user namespace. portable: the environment and the parents of"
                    + " processes; one that clears its environment and also leaves its parent is not found, nor one of"
                    + " another user. Default: auto, which is cgroup where it can be had, and else portable.")
    private GuardChoice choice = GuardChoice.AUTO;

    @Option(
            names = "--listen",
            paramLabel = "ADDRESS:PORT",
            order = 33,
            converter = Converters.OfListen.class,
            description =
                    "Have the guard listen at this literal address of this machine, and prove to who knows this run's"
                            + " id that it lives; it is refused there only when the command is dead. The guard is a small JVM"
                            + " then. Default: nowhere.")
    private @Nullable ListenAddress listen;

    private Settings settings = Settings.none();

    @Override
    public void settings(Settings where) {
        settings = where;
    }

    /**
     * Where the guard is to listen; null for nowhere. With lock files there are no other nodes that could ask.
     *
     * @throws FailedException if it is given in no later place than that keys are in lock files
     */
    @Nullable
    ListenAddress listen(boolean local) {
        if (!local) {
            return listen;
        }
        if (listen != null && !settings.outranks("local", "listen")) {
            throw FailedException.usage(
                    settings.shown("listen")
                            + " has no meaning with --local: nodes on other machines don't share its lock files. Leave it out.");
        }
        return null;
    }

    OnLoss onLoss() {
        return onLoss;
    }

    GuardChoice choice() {
        return choice;
    }
}
