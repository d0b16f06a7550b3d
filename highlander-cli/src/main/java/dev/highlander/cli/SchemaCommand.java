package dev.highlander.cli;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.PostgresLedger;
import java.io.PrintStream;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code highlander schema}. */
@Command(
        name = "schema",
        mixinStandardHelpOptions = true,
        versionProvider = Version.class,
        sortOptions = false,
        customSynopsis =
                "highlander schema [--namespace NAME] [--schema SCHEMA] [--lease TIME] [--grant-to ROLE[,ROLE]]%n",
        header = "Prints the statements that make the ledger of a namespace.%n",
        description = {
            "For whoever makes tables in your database, or for Flyway or Liquibase. They may be executed again, and while"
                    + " nodes run: what is there stays, but for the longest lease, which they raise. Nothing is connected"
                    + " to.%n",
        },
        exitCodeListHeading = "%nExit status:%n",
        exitCodeList = {
            "0:the statements are on standard output",
            "64:the command line or a variable is wrong",
            "70:a bug in highlander",
        },
        footerHeading = "%nExamples:%n",
        footer = {
            "  highlander schema | psql app",
            "  highlander schema --namespace billing --schema ops --lease 30s --grant-to app",
        })
final class SchemaCommand implements Callable<Integer> {
    private final PrintStream out;

    @Option(
            names = "--namespace",
            paramLabel = "NAME",
            order = 1,
            converter = Converters.OfNamespace.class,
            description = "The namespace whose ledger it is. Default: default.")
    private Namespace namespace = Namespace.DEFAULT;

    @Option(
            names = "--schema",
            paramLabel = "SCHEMA",
            order = 2,
            description = "The schema that it is to be in, which is there. Default: public.")
    private String schema = "public";

    @Option(
            names = "--lease",
            paramLabel = "TIME",
            order = 3,
            converter = Converters.OfLease.class,
            description = "The longest lease that a node may have. Default: 10s.")
    private @Nullable Lease lease;

    @Option(
            names = "--grant-to",
            paramLabel = "ROLE",
            order = 4,
            split = ",",
            description = "The roles of nodes that do not own it; each is granted the least that takes.")
    private List<String> roles = List.of();

    @Option(
            names = "--config",
            paramLabel = "FILE",
            order = 80,
            description = "Read options from this file: a line name=value each, named as here without the dashes.")
    @SuppressWarnings("UnusedVariable") // it is read by its name, before the options are complete
    private @Nullable Path config;

    SchemaCommand(PrintStream out) {
        this.out = out;
    }

    @Override
    public Integer call() {
        PostgresLedger.schema(namespace, schema, lease == null ? Lease.DEFAULT : lease, roles)
                .forEach(each -> out.println(each + ";"));
        return ExitStatus.OK;
    }
}
