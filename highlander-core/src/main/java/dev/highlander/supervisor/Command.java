package dev.highlander.supervisor;

import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An operating-system command as a recipe for children. Immutable.
 *
 * <p>The child has ended when the command and all its descendants that were known at its stop are gone. A process that
 * has left the tree before is not found, and a command outlives this process when that is killed: for both, run it under
 * the {@code highlander} command line.
 */
public final class Command implements Start {
    private final List<String> words;
    private final Map<String, String> environment;
    private final Set<String> without;
    private final @Nullable Path directory;
    private final boolean silent;

    private Command(
            List<String> words,
            Map<String, String> environment,
            Set<String> without,
            @Nullable Path directory,
            boolean silent) {
        this.words = words;
        this.environment = environment;
        this.without = without;
        this.directory = directory;
        this.silent = silent;
    }

    /** The program and its arguments; no shell reads them. It shares the standard streams of this process. */
    public static Command of(String... words) {
        if (words.length == 0 || words[0].isEmpty()) {
            throw new IllegalArgumentException("The command is empty. Give a program, then its arguments.");
        }
        for (String word : words) {
            if (word.indexOf('\0') >= 0) {
                throw new IllegalArgumentException(
                        "A word of the command has a NUL character, which no program can be given." + " Remove it.");
            }
        }
        return new Command(List.of(words), Map.of(), Set.of(), null, false);
    }

    /** With a variable added to the environment, which else is that of this process. */
    public Command environment(String name, String value) {
        Map<String, String> more = new HashMap<>(environment);
        more.put(name, value);
        return new Command(words, Map.copyOf(more), without, directory, silent);
    }

    /** Without these variables of this process, such as those with secrets of its own. */
    public Command withoutEnvironment(Set<String> names) {
        Set<String> fewer = new HashSet<>(without);
        fewer.addAll(names);
        Map<String, String> rest = new HashMap<>(environment);
        rest.keySet().removeAll(names);
        return new Command(words, Map.copyOf(rest), Set.copyOf(fewer), directory, silent);
    }

    /** In another working directory than this process. */
    public Command directory(Path where) {
        return new Command(words, environment, without, where, silent);
    }

    /** Without output and input, instead of with the streams of this process. */
    public Command silent() {
        return new Command(words, environment, without, directory, true);
    }

    @Override
    public Child start() throws IOException {
        ProcessBuilder builder = new ProcessBuilder(words);
        builder.environment().keySet().removeAll(without);
        builder.environment().putAll(environment);
        if (directory != null) {
            builder.directory(new File(directory.toString()));
        }
        if (silent) {
            builder.redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD);
        } else {
            builder.inheritIO();
        }
        Process process = builder.start();
        if (silent) {
            process.getOutputStream().close();
        }
        return new CommandChild(words.get(0), process);
    }

    @Override
    public String toString() {
        return String.join(" ", words);
    }
}
