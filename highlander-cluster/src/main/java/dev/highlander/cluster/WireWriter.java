package dev.highlander.cluster;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.BiConsumer;

/** Fields as bytes, big-endian. */
final class WireWriter {
    private byte[] bytes = new byte[256];
    private int size;

    private void room(int more) {
        if (bytes.length - size < more) {
            bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, size + more));
        }
    }

    void put(byte value) {
        room(1);
        bytes[size++] = value;
    }

    void putInt(int value) {
        for (int shift = 24; shift >= 0; shift -= 8) {
            put((byte) (value >> shift));
        }
    }

    void putLong(long value) {
        putInt((int) (value >> 32));
        putInt((int) value);
    }

    void putText(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        putInt(utf8.length);
        room(utf8.length);
        System.arraycopy(utf8, 0, bytes, size, utf8.length);
        size += utf8.length;
    }

    void putUuid(UUID id) {
        putLong(id.getMostSignificantBits());
        putLong(id.getLeastSignificantBits());
    }

    /** To the microsecond. */
    void putInstant(Instant instant) {
        putLong(instant.getEpochSecond() * 1_000_000 + instant.getNano() / 1000);
    }

    <T> void list(List<T> list, BiConsumer<WireWriter, T> each) {
        putInt(list.size());
        list.forEach(one -> each.accept(this, one));
    }

    <T> void optional(Optional<T> value, BiConsumer<WireWriter, T> each) {
        put((byte) (value.isPresent() ? 1 : 0));
        value.ifPresent(one -> each.accept(this, one));
    }

    byte[] bytes() {
        return Arrays.copyOf(bytes, size);
    }
}
