package dev.highlander.cluster;

import dev.highlander.lock.Condition.Problem;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.function.Consumer;
import javax.crypto.Cipher;
import javax.crypto.SecretKey;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jgroups.Address;
import org.jgroups.BytesMessage;
import org.jgroups.Message;
import org.jgroups.conf.ClassConfigurator;
import org.jgroups.stack.Protocol;
import org.jgroups.util.ByteArray;
import org.jgroups.util.MessageBatch;
import org.jgroups.util.Util;
import org.jspecify.annotations.Nullable;

/**
 * Encrypts and authenticates whole messages, headers included, right above the transport: what is not sealed with the same
 * secret for the same cluster goes no further.
 *
 * <p>AES with a 256-bit key in Galois/counter mode. No nonce comes twice under a key: eight bytes are drawn by each process,
 * four are counted, and when they have been counted through another eight are drawn.
 */
final class Seal extends Protocol {
    private static final short ID = 3301;
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;
    private static final int ROUNDS = 50_000;

    static {
        ClassConfigurator.addProtocol(ID, Seal.class);
    }

    private final SecretKey key;
    private final byte[] cluster;
    private final Consumer<Problem> alarm;
    private final SecureRandom random = new SecureRandom();
    private byte[] prefix = new byte[8]; // guarded by this
    private int counter; // guarded by this

    Seal(String secret, String cluster, Consumer<Problem> alarm) {
        this.cluster = cluster.getBytes(StandardCharsets.UTF_8);
        this.key = key(secret, this.cluster);
        this.alarm = alarm;
        random.nextBytes(prefix);
    }

    private static SecretKey key(String secret, byte[] salt) {
        try {
            PBEKeySpec spec = new PBEKeySpec(secret.toCharArray(), salt, ROUNDS, 256);
            byte[] derived = SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(spec)
                    .getEncoded();
            return new SecretKeySpec(derived, "AES");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("This Java runtime can't derive a key from a secret.", e);
        }
    }

    @Override
    public Object down(Message message) {
        if (message.getSrc() == null) {
            message.setSrc(local_addr);
        }
        byte[] sealed;
        try {
            sealed = close(Util.messageToBuffer(message));
        } catch (Exception e) {
            throw new IllegalStateException("A message can't be sealed.", e);
        }
        Message outer = new BytesMessage(message.getDest(), sealed)
                .setSrc(message.getSrc())
                .setFlag(message.getFlags(), false);
        for (Message.TransientFlag flag : Message.TransientFlag.values()) {
            if (message.isFlagSet(flag)) {
                outer.setFlag(flag);
            }
        }
        return down_prot.down(outer);
    }

    @Override
    public @Nullable Object up(Message message) {
        Message opened = opened(message);
        return opened == null ? null : up_prot.up(opened);
    }

    @Override
    public void up(MessageBatch batch) {
        MessageBatch inner = new MessageBatch(
                batch.dest(), batch.sender(), batch.clusterName(), batch.multicast(), batch.getMode(), batch.size());
        for (Message message : batch) {
            Message opened = opened(message);
            if (opened != null) {
                inner.add(opened);
            }
        }
        if (!inner.isEmpty()) {
            up_prot.up(inner);
        }
    }

    private @Nullable Message opened(Message message) {
        try {
            byte[] plain = open(message.getArray(), message.getOffset(), message.getLength());
            Message inner = Util.messageFromBuffer(plain, 0, plain.length);
            if (inner.getSrc() == null || !inner.getSrc().equals(message.getSrc())) {
                return refused(message.getSrc());
            }
            return inner;
        } catch (Exception e) {
            return refused(message.getSrc());
        }
    }

    private @Nullable Message refused(@Nullable Address from) {
        alarm.accept(Problems.notSealed(String.valueOf(from)));
        return null;
    }

    byte[] close(ByteArray plain) throws GeneralSecurityException {
        byte[] nonce = nonce();
        Cipher cipher = cipher(Cipher.ENCRYPT_MODE, nonce, 0);
        byte[] sealed = cipher.doFinal(plain.getArray(), plain.getOffset(), plain.getLength());
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    byte[] open(byte @Nullable [] sealed, int offset, int length) throws GeneralSecurityException {
        if (sealed == null || length < NONCE) {
            throw new GeneralSecurityException("nothing that was sealed");
        }
        return cipher(Cipher.DECRYPT_MODE, sealed, offset).doFinal(sealed, offset + NONCE, length - NONCE);
    }

    private Cipher cipher(int mode, byte[] nonce, int offset) throws GeneralSecurityException {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce, offset, NONCE));
        cipher.updateAAD(cluster);
        return cipher;
    }

    private synchronized byte[] nonce() {
        if (++counter == 0) {
            prefix = new byte[8];
            random.nextBytes(prefix);
        }
        return ByteBuffer.allocate(NONCE).put(prefix).putInt(counter).array();
    }
}
