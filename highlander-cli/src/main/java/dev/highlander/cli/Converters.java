package dev.highlander.cli;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import java.time.Duration;
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

    static final class OfLease implements ITypeConverter<Lease> {
        @Override
        public Lease convert(String text) {
            return Converters.convert(words -> Lease.of(Durations.parse(words)), text);
        }
    }
}
