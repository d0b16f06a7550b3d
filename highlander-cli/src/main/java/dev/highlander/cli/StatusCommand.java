package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import java.io.PrintStream;
import java.time.Duration;
import java.time.Instant;
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
        description = {
            "STATE is running, held (the holder settles, or stops; of lock files no more is known), silent (it does not"
                    + " answer: it is frozen, cut off or busy), or wanted (no node holds it). TOKEN is the number of the"
                    + " term. A - stands for what is not known.",
            "",
            "With --watch, a terminal shows the table in its place; elsewhere each change is a line, or, with --json, each"
                    + " look. An outage does not end it.%n",
        },
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
            "  highlander status --watch --interval 5s",
        })
final class StatusCommand implements Callable<Integer> {
    private static final Duration INTERVAL = Duration.ofSeconds(2);

    private final Map<String, String> environment;
    private final PrintStream out;
    private final PrintStream err;

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

    @Option(names = "--watch", order = 21, description = "Go on until interrupted.")
    private boolean watch;

    @Option(
            names = "--interval",
            paramLabel = "TIME",
            order = 22,
            converter = Converters.OfDuration.class,
            description = "With --watch: the time from one look to the next. Default: 2s.")
    private @Nullable Duration interval;

    @Mixin
    private final Logging logging = new Logging();

    StatusCommand(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.out = out;
        this.err = err;
    }

    @Override
    public Integer call() throws InterruptedException {
        logging.configure();
        if (interval != null && !watch) {
            throw FailedException.usage("--interval is the time between the looks of --watch, but --watch is not given."
                    + " Give both or neither.");
        }
        StatusSource all = where.place(environment).status(where.namespace());
        StatusSource source = () -> all.read().stream()
                .filter(row -> key == null || isAbout(key, where.namespace(), row.key()))
                .toList();
        if (watch) {
            new StatusWatch(source, where.namespace(), form(), out, err, Instant::now)
                    .run(interval == null ? INTERVAL : interval);
            return ExitStatus.OK;
        }
        List<StatusSource.Row> rows = source.read();
        out.println(json ? StatusText.json(where.namespace(), rows) : StatusText.table(rows));
        return key != null && rows.stream().noneMatch(row -> row.node().isPresent())
                ? ExitStatus.NOT_HELD
                : ExitStatus.OK;
    }

    private StatusWatch.Form form() {
        if (json) {
            return StatusWatch.Form.JSON;
        }
        return Terminal.isStandardOutput(environment) ? StatusWatch.Form.SCREEN : StatusWatch.Form.LINES;
    }

    /** The number of a text stands for it where the holder does not answer: a frozen one still holds it. */
    static boolean isAbout(Key wanted, Namespace namespace, String shown) {
        return shown.equals(wanted.toString())
                || (wanted instanceof Key.Named text
                        && shown.equals(Key.number(text.hash(namespace)).toString()));
    }
}
