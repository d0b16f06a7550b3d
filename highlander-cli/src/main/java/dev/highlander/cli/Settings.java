package dev.highlander.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.ParseResult;

/**
 * The options that a command line leaves open, from variables of the environment and from a file, and where each option
 * comes from. An option {@code --connect-timeout} is the variable {@code HIGHLANDER_CONNECT_TIMEOUT} and the line
 * {@code connect-timeout=...} of the file.
 */
final class Settings {
    /** What is to know where its options come from. */
    interface Aware {
        void settings(Settings settings);
    }

    static final String PREFIX = "HIGHLANDER_";
    private static final String CONFIG = "config";
    /** What a command is told of its term; inside of one, they are no options. */
    private static final Set<String> OF_A_TERM = Set.of(PREFIX + "KEY", PREFIX + "NODE");

    private static final String TOKEN = PREFIX + "TOKEN";

    private record Setting(OptionSpec option, String value, Origin origin, String shown) {}

    private final Map<String, Setting> found = new LinkedHashMap<>();
    private final Set<String> onCommandLine = new TreeSet<>();
    private final Consumer<String> warnings;
    private Set<String> variables = Set.of();
    private @Nullable ConfigFile file;

    private Settings(Consumer<String> warnings) {
        this.warnings = warnings;
    }

    /** The name of an option without its dashes. */
    static String name(OptionSpec option) {
        return option.longestName().replaceFirst("^--", "");
    }

    static String variable(String name) {
        return PREFIX + name.replace('-', '_').toUpperCase(Locale.ROOT);
    }

    /** All options that can be given by variables, whatever the command. */
    static Set<String> names(CommandLine commands) {
        Set<String> names = new TreeSet<>();
        for (CommandLine command : commands.getSubcommands().values()) {
            options(command.getCommandSpec()).forEach(option -> names.add(name(option)));
        }
        return names;
    }

    static List<OptionSpec> options(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.usageHelp() && !option.versionHelp())
                .toList();
    }

    /** Where nothing but the defaults is known. */
    static Settings none() {
        return new Settings(warning -> {});
    }

    /**
     * What there is for the options of a command that {@code given} does not have.
     *
     * @param known the names of the options of all commands
     * @throws FailedException if there is something that can't be understood
     */
    static Settings find(
            ParseResult given, Set<String> known, Map<String, String> environment, Consumer<String> warnings) {
        Settings settings = new Settings(warnings);
        settings.read(given, known, environment);
        return settings;
    }

    private void read(ParseResult given, Set<String> known, Map<String, String> environment) {
        variables = known.stream().map(Settings::variable).collect(Collectors.toUnmodifiableSet());
        List<OptionSpec> options = options(given.commandSpec());
        for (OptionSpec option : options) {
            if (given.hasMatchedOption(option)) {
                onCommandLine.add(name(option));
            } else {
                fromEnvironment(option, environment);
            }
        }
        if (options.stream().anyMatch(option -> name(option).equals(CONFIG))) {
            Set<String> inFile = new TreeSet<>(known);
            inFile.remove(CONFIG);
            file = configFile(given, inFile);
            if (file != null) {
                options.forEach(this::fromFile);
            }
        }
        warnOfMisspelt(environment.keySet());
    }

    private void fromEnvironment(OptionSpec option, Map<String, String> environment) {
        String variable = variable(name(option));
        String value = environment.getOrDefault(variable, "");
        boolean ofATerm = environment.containsKey(TOKEN) && OF_A_TERM.contains(variable);
        if (!value.isEmpty() && !ofATerm) {
            add(new Setting(option, value, Origin.ENVIRONMENT, variable));
        }
    }

    private @Nullable ConfigFile configFile(ParseResult given, Set<String> known) {
        Setting variable = found.get(CONFIG);
        String path = variable != null
                ? variable.value
                : given.<Object>matchedOptionValue("--" + CONFIG, "").toString();
        if (path.isEmpty() && !onCommandLine.contains(CONFIG)) {
            return null;
        }
        try {
            return ConfigFile.read(Path.of(path), known);
        } catch (InvalidPathException e) {
            throw FailedException.usage("The name of the configuration file has a NUL character. Remove it.");
        }
    }

    private void fromFile(OptionSpec option) {
        String name = name(option);
        String value = file == null ? null : file.values().getProperty(name);
        if (file != null && value != null && !onCommandLine.contains(name) && !found.containsKey(name)) {
            add(new Setting(
                    option,
                    value,
                    Origin.FILE,
                    name + " in " + Shown.of(file.path().toString())));
        }
    }

    private void add(Setting setting) {
        found.put(name(setting.option), setting);
    }

    /** Only of what is close to an option: other tools have variables that begin likewise. */
    private void warnOfMisspelt(Collection<String> present) {
        for (String variable : new TreeSet<>(present)) {
            if (variable.startsWith(PREFIX) && !variables.contains(variable)) {
                String rest = variable.substring(PREFIX.length());
                variables.stream()
                        .sorted()
                        .map(name -> name.substring(PREFIX.length()))
                        .filter(name -> Nearest.distance(rest, name) <= (name.length() < 6 ? 1 : 2))
                        .findFirst()
                        .ifPresent(name -> warn("The variable " + Shown.of(variable)
                                + " is no option's and does nothing." + " Did you mean " + PREFIX + name + "?"));
            }
        }
    }

    /** Those of the options of all commands. */
    Set<String> variables() {
        return variables;
    }

    void warn(String text) {
        warnings.accept(text);
    }

    /** What would have to be on the command line to the same effect, in addition. */
    List<String> arguments() {
        List<String> arguments = new ArrayList<>();
        found.values().forEach(setting -> arguments.addAll(arguments(setting)));
        return arguments;
    }

    private static List<String> arguments(Setting setting) {
        String option = setting.option.longestName();
        Class<?> type = setting.option.type();
        if (type == boolean[].class) {
            if (!setting.value.matches("[0-2]")) {
                throw FailedException.usage("Invalid value of " + setting.shown + ": write 0, 1 or 2.");
            }
            return Collections.nCopies(Integer.parseInt(setting.value), option);
        }
        if (type == boolean.class && !setting.value.matches("true|false")) {
            throw FailedException.usage("Invalid value of " + setting.shown + ": write true or false.");
        }
        return List.of(option + "=" + setting.value);
    }

    Origin origin(String name) {
        Setting setting = found.get(name);
        return onCommandLine.contains(name) ? Origin.COMMAND_LINE : setting == null ? Origin.DEFAULT : setting.origin;
    }

    /** How a message names the place that an option came from. */
    String shown(String name) {
        Setting setting = found.get(name);
        return setting == null ? "--" + name : setting.shown;
    }

    /**
     * Whether {@code name}, which contradicts {@code other}, counts since it was given in an earlier place.
     */
    boolean outranks(String name, String other) {
        return origin(name).outranks(origin(other));
    }

    /** The file that an option came from, if it came from one. */
    Optional<Path> file(String name) {
        return origin(name) == Origin.FILE ? Optional.ofNullable(file).map(ConfigFile::path) : Optional.empty();
    }
}
