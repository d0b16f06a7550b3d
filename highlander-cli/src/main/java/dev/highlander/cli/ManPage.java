package dev.highlander.cli;

import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/** The manual page, in the language of {@code man}, made of what the help texts are made of. */
final class ManPage {
    private final StringBuilder page = new StringBuilder();

    private ManPage() {}

    static String of(CommandSpec root) {
        ManPage made = new ManPage();
        made.write(root);
        return made.page.toString();
    }

    private void write(CommandSpec root) {
        UsageMessageSpec usage = root.usageMessage();
        macro("TH", "HIGHLANDER", "1", "", Version.number(), "");
        macro("SH", "NAME");
        line("highlander - " + decapitalized(oneLine(usage.header())));
        macro("SH", "SYNOPSIS");
        List<CommandSpec> commands = root.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .distinct()
                .filter(command -> !command.usageMessage().hidden())
                .toList();
        commands.forEach(command -> {
            line(oneLine(synopsis(command)));
            page.append(".br\n");
        });
        if (usage.description().length > 0) {
            macro("SH", "DESCRIPTION");
            paragraphs(usage.description());
        }
        macro("SH", "OPTIONS");
        options(root);
        commands.forEach(this::command);
        macro("SH", "ENVIRONMENT");
        environment();
        macro("SH", "EXAMPLES");
        literal(List.of(usage.footer()).stream()
                .filter(text -> text.startsWith("  "))
                .toList());
    }

    private void command(CommandSpec command) {
        UsageMessageSpec usage = command.usageMessage();
        macro("SH", "HIGHLANDER " + command.name().toUpperCase(java.util.Locale.ROOT));
        paragraphs(usage.header());
        paragraphs(usage.description());
        options(command);
        if (!usage.exitCodeList().isEmpty()) {
            macro("SS", "Exit status");
            usage.exitCodeList().forEach((status, meaning) -> item(status, meaning));
        }
        if (usage.footer().length > 0) {
            macro("SS", "Examples");
            literal(List.of(usage.footer()));
        }
    }

    private static String[] synopsis(CommandSpec command) {
        String[] own = command.usageMessage().customSynopsis();
        return own.length > 0 ? own : new String[] {"highlander " + command.name() + " [OPTIONS]"};
    }

    private void options(CommandSpec command) {
        command.options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparingInt(OptionSpec::order))
                .forEach(option -> item(names(option), text(option.description())));
    }

    private static String names(OptionSpec option) {
        String names = String.join(", ", option.names());
        return option.arity().max() == 0 ? names : names + " " + option.paramLabel();
    }

    private void environment() {
        item("DATABASE_URL", "Where keys are kept, unless an option says so.");
        item("HIGHLANDER_KEY, HIGHLANDER_TOKEN, HIGHLANDER_NODE", "What the command finds in its environment.");
        item("JAVA_HOME", "The Java to use, 17 or newer; without it, the one of the PATH.");
        item(
                "HIGHLANDER_CACHE",
                "Where the archive of classes is from which Java starts faster. Default: highlander in"
                        + " XDG_CACHE_HOME or ~/.cache. Empty: none.");
        item("HIGHLANDER_JAVA_OPTIONS", "More options for Java, split at spaces.");
    }

    private void macro(String name, String... arguments) {
        page.append('.').append(name);
        for (String argument : arguments) {
            page.append(" \"").append(escaped(argument).replace("\"", "\\(dq")).append('"');
        }
        page.append('\n');
    }

    private void item(String label, String text) {
        page.append(".TP\n\\fB").append(escaped(label)).append("\\fR\n");
        line(text);
    }

    private void paragraphs(String[] texts) {
        for (String paragraph : texts) {
            if (!paragraph.isBlank()) {
                page.append(".PP\n");
                line(text(new String[] {paragraph}));
            }
        }
    }

    private void literal(List<String> lines) {
        page.append(".nf\n");
        lines.forEach(this::line);
        page.append(".fi\n");
    }

    private void line(String text) {
        String escaped = escaped(text);
        page.append(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "")
                .append(escaped)
                .append('\n');
    }

    private static String text(String[] texts) {
        return oneLine(texts);
    }

    /** As picocli has them, {@code %n} and {@code %%} are for a formatter. */
    private static String oneLine(String[] texts) {
        return List.of(texts).stream()
                .map(text -> String.format(text).strip())
                .filter(text -> !text.isEmpty())
                .collect(Collectors.joining(" "))
                .replaceAll("\\R", " ");
    }

    private static String decapitalized(String sentence) {
        String without = sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
        return Character.toLowerCase(without.charAt(0)) + without.substring(1);
    }

    private static String escaped(String text) {
        return text.replace("\\", "\\e").replace("-", "\\-");
    }
}
