package dev.highlander.cli;

import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.IThrowableProxy;
import ch.qos.logback.classic.spi.ThrowableProxyUtil;
import ch.qos.logback.core.encoder.EncoderBase;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.Map;

/** Writes what is logged as one line, and a stack trace below it or inside of it. */
final class LogEncoder extends EncoderBase<ILoggingEvent> {
    private static final byte[] NOTHING = {};

    private final LogFormat format;

    LogEncoder(LogFormat format) {
        this.format = format;
    }

    @Override
    public byte[] encode(ILoggingEvent event) {
        IThrowableProxy thrown = event.getThrowableProxy();
        String stack = thrown == null ? "" : ThrowableProxyUtil.asString(thrown);
        return format == LogFormat.JSON
                ? (JsonLine.of(
                                        event.getInstant(),
                                        event.getLevel().toString(),
                                        event.getLoggerName(),
                                        event.getFormattedMessage(),
                                        Map.of("thread", event.getThreadName()),
                                        stack)
                                + "\n")
                        .getBytes(StandardCharsets.UTF_8)
                : (text(event) + "\n" + stack).getBytes(Charset.defaultCharset());
    }

    private static String text(ILoggingEvent event) {
        return DateTimeFormatter.ofPattern("yyyy-MM-dd'T'HH:mm:ss.SSSXXX", Locale.ROOT)
                        .withZone(ZoneId.systemDefault())
                        .format(event.getInstant())
                + String.format(" %-5s ", event.getLevel()) + event.getLoggerName() + ": "
                + event.getFormattedMessage();
    }

    @Override
    public byte[] headerBytes() {
        return NOTHING;
    }

    @Override
    public byte[] footerBytes() {
        return NOTHING;
    }
}
