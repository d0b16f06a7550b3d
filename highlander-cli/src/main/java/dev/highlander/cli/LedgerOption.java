package dev.highlander.cli;

import dev.highlander.postgres.PostgresLocks;
import java.util.Optional;
import picocli.CommandLine.ITypeConverter;

/**
 * Whether this node keeps the ledger, and where: {@code true} or nothing for where it is found, {@code false} for no ledger,
 * else the name of a schema.
 *
 * @param kept whether it does
 * @param schema in which schema, if one was given
 */
record LedgerOption(boolean kept, Optional<String> schema) {
    static final LedgerOption NONE = new LedgerOption(false, Optional.empty());

    static final class Converter implements ITypeConverter<LedgerOption> {
        @Override
        public LedgerOption convert(String text) {
            return switch (text) {
                case "", "true" -> new LedgerOption(true, Optional.empty());
                case "false" -> NONE;
                default -> new LedgerOption(true, Optional.of(text));
            };
        }
    }

    PostgresLocks.Builder addTo(PostgresLocks.Builder builder) {
        if (!kept) {
            return builder;
        }
        return schema.isPresent() ? builder.ledger(schema.get()) : builder.ledger();
    }
}
