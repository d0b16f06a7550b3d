package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import java.io.PrintStream;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code highlander status}. */
@Command(
        name = "status",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis = "highlander status [--postgres URL | --local [--directory DIR]] [--key KEY] [OPTIONS]%n",
        header = "Shows which node holds which key, since when, and who waits.%n",
        description = "TOKEN is the number of the term. A - stands for what is not known.%n",
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the answer is on standard output",
            "1:--key is given, and nobody holds it",
            "64:the command line, a variable or the configuration file is wrong",
            "69:the lock service can't be asked",
            "70:a bug in highlander",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  highlander status --postgres postgres://user@db.example/app",
            "  highlander status --key mail-relay --json",
        })
final class StatusCommand implements Callable<Integer> {
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

    @Option(names = "--json", order = 20, description = "Write JSON instead of a table.")
    private boolean json;

    @Mixin
    private final Logging logging = new Logging();

    StatusCommand(Map<String, String> environment, PrintStream out) {
        this.environment = environment;
        this.out = out;
    }

    @Override
    public Integer call() {
        logging.configure();
        List<StatusSource.Row> rows = where.place(environment).status(where.namespace()).read().stream()
                .filter(row -> key == null || isAbout(key, where.namespace(), row.key()))
                .toList();
        out.println(json ? StatusText.json(where.namespace(), rows) : StatusText.table(rows));
        return key != null && rows.stream().noneMatch(row -> row.node().isPresent())
                ? ExitStatus.NOT_HELD
                : ExitStatus.OK;
    }

    /** The number of a text stands for it where the holder does not answer: a frozen one still holds it. */
    static boolean isAbout(Key wanted, Namespace namespace, String shown) {
        return shown.equals(wanted.toString())
                || (wanted instanceof Key.Named text
                        && shown.equals(Key.number(text.hash(namespace)).toString()));
    }
}
