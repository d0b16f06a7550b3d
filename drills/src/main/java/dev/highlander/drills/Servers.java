package dev.highlander.drills;

import dev.highlander.embedded.PostgresServer;
import dev.highlander.embedded.Shutdown;
import java.util.List;
import java.util.stream.Collectors;

/** A server, or a primary and its standby, which change places when the standby is promoted. Used by one thread. */
public final class Servers implements AutoCloseable {
    private final List<PostgresServer> all;
    private PostgresServer primary;

    private Servers(List<PostgresServer> all) {
        this.all = all;
        this.primary = all.get(0);
    }

    /** One alone. */
    static Servers of(PostgresServer server) {
        return new Servers(List.of(server));
    }

    /** A primary of that major and a standby that streams from it. */
    public static Servers pair(int major) {
        PostgresServer primary = PostgresServer.start(major);
        try {
            return new Servers(
                    List.of(primary, PostgresServer.builder().standbyOf(primary).start()));
        } catch (RuntimeException e) {
            primary.close();
            throw e;
        }
    }

    PostgresServer primary() {
        return primary;
    }

    List<PostgresServer> all() {
        return all;
    }

    private PostgresServer standby() {
        return all.stream()
                .filter(server -> server != primary)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("There is no standby."));
    }

    /** The URL of a database for a node that reaches each server by a port of its own, in the order of {@link #all}. */
    String url(String database, List<Integer> ports) {
        String direct = primary.url(database);
        String hosts = ports.stream().map(port -> "127.0.0.1:" + port).collect(Collectors.joining(","));
        return direct.replace("127.0.0.1:" + primary.port() + "/", hosts + "/");
    }

    /** From now on the standby misses what is written. */
    void cutReplication() {
        standby().setting("primary_conninfo", "");
    }

    /** Ends the primary and promotes the standby, with all that was written. */
    void promote() {
        standby().awaitReplayOf(primary);
        primary.stop(Shutdown.FAST);
        changePlaces();
    }

    /** Kills the primary and promotes the standby, whatever that misses. */
    void promoteAfterCrash() {
        primary.crash();
        changePlaces();
    }

    private void changePlaces() {
        PostgresServer next = standby();
        next.promote();
        primary = next;
    }

    /** Makes a new standby of what was the primary. */
    void mend() {
        standby().follow(primary);
    }

    @Override
    public void close() {
        all.forEach(PostgresServer::close);
    }
}
