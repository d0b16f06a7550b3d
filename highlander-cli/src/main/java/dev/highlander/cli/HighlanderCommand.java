package dev.highlander.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/** What there is before a subcommand is named. */
@Command(
        name = "highlander",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        synopsisSubcommandLabel = "COMMAND",
        header = "Runs exactly one of anything across a cluster, supervised.%n",
        footer = {
            "",
            "Examples:",
            "  highlander run --key mail-relay --postgres postgres://user@db.example/app -- ./relay.sh",
            "  highlander run --key mail-relay -- ./relay.sh        (DATABASE_URL says where)",
            "  highlander run --key backup --local -- ./backup.sh   (once on this machine)",
            "  highlander status",
            "  highlander explain --lease 5s                        (what that guarantees, and costs)",
            "",
            "'highlander COMMAND --help' shows the options and exit statuses of a command.",
        })
final class HighlanderCommand implements Callable<Integer> {
    @Override
    public Integer call() {
        throw FailedException.usage("There is no command. Give run, status, history, explain or schema.");
    }
}
