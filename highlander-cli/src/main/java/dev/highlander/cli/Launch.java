package dev.highlander.cli;

import dev.highlander.supervisor.Command;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What concerns the process of a command but for its guard: its standard streams, and what is not for it to know. */
final class Launch {
    private final Set<String> withheld;
    private final String lineAwaited;
    private volatile Map<String, String> environment = Map.of();
    private volatile @Nullable OutputTap tap;

    /**
     * For one command, which may be started again and again.
     *
     * @param withheld the variables that are not handed on
     * @param lineAwaited a text that its output is searched for; empty for none
     */
    Launch(Set<String> withheld, String lineAwaited) {
        this.withheld = withheld;
        this.lineAwaited = lineAwaited;
    }

    /** Comes before the command's own variables are added. */
    void prepare(ProcessBuilder builder) {
        builder.inheritIO();
        if (!lineAwaited.isEmpty()) {
            builder.redirectOutput(Redirect.PIPE);
        }
        builder.environment().keySet().removeAll(withheld);
    }

    /** {@code given} is the environment that it was started with. */
    void started(String name, Process process, Map<String, String> given) {
        environment = Map.copyOf(given);
        if (!lineAwaited.isEmpty()) {
            OutputTap started =
                    new OutputTap(process.getInputStream(), new FileOutputStream(FileDescriptor.out), lineAwaited);
            tap = started;
            started.start(name);
        }
    }

    /**
     * Returns if they can be a command.
     *
     * @throws IllegalArgumentException if not
     */
    void check(List<String> words) {
        var unused = Command.of(words.toArray(new String[0]));
    }

    /** That of the command that was started last. */
    Map<String, String> environment() {
        return environment;
    }

    /** Returns when what it has written is written, or nothing was taken of it for that long. */
    void drain(long patienceNanos) {
        OutputTap last = tap;
        if (last != null) {
            last.drain(patienceNanos);
        }
    }

    Optional<OutputTap> tap() {
        return Optional.ofNullable(tap);
    }
}
