package dev.highlander.cli;

import picocli.CommandLine.Option;

/** The options that say how a command is kept from outliving its key. */
final class GuardOptions {
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

    OnLoss onLoss() {
        return onLoss;
    }

    GuardChoice choice() {
        return choice;
    }
}
