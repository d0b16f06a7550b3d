package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/**
 * What others send and users write, at random: whatever it is, a parser gives a result, says that it is none, or throws
 * what it says it throws.
 */
final class Fuzz {
    private static final List<String> WORDS = List.of(
            "run",
            "clean",
            "free",
            "mark",
            "who",
            "here",
            "that-is-all",
            "0000000000000001",
            "ffffffffffffffff",
            "000000010000000fp",
            "-1",
            "0",
            "7",
            "10000",
            "9223372036854775807",
            "9223372036854775808",
            "WAITING",
            "HOLDING",
            "RUNNING",
            "#1",
            "#1:2",
            "#",
            "postgres://",
            "postgresql://",
            "jdbc:postgresql:",
            "user:p%40ss@",
            "localhost",
            "[::1]",
            ":5432",
            ":99999",
            "/db",
            "?sslmode=require",
            "&connectTimeout=3",
            "%",
            "%zz",
            "@",
            "/",
            "?",
            "&",
            "=",
            ",",
            " ",
            "\u0000",
            "\ud800",
            "é",
            "mail-relay");

    private final SimChance chance;

    Fuzz(long seed) {
        this.chance = SimChance.of(seed, "fuzz", 0);
    }

    /** Words of the formats put together, with characters changed, doubled and left out. */
    String text() {
        StringBuilder text = new StringBuilder();
        int words = chance.below(8);
        String between = chance.chance(0.7) ? " " : "";
        for (int i = 0; i < words; i++) {
            text.append(i == 0 ? "" : between).append(chance.oneOf(WORDS));
        }
        int changes = chance.chance(0.5) ? 0 : 1 + chance.below(4);
        for (int i = 0; i < changes && text.length() > 0; i++) {
            int at = chance.below(text.length());
            switch (chance.below(4)) {
                case 0 -> text.deleteCharAt(at);
                case 1 -> text.insert(at, (char) chance.below(chance.chance(0.9) ? 128 : 65536));
                case 2 -> text.setCharAt(at, (char) chance.below(256));
                default -> text.append(text, at, text.length());
            }
        }
        return text.toString();
    }

    /** The parsers; each gets any text at all. */
    static Map<String, Consumer<String>> parsers() {
        Map<String, Consumer<String>> all = new LinkedHashMap<>();
        all.put("message", text -> read(Message.parse(text)));
        all.put("presence", text -> read(Presence.parse(text, 7)));
        all.put("lock", Fuzz::lock);
        all.put("message, heard", Fuzz::heard);
        all.put("key", refusing(text -> same(text, Key.parse(text).toString())));
        all.put("namespace", refusing(text -> read(new Namespace(text))));
        all.put("node", refusing(text -> read(Node.named(text))));
        all.put("database URL", refusing(Fuzz::url));
        return all;
    }

    /** What was read can be told, or was none. */
    private static void read(Object result) {
        if (result != null && result.toString().isEmpty()) {
            throw new AssertionError("Read as something that says nothing.");
        }
    }

    /** Bad input is refused with a message, and with nothing else. */
    private static Consumer<String> refusing(Consumer<String> parser) {
        return text -> {
            try {
                parser.accept(text);
            } catch (IllegalArgumentException refused) {
                if (refused instanceof NumberFormatException
                        || refused.getMessage() == null
                        || refused.getMessage().isBlank()) {
                    throw new AssertionError("Refused without saying why.", refused);
                }
            }
        };
    }

    private static void same(String text, String again) {
        if (!Key.parse(again).toString().equals(again)) {
            throw new AssertionError("\"" + text + "\" was read as \"" + again + "\", which is read otherwise.");
        }
    }

    private static void lock(String text) {
        LockId lock = LockId.parse(text);
        if (lock != null && !lock.wire().equalsIgnoreCase(text)) {
            throw new AssertionError("\"" + text + "\" was read as " + lock);
        }
    }

    private static void url(String text) {
        DatabaseUrl url = DatabaseUrl.parse(text);
        String secret = url.properties().getProperty("password");
        if (secret != null
                && secret.length() > 3
                && !url.jdbcUrl().isEmpty()
                && url.jdbcUrl().contains(":" + secret + "@")) {
            throw new AssertionError("The password shows in " + url.jdbcUrl());
        }
    }

    /** Anybody may say anything on the channel: it must not end a session, except by another lease. */
    private static void heard(String text) {
        PostgresProtocol protocol = new PostgresProtocol(Lease.DEFAULT, new LockId(7, 10_000, true), () -> 0.5);
        protocol.claim(1, LockId.of(1));
        protocol.connected(5, 0);
        protocol.heard(6, text, 1);
        boolean otherLease = Message.parse(text) instanceof Message.Run run
                && run.leaseMillis() != Lease.DEFAULT.length().toMillis();
        boolean ended = protocol.takeNotices().stream().anyMatch(Notice.Distrusted.class::isInstance);
        if (ended != otherLease) {
            throw new AssertionError("The session " + (ended ? "ended" : "went on"));
        }
    }

    /** Every parser on {@code count} texts; throws an error that names parser, seed and text. */
    static long run(long firstSeed, long count) {
        Map<String, Consumer<String>> parsers = parsers();
        for (long seed = firstSeed; seed < firstSeed + count; seed++) {
            String text = new Fuzz(seed).text();
            parsers.forEach((name, parser) -> {
                try {
                    parser.accept(text);
                } catch (Throwable t) {
                    throw new AssertionError("The parser of a " + name + " fails on \"" + escaped(text) + "\".", t);
                }
            });
        }
        return count * parsers.size();
    }

    private static String escaped(String text) {
        StringBuilder out = new StringBuilder();
        text.chars().forEach(c -> out.append(c >= 32 && c < 127 ? Character.toString(c) : String.format("\\u%04x", c)));
        return new String(out.toString().getBytes(StandardCharsets.US_ASCII), StandardCharsets.US_ASCII);
    }
}
