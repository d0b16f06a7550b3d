package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import java.lang.reflect.Field;
import java.lang.reflect.Modifier;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Predicate;

/**
 * The state of a node as bytes, read from the private fields of everything that belongs to it: two nodes with the same
 * bytes behave alike from then on.
 *
 * <p>Every field is written, those that someone adds too, but for what {@link #RULES} leaves out: what is not read any more
 * before it is written again, and what differs without making a difference. Instants are written relative to now; those long
 * past are all the same. Numbers of holds and claims are written in the order in which they are met, since they are only
 * compared for being equal.
 */
@SuppressWarnings({"EnumOrdinal", "OperatorPrecedence"}) // states are packed into bits
final class ExploreImage {
    /** How a field is written. */
    @FunctionalInterface
    private interface Rule {
        void write(ExploreImage image, Object owner, Object value);
    }

    private static final Rule SKIP = (image, owner, value) -> {};
    private static final Rule PLAIN = (image, owner, value) -> image.any(value);
    /** A number that is more than a name. */
    private static final Rule NUMBER = (image, owner, value) -> image.write((Long) value);
    /** An instant that is only asked whether it has come: how many steps it is away. */
    private static final Rule DUE = (image, owner, value) -> image.due((Long) value);

    /** The number of a hold; all other small numbers are those of claims. */
    private static final Rule HOLD = (image, owner, value) ->
            image.write(image.holds.computeIfAbsent((Long) value, number -> image.holds.size()));
    /** A map whose values have their keys in them. */
    private static final Rule VALUES = (image, owner, value) -> image.any(((Map<?, ?>) value).values());

    private static final Map<String, Rule> RULES = new HashMap<>();

    private static void rule(Rule rule, String... fields) {
        for (String field : fields) {
            RULES.put(field, rule);
        }
    }

    private static Rule when(Predicate<Object> isRead, Rule rule) {
        return (image, owner, value) -> {
            if (isRead.test(owner)) {
                rule.write(image, owner, value);
            }
        };
    }

