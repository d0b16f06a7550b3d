package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.postgres.ListenAddress;
import dev.highlander.supervisor.Backoff;
import dev.highlander.supervisor.Restart;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Values of options: what core says of a wrong one is the message. */
final class Converters {
    private Converters() {}

    private static <T> T convert(Function<String, T> how, String text) {
        try {
            return how.apply(text);
        } catch (IllegalArgumentException e) {
            throw new TypeConversionException(e.getMessage());
        }
    }

    static final class OfKey implements ITypeConverter<Key> {
        @Override
        public Key convert(String text) {
            return Converters.convert(Key::parse, text);
        }
    }

    static final class OfNamespace implements ITypeConverter<Namespace> {
        @Override
        public Namespace convert(String text) {
            return Converters.convert(Namespace::new, text);
        }
    }

    static final class OfNode implements ITypeConverter<Node> {
        @Override
        public Node convert(String text) {
            return Converters.convert(Node::named, text);
        }
    }

    static final class OfDuration implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return Converters.convert(Durations::parse, text);
        }
    }

    static final class OfLimit implements ITypeConverter<Duration> {
        @Override
        public Duration convert(String text) {
            return Converters.convert(Durations::parseLimit, text);
        }
    }

    static final class OfRestart implements ITypeConverter<Restart> {
        @Override
        public Restart convert(String text) {
            return switch (text) {
                case "always" -> Restart.ALWAYS;
                case "on-failure" -> Restart.ON_FAILURE;
                case "never" -> Restart.NEVER;
                default ->
                    throw new TypeConversionException(
                            "There is no \"" + Shown.of(text) + "\". Write always, on-failure or never.");
            };
        }
    }

    /** {@code MIN..MAX}, or {@code MIN} alone, with the default maximum unless that is less. */
    static final class OfBackoff implements ITypeConverter<Backoff> {
        @Override
        public Backoff convert(String text) {
            return Converters.convert(OfBackoff::parse, text);
        }

        private static Backoff parse(String text) {
            int dots = text.indexOf("..");
            Duration first = Durations.parse(dots < 0 ? text : text.substring(0, dots));
            Duration standard = Backoff.DEFAULT.max();
            return new Backoff(
                    first,
                    dots >= 0
                            ? Durations.parse(text.substring(dots + 2))
                            : first.compareTo(standard) > 0 ? first : standard);
        }
    }

    /** {@code HOST:PORT}, or {@code PORT} alone, of this machine. */
    static final class OfAddress implements ITypeConverter<InetSocketAddress> {
        @Override
        public InetSocketAddress convert(String text) {
            int colon = text.lastIndexOf(':');
            String host = colon < 0 ? "" : text.substring(0, colon).replaceAll("^\\[|\\]$", "");
            String port = text.substring(colon + 1);
            if ((colon >= 0 && host.isBlank()) || !port.matches("[0-9]{1,5}") || Integer.parseInt(port) > 65535) {
                throw new TypeConversionException("\"" + Shown.of(text)
                        + "\" is no address. Write 8080 for a port of this machine only, or 0.0.0.0:8080 for all others"
                        + " as well.");
            }
            return host.isEmpty()
                    ? new InetSocketAddress(InetAddress.getLoopbackAddress(), Integer.parseInt(port))
                    : new InetSocketAddress(host, Integer.parseInt(port));
        }
    }

    static final class OfListen implements ITypeConverter<ListenAddress> {
        @Override
        public ListenAddress convert(String text) {
            return Converters.convert(ListenAddress::parse, text);
        }
    }

    static final class OfReadyWhen implements ITypeConverter<ReadyWhen> {
        @Override
        public ReadyWhen convert(String text) {
            return Converters.convert(ReadyWhen::parse, text);
        }
    }

    static final class OfLease implements ITypeConverter<Lease> {
        @Override
        public Lease convert(String text) {
            return Converters.convert(words -> Lease.of(Durations.parse(words)), text);
        }
    }

    static final class OfOnLoss implements ITypeConverter<OnLoss> {
        @Override
        public OnLoss convert(String text) {
            return oneOf(OnLoss.class, text);
        }
    }

    static final class OfGuard implements ITypeConverter<GuardChoice> {
        @Override
        public GuardChoice convert(String text) {
            return oneOf(GuardChoice.class, text);
        }
    }

    private static <E extends Enum<E>> E oneOf(Class<E> type, String text) {
        List<String> names = Arrays.stream(type.getEnumConstants())
                .map(one -> one.name().toLowerCase(Locale.ROOT))
                .toList();
        int index = names.indexOf(text.toLowerCase(Locale.ROOT));
        if (index < 0) {
            throw new TypeConversionException(Shown.of(text) + " is none of them. Give "
                    + String.join(", ", names.subList(0, names.size() - 1)) + " or " + names.get(names.size() - 1)
                    + ".");
        }
        return type.getEnumConstants()[index];
    }
}
