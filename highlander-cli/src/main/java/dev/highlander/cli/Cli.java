package dev.highlander.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.Charset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.RunLast;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads a command line and does what it says; whatever is wrong with it is told in one paragraph. */
final class Cli {
    private static final String OPTIONS =
            "Options; --lease 30s, say, is also the variable HIGHLANDER_LEASE=30s, and the line lease=30s in the%n"
                    + "file of --config. The command line counts before variables, and these before the file.%n";

    private final Map<String, String> environment;
    private final PrintStream err;
    private final CommandLine commands;
    private Settings settings = Settings.none();
    private LogFormat format = LogFormat.TEXT;

    Cli(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.environment = environment;
        this.err = err;
        commands = new CommandLine(new HighlanderCommand())
                .addSubcommand(new RunCommand(environment, err))
                .addSubcommand(new StatusCommand(environment, out, err))
                .addSubcommand(new HistoryCommand(environment, out))
                .addSubcommand(new ExplainCommand(environment, out))
                .addSubcommand(new SchemaCommand(out))
                .addSubcommand(new CompletionCommand(out))
                .addSubcommand(new ManCommand(out))
                .addSubcommand(new PrepareCommand(environment));
        commands.setOut(writer(out))
                .setErr(writer(err))
                .setStopAtPositional(true) // what follows belongs to the command that is run
                .setExpandAtFiles(false) // and an argument of it may begin with @
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setExecutionStrategy(this::complete)
                .setParameterExceptionHandler((e, args) -> wrong(e))
                .setExecutionExceptionHandler((e, line, parsed) -> failed(e, line));
        commands.getSubcommands().values().stream()
                .filter(command -> command.getCommandSpec().findOption("--config") != null)
                .forEach(command -> command.getCommandSpec().usageMessage().optionListHeading(OPTIONS));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    int run(String... args) {
        format = presumedFormat(List.of(args));
        return commands.execute(args);
    }

    /** What can be known of it before the command line is understood; for complaints about that. */
    private LogFormat presumedFormat(List<String> args) {
        int end = args.indexOf("--");
        List<String> own = end < 0 ? args : args.subList(0, end);
        int option = own.indexOf("--log");
        String next = option < 0 || option + 1 == own.size() ? "" : own.get(option + 1);
        String json = LogFormat.JSON.toString();
        boolean wanted = own.contains("--log=" + json)
                || (option < 0 ? environment.getOrDefault(Settings.variable("log"), "") : next).equals(json);
        return wanted ? LogFormat.JSON : LogFormat.TEXT;
    }

    /** What would be run, for tests: the options have their values then. */
    ParseResult parse(String... args) {
        return completed(commands.parseArgs(args));
    }

    /** All commands, with their options. */
    CommandLine commands() {
        return commands;
    }

    /** With what variables and the file say of the options that are not on the command line, runs the command. */
    private int complete(ParseResult parsed) {
        return new RunLast().execute(completed(parsed));
    }

    /** Read again, now that it is known to be right in itself: what is wrong then, is not on the command line. */
    private ParseResult completed(ParseResult parsed) {
        ParseResult given = parsed.subcommand();
        if (given == null || given.isUsageHelpRequested() || given.isVersionHelpRequested()) {
            return parsed;
        }
        settings = settings(given);
        List<String> more = arguments(given);
        ParseResult whole = parsed;
        if (!more.isEmpty()) {
            List<String> all = new ArrayList<>(parsed.originalArgs());
            all.addAll(all.indexOf(given.commandSpec().name()) + 1, more);
            whole = commands.parseArgs(all.toArray(String[]::new));
        }
        tellWhereFrom(given.commandSpec());
        return whole;
    }

    private Settings settings(ParseResult given) {
        try {
            return Settings.find(given, Settings.names(commands), environment, this::warn);
        } catch (FailedException e) {
            throw new ParameterException(given.commandSpec().commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private List<String> arguments(ParseResult given) {
        try {
            return settings.arguments();
        } catch (FailedException e) {
            throw new ParameterException(given.commandSpec().commandLine(), String.valueOf(e.getMessage()), e);
        }
    }

    private void tellWhereFrom(CommandSpec command) {
        Stream.concat(Stream.of(command), command.mixins().values().stream())
                .map(CommandSpec::userObject)
                .forEach(this::tellWhereFrom);
    }

    private void tellWhereFrom(Object options) {
        if (options instanceof Settings.Aware aware) {
            aware.settings(settings);
        }
        if (options instanceof Logging logging) {
            format = logging.format();
        }
    }

    private void warn(String text) {
        tell("WARN", text);
    }

    private void tell(String level, String text) {
        err.println(format.line(level, text, Map.of()));
    }

    private int wrong(ParameterException e) {
        String what = e instanceof UnmatchedArgumentException unmatched
                ? "There is no " + (unmatched.isUnknownOption() ? "option" : "place for") + " "
                        + Shown.of(unmatched.getUnmatched().get(0))
                : withOrigin(e);
        String sentence = Character.toUpperCase(what.charAt(0))
                + what.substring(1)
                + (what.endsWith(".") || what.endsWith("?") ? " " : ". ");
        tell("ERROR", sentence + suggestion(e) + help(e.getCommandLine()));
        return ExitStatus.USAGE;
    }

    /** What picocli believes to be on the command line may be from elsewhere. */
    private String withOrigin(ParameterException e) {
        String message = String.valueOf(e.getMessage()).strip();
        if (e.getArgSpec() instanceof OptionSpec option) {
            String name = Settings.name(option);
            if (settings.origin(name) == Origin.ENVIRONMENT || settings.origin(name) == Origin.FILE) {
                return message.replaceFirst(
                        "for option '[^']*'( \\(.*?\\))?", Matcher.quoteReplacement("of " + settings.shown(name)));
            }
        }
        return message;
    }

    private static String suggestion(ParameterException e) {
        List<String> similar =
                e instanceof UnmatchedArgumentException unmatched ? unmatched.getSuggestions() : List.of();
        return similar.isEmpty() ? "" : "Did you mean " + String.join(" or ", similar) + "? ";
    }

    private static String help(CommandLine line) {
        return "'" + line.getCommandSpec().qualifiedName() + " --help' shows all options.";
    }

    private int failed(Exception e, CommandLine line) {
        if (e instanceof FailedException failed) {
            tell("ERROR", e.getMessage() + (failed.status() == ExitStatus.USAGE ? " " + help(line) : ""));
            return failed.status();
        }
        String bug = "This is a bug: " + e + ". Report it with what follows.";
        StringWriter stack = new StringWriter();
        e.printStackTrace(new PrintWriter(stack, true));
        tell("ERROR", bug + "\n" + stack);
        return ExitStatus.INTERNAL;
    }
}