    static {
        // Of the present step only, the same in all nodes, or to be found elsewhere as well.
        rule(SKIP, "ExploreNode.hungUp", "ExploreNode.halted", "ExploreNode.sends", "ExploreNode.startedToken");
        rule(SKIP, "ExploreNode.broken", "ExploreNode.seen", "ExploreNode.said");
        rule(SKIP, "ExploreNode.config", "ExploreNode.lease", "ExploreNode.time", "ExploreHold.node");
        rule(SKIP, "ExploreNode.claimant", "ExploreNode.latest", "ExploreNode.nonce");
        rule(SKIP, "ExploreSingleton.nanos", "ExploreSingleton.outside", "ExploreSingleton.claim");
        rule(SKIP, "PostgresProtocol.lease", "PostgresProtocol.leaseLock", "PostgresProtocol.random");
        rule(SKIP, "Conversation.lease", "Conversation.time", "Conversation.releaser", "Conversation.confirmed");
        rule(SKIP, "SessionTrust.time", "SessionTrust.lease", "PostgresHold.releaser", "Granted.since");
        rule(SKIP, "SingletonMachine.policy", "SingletonMachine.out");
        // What the ledger tells people.
        rule(SKIP, "Conversation.granted", "Conversation.endings", "Conversation.ambiguous", "Conversation.earlier");
        rule(when(ExploreImage::isTimed, PLAIN), "ExploreNode.sent");
        // Counters: the next number is one that nobody has.
        rule(SKIP, "PostgresProtocol.lastHold", "PostgresProtocol.lastNonce", "ExploreNode.lastClaim");
        // Which mark does not matter, only whether one is out: ExploreTable answers with the right one.
        rule((image, owner, value) -> image.write((Long) value >= 0 ? 1 : 0), "PostgresProtocol.markOut");
        rule(SKIP, "Mark.nonce");
        rule(when(owner -> (Long) get(owner, "markOut") >= 0, DUE), "PostgresProtocol.markBy");
        rule(DUE, "PostgresProtocol.beatAt", "PostgresProtocol.pollAt");
        rule(when(ExploreImage::isNew, PLAIN), "Held.settlesFrom", "Held.sent");
        rule(when(held -> phaseOf(held).equals("SETTLING"), DUE), "Held.startNotBefore");
        rule(when(held -> phaseOf(held).equals("MARKED"), PLAIN), "Held.evidence");
        rule(DUE, "PostgresProtocol.openAt");
        rule(HOLD, "Held.id", "PostgresHold.id");
        rule(VALUES, "PostgresProtocol.holds", "Conversation.holds");
        rule(
                (image, owner, value) ->
                        (get(owner, "wish").toString().equals("RELEASE") ? HOLD : PLAIN).write(image, owner, value),
                "Post.number");
        rule(NUMBER, "Held.token", "Term.token", "PostgresHold.token");
        rule(when(heard -> !(Boolean) get(heard, "clean"), NUMBER), "Heard.token");
        rule(when(heard -> !(Boolean) get(heard, "clean"), PLAIN), "Heard.backend");
        // The end of a hold's lease is all that becomes of its grant and the session's checks, once it is made.
        rule((image, owner, value) -> image.any(((PostgresHold) owner).deadBy()), "PostgresHold.asked");
        rule(SKIP, "PostgresHold.trust", "PostgresHold.startNotBefore");
        rule(when(ExploreImage::hasNewHolds, PLAIN), "Conversation.trust");
        rule(SKIP, "SingletonMachine.startedAt", "SingletonMachine.stopReason", "SingletonMachine.silence");
        rule(SKIP, "Exit.cause", "Exit.status");
        rule(DUE, "SingletonMachine.claimAt", "SingletonMachine.standAsideUntil");
        rule(when(ExploreImage::isStopping, PLAIN), "SingletonMachine.killAt");
        rule(when(machine -> (Boolean) get(machine, "lost"), PLAIN), "SingletonMachine.lostDeadBy");
    }

    private static String phaseOf(Object held) {
        return get(held, "phase").toString();
    }

    private static boolean isNew(Object held) {
        return phaseOf(held).equals("GRANTED") || phaseOf(held).equals("MARKED");
    }

    /** Whether it matters when what a node has asked was sent. */
    private static boolean isTimed(Object node) {
        Object asked = get(node, "asked");
        return asked instanceof Request.Try || asked instanceof Request.Beat;
    }

    private static boolean hasNewHolds(Object conversation) {
        Map<?, ?> holds = (Map<?, ?>) get(get(conversation, "protocol"), "holds");
        return holds.values().stream().anyMatch(ExploreImage::isNew);
    }

    private static boolean isStopping(Object machine) {
        String state = get(machine, "state").toString();
        return state.equals("STOPPING") || state.equals("STUCK");
    }

    // How to read.

    private record Read(Field field, Rule rule) {}

    private static final Map<Class<?>, List<Read>> READS = new HashMap<>();

    private static List<Read> readsOf(Class<?> type) {
        return READS.computeIfAbsent(type, t -> {
            List<Read> reads = new ArrayList<>();
            for (Class<?> c = t; c != Object.class; c = c.getSuperclass()) {
                for (Field field : c.getDeclaredFields()) {
                    Rule rule = RULES.getOrDefault(c.getSimpleName() + "." + field.getName(), PLAIN);
                    if (!Modifier.isStatic(field.getModifiers()) && !field.isSynthetic() && rule != SKIP) {
                        field.setAccessible(true);
                        reads.add(new Read(field, rule));
                    }
                }
            }
            return reads;
        });
    }

    private static Object get(Object owner, String name) {
        for (Class<?> c = owner.getClass(); c != Object.class; c = c.getSuperclass()) {
            for (Field field : c.getDeclaredFields()) {
                if (field.getName().equals(name)) {
                    field.setAccessible(true);
                    return get(owner, field);
                }
            }
        }
        throw new IllegalArgumentException(
                owner.getClass() + " has no field " + name + " any more: mend the rules of ExploreImage.");
    }

