package dev.highlander.cli;

import java.io.IOException;
import java.net.InetSocketAddress;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** The option that has a run answer how it is. */
final class HttpOptions {
    @Option(
            names = "--http",
            paramLabel = "[HOST:]PORT",
            order = 50,
            converter = Converters.OfAddress.class,
            description =
                    "Answer GET /health (200 or 503; a standby is healthy), /ready (200 while the command runs here)"
                            + " and /state (JSON) there; without HOST to this machine only.")
    private @Nullable InetSocketAddress address;

    /**
     * What answers, if that is wanted.
     *
     * @throws FailedException if the address can't be had
     */
    @Nullable
    StatusServer open() {
        InetSocketAddress wanted = address;
        if (wanted == null) {
            return null;
        }
        if (wanted.isUnresolved()) {
            throw FailedException.usage("The host of --http, " + Shown.of(wanted.getHostString())
                    + ", is unknown. Give an address of this machine, or 0.0.0.0 for all it has.");
        }
        try {
            return StatusServer.open(wanted);
        } catch (IOException e) {
            throw new FailedException(
                    ExitStatus.SYSTEM,
                    "Nobody can listen at " + StatusServer.shown(wanted) + ", as --http wants: " + e.getMessage()
                            + ". Give another port, or an address that this machine has.");
        }
    }
}
