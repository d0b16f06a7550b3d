package dev.highlander.postgres;

import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * What is said on a lifeline: a challenge of 24 bytes, eight of which are always the same, and the answer of 32 bytes that
 * only the process can give whose run id it is.
 *
 * <p>The address is part of the answer: the listener puts in the one at which it was reached, the caller the one that it
 * dialled. So through anything that translates addresses, or accepts in place of the listener, no answer is ever right.
 */
final class LifelineProof {
    static final int NONCE = 16;
    static final int ANSWER = 32;
    static final int CHALLENGE = 8 + NONCE;

    private static final byte[] GREETING = "HLlife1\n".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] LABEL = "highlander lifeline 1".getBytes(StandardCharsets.US_ASCII);
    private static final String ALGORITHM = "HmacSHA256";

    private LifelineProof() {}

    /** The challenge with that nonce. */
    static byte[] challenge(byte[] nonce) {
        byte[] challenge = new byte[CHALLENGE];
        System.arraycopy(GREETING, 0, challenge, 0, GREETING.length);
        System.arraycopy(nonce, 0, challenge, GREETING.length, NONCE);
        return challenge;
    }

    /** Whether a challenge can begin with the first {@code length} of these bytes. */
    static boolean canBegin(byte[] bytes, int length) {
        for (int i = 0; i < Math.min(length, GREETING.length); i++) {
            if (bytes[i] != GREETING[i]) {
                return false;
            }
        }
        return true;
    }

    /** The answer of {@code run}, reached at {@code at}, to a whole challenge. */
    static byte[] answer(RunId run, InetSocketAddress at, byte[] challenge) {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(new SecretKeySpec(run.bytes(), ALGORITHM));
            mac.update(LABEL);
            mac.update(challenge);
            byte[] address = at.getAddress().getAddress();
            mac.update((byte) address.length);
            mac.update(address);
            mac.update((byte) (at.getPort() >> 8));
            mac.update((byte) at.getPort());
            return mac.doFinal();
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime has no HMAC-SHA256, which every one must have.", e);
        }
    }
}
