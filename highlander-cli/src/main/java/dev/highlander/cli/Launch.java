package dev.highlander.cli;

import dev.highlander.supervisor.Command;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What concerns the process of a command but for its guard: its standard streams, and what is not for it to know. */
final class Launch {
    private final Set<String> withheld;

    /** {@code withheld} are the variables that are not handed on. */
    Launch(Set<String> withheld) {
        this.withheld = withheld;
    }

    /** The command as core runs it, where there is no guard. */
    Command unguarded(List<String> words) {
        return Command.of(words.toArray(new String[0])).withoutEnvironment(withheld);
    }

    /** Comes before the command's own variables are added. */
    void prepare(ProcessBuilder builder) {
        builder.inheritIO();
        Map<String, String> environment = builder.environment();
        environment.keySet().removeAll(withheld);
    }
}
