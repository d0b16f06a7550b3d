package dev.highlander.cli;

import dev.highlander.lock.Key;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code highlander history}. */
@Command(
        name = "history",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = "highlander history [--postgres URL] [--key KEY] [--limit N] [OPTIONS]%n",
        header = "Shows which node ran which key, when, and how each term ended.%n",
        description = {
            "The latest terms come first, as the ledger has them. OUTCOME is held (it has not ended, as far as the ledger"
                    + " knows), clean (the command was seen to be down before the key was given back), or lost (the node"
                    + " crashed, hung or was cut off, and a later term began). A - stands for what is not known.%n",
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the history is on standard output",
            "64:the command line, a variable or the configuration file is wrong",
            "69:the server can't be asked, or keeps no ledger of this namespace",
            "70:a bug in highlander",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  highlander history --key mail-relay",
            "  highlander history --limit 1000 --json",
        })
final class HistoryCommand implements Callable<Integer> {
    private final Map<String, String> environment;
    private final PrintStream out;

    @Option(
            names = "--key",
            paramLabel = "KEY",
            order = 1,
            converter = Converters.OfKey.class,
            description = "Show this key only.")
    private @Nullable Key key;

    @Mixin
    private final PlaceOptions where = new PlaceOptions();

    @Option(names = "--limit", paramLabel = "N", order = 20, description = "Show at most so many terms. Default: 20.")
    private int limit = 20;

    @Option(names = "--json", order = 21, description = "Write JSON instead of a table.")
    private boolean json;

    @Mixin
    private final Logging logging = new Logging();

    HistoryCommand(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    @Override
    public Integer call() {
        logging.configure();
        if (limit < 1) {
            throw FailedException.usage("--limit " + limit + " would show nothing. Give a number from 1 on.");
        }
        List<HistorySource.Row> rows =
                where.place(environment).history(where.namespace()).read(Optional.ofNullable(key), limit);
        out.println(json ? HistoryText.json(where.namespace(), rows) : HistoryText.table(rows));
        return ExitStatus.OK;
    }
}
