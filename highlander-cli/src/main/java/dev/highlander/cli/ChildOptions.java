package dev.highlander.cli;

import java.time.Duration;
import java.util.Set;
import java.util.TreeSet;
import picocli.CommandLine.Option;

/** The options that say how the command is run. */
final class ChildOptions implements Settings.Aware {
    private static final Set<String> CREDENTIALS = Set.of("DATABASE_URL", "PGPASSWORD", "PGPASSFILE");

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

    Launch launch() {
        Set<String> withheld = new TreeSet<>(settings.variables());
        if (hideCredentials) {
            withheld.addAll(CREDENTIALS);
        }
        return new Launch(withheld);
    }
}
