package dev.highlander.cli;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.logging.LogManager;

/**
 * Sets {@code java.util.logging} up, which the Postgres driver logs with, to hand everything on to Logback; in the place
 * of the JDK's own file, which would have it write to standard error by itself. Made by {@link LogManager}, if and when
 * somebody logs that way.
 */
public final class JulSetup {
    /** The property by which {@link LogManager} finds this. */
    static final String PROPERTY = "java.util.logging.config.class";

    public JulSetup() throws IOException {
        String level = switch (Logging.chosenLevel()) {
            case "DEBUG" -> "FINE";
            case "INFO" -> "INFO";
            default -> "WARNING";
        };
        String text = "handlers=org.slf4j.bridge.SLF4JBridgeHandler\n.level=" + level + "\n";
        LogManager.getLogManager()
                .readConfiguration(new ByteArrayInputStream(text.getBytes(StandardCharsets.ISO_8859_1)));
    }
}
