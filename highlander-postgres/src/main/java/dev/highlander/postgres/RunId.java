package dev.highlander.postgres;

import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;

/**
 * The random name of one run of one process: 128 bits that no other run has. Nodes learn it from the database, so whoever
 * proves to know it is that process, or can read the database. It is not for logs.
 */
public final class RunId {
    /** Its length in bytes. */
    static final int BYTES = 16;

    private static final SecureRandom RANDOM = new SecureRandom();

    private final byte[] bytes;

    private RunId(byte[] bytes) {
        this.bytes = bytes;
    }

    /** One that nobody has had before. */
    public static RunId random() {
        byte[] bytes = new byte[BYTES];
        RANDOM.nextBytes(bytes);
        return new RunId(bytes);
    }

    /**
     * Reads what {@link #hex()} writes.
     *
     * @throws IllegalArgumentException for anything but 32 hexadecimal digits; the message does not repeat them
     */
    public static RunId parse(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new IllegalArgumentException("A run id has 32 hexadecimal digits, not " + hex.length() + ".");
        }
        try {
            return new RunId(HexFormat.of().parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("A run id has hexadecimal digits only.");
        }
    }

    /** 32 hexadecimal digits. */
    public String hex() {
        return HexFormat.of().formatHex(bytes);
    }

    byte[] bytes() {
        return bytes.clone();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof RunId run && MessageDigest.isEqual(bytes, run.bytes);
    }

    @Override
    public int hashCode() {
        return Arrays.hashCode(bytes);
    }

    /** The first of its digits only, since it is a secret. */
    @Override
    public String toString() {
        return hex().substring(0, 6) + "…";
    }
}
