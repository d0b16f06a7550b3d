package dev.highlander.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;

/** Bytes as fields; never reads beyond its end, nor believes a length that goes there. */
final class WireReader {
    /** Longer than any text that is sent. */
    private static final int MOST_TEXT = 1024;

    private final byte[] bytes;
    private final int end;
    private int at;

    /** Reads one element. */
    interface Element<T> {
        T read(WireReader in) throws WireException;
    }

    WireReader(byte[] bytes, int offset, int length) {
        this.bytes = bytes;
        this.at = offset;
        this.end = offset + length;
    }

    byte get() throws WireException {
        need(1);
        return bytes[at++];
    }

    int getInt() throws WireException {
        need(4);
        int value = 0;
        for (int i = 0; i < 4; i++) {
            value = (value << 8) | (bytes[at++] & 0xff);
        }
        return value;
    }

    long getLong() throws WireException {
        long high = getInt();
        return (high << 32) | (getInt() & 0xffffffffL);
    }

    String getText() throws WireException {
        int length = getInt();
        if (length < 0 || length > MOST_TEXT) {
            throw new WireException("a text of " + length + " bytes");
        }
        need(length);
        at += length;
        return new String(bytes, at - length, length, StandardCharsets.UTF_8);
    }

    UUID getUuid() throws WireException {
        return new UUID(getLong(), getLong());
    }

    Instant getInstant() throws WireException {
        long micros = getLong();
        if (Math.abs(micros) > Highest.LAST || micros == Long.MIN_VALUE) {
            throw new WireException("a time of " + micros + " microseconds");
        }
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    <T> T choice(List<T> values) throws WireException {
        byte index = get();
        if (index < 0 || index >= values.size()) {
            throw new WireException("a choice of number " + index);
        }
        return values.get(index);
    }

    /** The list's length is only a promise: each element has to be there. */
    <T> List<T> list(Element<T> element) throws WireException {
        int size = getInt();
        if (size < 0 || size > end - at) {
            throw new WireException("a list of " + size + " in " + (end - at) + " bytes");
        }
        List<T> list = new ArrayList<>(Math.min(size, 1024));
        for (int i = 0; i < size; i++) {
            list.add(element.read(this));
        }
        return list;
    }

    <T> Optional<T> optional(Element<T> element) throws WireException {
        byte there = get();
        if (there != 0 && there != 1) {
            throw new WireException("a choice of number " + there);
        }
        return there == 0 ? Optional.empty() : Optional.of(element.read(this));
    }

    void end() throws WireException {
        if (at != end) {
            throw new WireException((end - at) + " bytes too many");
        }
    }

    private void need(int count) throws WireException {
        if (end - at < count) {
            throw new WireException("cut short");
        }
    }
}
