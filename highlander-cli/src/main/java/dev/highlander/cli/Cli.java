package dev.highlander.cli;

import java.io.PrintStream;
import java.io.PrintWriter;
import java.nio.charset.Charset;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Reads a command line and does what it says; whatever is wrong with it is told in one paragraph. */
final class Cli {
    private final PrintStream err;
    private final CommandLine commands;

    Cli(Map<String, String> environment, PrintStream out, PrintStream err) {
        this.err = err;
        commands = new CommandLine(new HighlanderCommand())
                .addSubcommand(new RunCommand(environment, err))
                .addSubcommand(new StatusCommand(environment, out))
                .addSubcommand(new CompletionCommand(out))
                .addSubcommand(new ManCommand(out))
                .addSubcommand(new PrepareCommand(environment));
        commands.setOut(writer(out))
                .setErr(writer(err))
                .setStopAtPositional(true) // what follows belongs to the command that is run
                .setExpandAtFiles(false) // and an argument of it may begin with @
                .setUsageHelpAutoWidth(false)
                .setUsageHelpWidth(100)
                .setParameterExceptionHandler((e, args) -> wrong(e))
                .setExecutionExceptionHandler((e, line, parsed) -> failed(e, line));
    }

    private static PrintWriter writer(PrintStream stream) {
        return new PrintWriter(stream, true, Charset.defaultCharset());
    }

    int run(String... args) {
        return commands.execute(args);
    }

    private int wrong(ParameterException e) {
        String what = e instanceof UnmatchedArgumentException unmatched
                ? "There is no " + (unmatched.isUnknownOption() ? "option" : "place for") + " "
                        + Shown.of(unmatched.getUnmatched().get(0))
                : String.valueOf(e.getMessage()).strip();
        String sentence = Character.toUpperCase(what.charAt(0)) + what.substring(1) + (what.endsWith(".") ? " " : ". ");
        err.println("highlander: " + sentence + suggestion(e) + help(e.getCommandLine()));
        return ExitStatus.USAGE;
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
            err.println(
                    "highlander: " + e.getMessage() + (failed.status() == ExitStatus.USAGE ? " " + help(line) : ""));
            return failed.status();
        }
        err.println("highlander: This is a bug: " + e + ". Report it with what follows.");
        e.printStackTrace(err);
        return ExitStatus.INTERNAL;
    }
}
