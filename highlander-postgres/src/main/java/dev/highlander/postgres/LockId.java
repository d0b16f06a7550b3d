package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Namespace;
import java.util.Comparator;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/**
 * An advisory lock as the server names it in {@code pg_locks}.
 *
 * @param classId the high half of a 64-bit lock, or the first number of a pair
 * @param objId the low half, or the second number
 * @param pair whether it is a pair, which never meets a 64-bit lock
 */
record LockId(int classId, int objId, boolean pair) {
    /** The server's own order: it compares both halves without sign. */
    static final Comparator<LockId> SERVER_ORDER = Comparator.<LockId>comparingLong(
                    id -> Integer.toUnsignedLong(id.classId))
            .thenComparingLong(id -> Integer.toUnsignedLong(id.objId))
            .thenComparingInt(LockId::subId);

    static LockId of(long number) {
        return new LockId((int) (number >> 32), (int) number, false);
    }

    static LockId of(Key key, Namespace namespace) {
        if (key instanceof Key.Numbered number) {
            return of(number.value());
        }
        if (key instanceof Key.Paired both) {
            return new LockId(both.first(), both.second(), true);
        }
        return of(((Key.Named) key).hash(namespace));
    }

    /** {@code objsubid} of {@code pg_locks}. */
    int subId() {
        return pair ? 2 : 1;
    }

    /** How messages name it: sixteen hexadecimal digits, and a {@code p} for a pair. */
    String wire() {
        HexFormat hex = HexFormat.of();
        return hex.toHexDigits(classId) + hex.toHexDigits(objId) + (pair ? "p" : "");
    }

    /** Reads what {@link #wire()} writes; null for anything else. */
    static @Nullable LockId parse(String wire) {
        boolean pair = wire.endsWith("p");
        if (wire.length() != (pair ? 17 : 16)) {
            return null;
        }
        try {
            return new LockId(HexFormat.fromHexDigits(wire, 0, 8), HexFormat.fromHexDigits(wire, 8, 16), pair);
        } catch (IllegalArgumentException e) {
            return null;
        }
    }

    /** How the digest of a session's locks names it. */
    String digestForm() {
        return Integer.toUnsignedString(classId) + ":" + Integer.toUnsignedString(objId) + ":" + subId();
    }

    /** The key of a lock whose text is not known. */
    Key asKey() {
        return pair ? Key.pair(classId, objId) : Key.number(((long) classId << 32) | Integer.toUnsignedLong(objId));
    }
}
