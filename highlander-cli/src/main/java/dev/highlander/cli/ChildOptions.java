package dev.highlander.cli;

import dev.highlander.TermStart;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Restart;
import dev.highlander.supervisor.Shutdown;
import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The options that say how the command is run. */
final class ChildOptions implements Settings.Aware {
    private static final Set<String> CREDENTIALS = Set.of("DATABASE_URL", "PGPASSWORD", "PGPASSFILE");

    private static final Duration READY_TIMEOUT = Duration.ofMinutes(1);

    private Settings settings = Settings.none();

    @Option(
            names = "--grace",
            paramLabel = "TIME",
            order = 30,
            converter = Converters.OfDuration.class,
            description =
                    "How long the command may take to stop before it is killed; when the key is lost, at most 0.3 of"
                            + " the lease. Default: 5s.")
    private Duration grace = Duration.ofSeconds(5);

    @Option(
            names = "--restart",
            paramLabel = "WHEN",
            order = 31,
            converter = Converters.OfRestart.class,
            description =
                    "Run the command again when it has ended by itself: always, on-failure (with another status than"
                            + " 0), or never. The key is released in between. Default: never, and highlander ends with the"
                            + " command's status.")
    private Restart restart = Restart.NEVER;

    @Option(
            names = "--backoff",
            paramLabel = "MIN[..MAX]",
            order = 32,
            converter = Converters.OfBackoff.class,
            description =
                    "With --restart: how long to wait before the command may run again; doubled each time, up to MAX,"
                            + " until it has run for MAX. Default: 1s..1m.")
    private @Nullable Backoff backoff;

    @Option(
            names = "--ready-when",
            paramLabel = "WHAT",
            order = 33,
            converter = Converters.OfReadyWhen.class,
            description = "The command is ready when there is line:TEXT on its standard output, when port:[HOST:]PORT"
                    + " accepts connections, or when command:SCRIPT succeeds. Default: when it runs.")
    private @Nullable ReadyWhen readyWhen;

    @Option(
            names = "--ready-timeout",
            paramLabel = "TIME",
            order = 34,
            converter = Converters.OfLimit.class,
            description =
                    "With --ready-when: stop a command that is not ready by then, which has failed so; 0 for never."
                            + " Default: 1m.")
    private @Nullable Duration readyTimeout;

    @Option(
            names = "--hide-credentials",
            order = 39,
            description =
                    "Do not hand DATABASE_URL, PGPASSWORD and PGPASSFILE on to the command. They often are its own,"
                            + " so it has them otherwise; variables of these options it never has.")
    private boolean hideCredentials;

    @Override
    public void settings(Settings where) {
        settings = where;
    }

    Duration grace() {
        return grace;
    }

    Shutdown shutdown() {
        return Shutdown.grace(grace);
    }

    Restart restart() {
        return restart;
    }

    Backoff backoff() {
        return backoff == null ? Backoff.DEFAULT : backoff;
    }

    boolean awaitsReady() {
        return readyWhen != null;
    }

    boolean awaitsLine() {
        return readyWhen instanceof ReadyWhen.Line;
    }

    /** Refuses what is out of range, and what has no meaning together unless it was given in another place. */
    void check() {
        try {
            var unused = shutdown();
        } catch (IllegalArgumentException e) {
            throw FailedException.usage(e);
        }
        if (restart == Restart.NEVER && backoff != null && !settings.outranks("restart", "backoff")) {
            throw FailedException.usage(settings.shown("backoff")
                    + " has no meaning without --restart, since the command is never run again. Give --restart too, or"
                    + " leave it out.");
        }
        if (readyWhen == null && readyTimeout != null) {
            throw FailedException.usage(settings.shown("ready-timeout")
                    + " has no meaning without --ready-when. Give both, or leave it out.");
        }
    }

    Launch launch() {
        Set<String> withheld = new TreeSet<>(settings.variables());
        if (hideCredentials) {
            withheld.addAll(CREDENTIALS);
        }
        return new Launch(withheld, readyWhen instanceof ReadyWhen.Line line ? line.text() : "");
    }

    /** {@code start}, for a child that counts as started when it is ready. */
    TermStart untilReady(TermStart start, String program, Launch launch) {
        ReadyWhen when = readyWhen;
        if (when == null) {
            return start;
        }
        Duration limit = readyTimeout == null ? READY_TIMEOUT : readyTimeout;
        return term -> new ReadyChild(start.start(term), program, new Readiness(when, launch), limit, grace);
    }
}
