package dev.highlander.lock;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * A term as a lock file tells it, in {@value #BYTES} bytes of lines that people can read too.
 *
 * @param namespace that of a text; empty for numbers, which have none
 */
record LockRecord(long token, Optional<String> namespace, String key, String node, long pid, Instant since) {
    /** Room for the longest namespace, key and node. */
    static final int BYTES = 1024;

    private static final String MAGIC = "highlander-lock 1 ";

    static LockRecord of(long token, Namespace namespace, Key key, Node node, Instant since) {
        return new LockRecord(
                token,
                key instanceof Key.Named ? Optional.of(namespace.name()) : Optional.empty(),
                key.toString(),
                node.name(),
                ProcessHandle.current().pid(),
                since);
    }

    /** Whether it is of that key, which in numbers is everybody's. */
    boolean isOf(Namespace ours, Key wanted) {
        return key.equals(wanted.toString())
                && namespace.equals(wanted instanceof Key.Named ? Optional.of(ours.name()) : Optional.empty());
    }

    Holder holder() {
        return new Holder(node, Optional.of("pid " + pid), OptionalLong.of(token), Optional.of(since));
    }

    ByteBuffer encode() {
        String body = "token " + token + '\n' + "key " + key + '\n'
                + namespace.map(name -> "namespace " + name + '\n').orElse("")
                + "node " + node + '\n' + "pid " + pid + '\n' + "since " + since + '\n';
        byte[] text = (MAGIC + checksum(body) + '\n' + body).getBytes(StandardCharsets.UTF_8);
        byte[] padded = Arrays.copyOf(text, BYTES);
        Arrays.fill(padded, text.length, BYTES, (byte) '\n');
        return ByteBuffer.wrap(padded);
    }

    /** Null if these bytes are not a whole record. */
    static @Nullable LockRecord decode(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.UTF_8).stripTrailing() + '\n';
        int end = text.indexOf('\n');
        String body = text.substring(end + 1);
        if (!text.substring(0, end).equals(MAGIC + checksum(body))) {
            return null;
        }
        Map<String, String> values = new HashMap<>();
        body.lines().forEach(line -> values.put(line.split(" ", 2)[0], line.substring(line.indexOf(' ') + 1)));
        try {
            return new LockRecord(
                    Long.parseLong(values.getOrDefault("token", "")),
                    Optional.ofNullable(values.get("namespace")),
                    values.getOrDefault("key", ""),
                    values.getOrDefault("node", ""),
                    Long.parseLong(values.getOrDefault("pid", "")),
                    Instant.parse(values.getOrDefault("since", "")));
        } catch (NumberFormatException | DateTimeException e) {
            return null;
        }
    }

    private static String checksum(String body) {
        CRC32 sum = new CRC32();
        sum.update(body.getBytes(StandardCharsets.UTF_8));
        return String.format("%08x", sum.getValue());
    }
}