    private static Object get(Object owner, Field field) {
        try {
            return field.get(owner);
        } catch (IllegalAccessException e) {
            throw new IllegalStateException(e);
        }
    }

    // Writing.

    private final long now;
    private final long step;
    private final long longAgo;
    private final IdentityHashMap<Object, Integer> met = new IdentityHashMap<>();
    private final Map<Long, Integer> claims = new HashMap<>();
    private final Map<Long, Integer> holds = new HashMap<>();
    private byte[] bytes = new byte[256];
    private int length;

    private ExploreImage(long now, ExploreConfig config) {
        Lease lease = config.lease();
        this.now = now;
        this.step = config.step();
        this.longAgo = -(lease.settle() + step - 1) / step * step;
    }

    static byte[] of(ExploreNode node, ExploreConfig config) {
        ExploreImage image = new ExploreImage(node.now(), config);
        image.any(node);
        return Arrays.copyOf(image.bytes, image.length);
    }

    private void write(long value) {
        if (length + 10 > bytes.length) {
            bytes = Arrays.copyOf(bytes, 2 * bytes.length);
        }
        long left = (value << 1) ^ (value >> 63);
        while ((left & ~0x7FL) != 0) {
            bytes[length++] = (byte) (left | 0x80);
            left >>>= 7;
        }
        bytes[length++] = (byte) left;
    }

    private void due(long at) {
        write(at <= now ? 0 : at == Long.MAX_VALUE ? -1 : (at - now + step - 1) / step);
    }

    private void any(Object value) {
        if (value == null) {
            write(-1);
        } else if (value instanceof Long number) {
            number(number);
        } else if (value instanceof Integer || value instanceof Short || value instanceof Byte) {
            write(((Number) value).longValue());
        } else if (value instanceof Boolean truth) {
            write(truth ? 1 : 0);
        } else if (value instanceof Enum<?> one) {
            write(one.ordinal());
        } else if (value instanceof String text) {
            byte[] raw = text.getBytes(StandardCharsets.UTF_8);
            write(raw.length);
            for (byte b : raw) {
                write(b);
            }
        } else if (value instanceof Collection<?> many) {
            write(many.size());
            many.forEach(this::any);
        } else if (value instanceof Map<?, ?> map) {
            write(map.size());
            map.forEach((key, one) -> {
                any(key);
                any(one);
            });
        } else if (value instanceof Optional<?> optional) {
            any(optional.orElse(null));
        } else if (value instanceof java.util.OptionalLong optional) {
            write(optional.orElse(-1));
        } else if (value instanceof AtomicBoolean truth) {
            write(truth.get() ? 1 : 0);
        } else if (value instanceof LockId || value instanceof Key || value instanceof Lease) {
            write(0); // there is one
        } else {
            object(value);
        }
    }

    private void number(long value) {
        if (value == Long.MAX_VALUE || value == Long.MIN_VALUE) {
            write(value == Long.MAX_VALUE ? -3 : -4);
        } else if (ExploreTime.isInstant(value)) {
            write(Math.max(longAgo, value - now) * 2 + 1);
        } else {
            write(claims.computeIfAbsent(value, number -> claims.size()) * 2L);
        }
    }

    private void object(Object value) {
        Class<?> type = value.getClass();
        if (!type.getName().startsWith("dev.highlander.") || type.isHidden()) {
            throw new IllegalStateException("Nothing is known about how to write " + type.getName()
                    + ": add a rule to ExploreImage for the field that has it.");
        }
        if (!type.isRecord()) {
            Integer before = met.putIfAbsent(value, met.size());
            if (before != null) {
                write(before);
                return;
            }
            write(-2);
        }
        write(type.getName().hashCode());
        for (Read read : readsOf(type)) {
            read.rule.write(this, value, get(value, read.field));
        }
    }
}
