package dev.highlander.postgres;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedSet;
import java.util.stream.Collectors;

/**
 * A short text that stands for a set of locks, which the server computes the same way: {@code md5()} over
 * {@code classid:objid:objsubid} of each, in the server's order, with commas between. It guards against accidents, not
 * against forgery.
 */
final class Digest {
    private Digest() {}

    static String of(SortedSet<LockId> locks) {
        String text = locks.stream().map(LockId::digestForm).collect(Collectors.joining(","));
        try {
            byte[] sum = MessageDigest.getInstance("MD5").digest(text.getBytes(StandardCharsets.US_ASCII));
            return HexFormat.of().formatHex(sum);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("This Java runtime has no MD5, which every one must have.", e);
        }
    }
}
