package dev.highlander.drills;

import static dev.highlander.drills.MachineClock.millis;

import dev.highlander.drills.Marker.What;
import dev.highlander.embedded.Shutdown;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.util.List;
import java.util.Random;

/** Does something to the node whose child runs, sees another take over, mends what was broken; again and again. */
public final class Drill {
    /** Far beyond any takeover at the leases that drills use; a drill that waits for it has failed. */
    private static final Duration TAKEOVER_LIMIT = Duration.ofSeconds(30);

    private static final long AFTERMATH = millis(300);

    private final Cluster cluster;
    private final Random random;
    private final boolean successorMeetsPredecessor;
    private final long calm;
    private final long aftermath;

    private Drill(Cluster cluster, Random random, boolean successorMeetsPredecessor, long calm, long aftermath) {
        this.cluster = cluster;
        this.random = random;
        this.successorMeetsPredecessor = successorMeetsPredecessor;
        this.calm = calm;
        this.aftermath = aftermath;
    }

    /** On nodes of which at most one works at a time; {@code seed} decides at which moment each fault strikes. */
    public static Drill on(Cluster cluster, long seed) {
        return new Drill(cluster, new Random(seed), false, 0, AFTERMATH);
    }

    /** On nodes that go on working beside their successor: after each fault all but the successor are killed. */
    public static Drill onNaive(Cluster cluster, long seed) {
        return new Drill(cluster, new Random(seed), true, 0, AFTERMATH);
    }

    /** The same, but with {@code nanos} for which whoever was frozen or cut off is watched after it is back. */
    public Drill watchingFor(long nanos) {
        return new Drill(cluster, random, successorMeetsPredecessor, calm, nanos);
    }

    /** The same, but with {@code nanos} in which all nodes have been up before each fault, so that none has just begun. */
    public Drill afterCalmOf(long nanos) {
        return new Drill(cluster, random, successorMeetsPredecessor, nanos, aftermath);
    }

    public void run(List<Fault> faults) throws InterruptedException {
        for (Fault fault : faults) {
            run(fault);
        }
        cluster.awaitCalm(TAKEOVER_LIMIT);
    }

    /** One fault, at a moment at which a child runs and two more nodes wait. */
    public void run(Fault fault) throws InterruptedException {
        prepare(fault);
        NodeProcess victim = cluster.awaitCalm(Cluster.START_LIMIT);
        MachineClock.until(
                MachineClock.nanos() + calm + random.nextLong(cluster.lease().heartbeat()));
        if (cluster.isAtWork(victim)) {
            strike(fault, victim);
            if (successorMeetsPredecessor) {
                killAllButTheNewest(fault);
            }
        } else {
            run(fault);
        }
    }

    /** What has to have happened before. */
    private void prepare(Fault fault) throws InterruptedException {
        if (fault == Fault.PROMOTION_LOST_TAIL) {
            NodeProcess before = cluster.awaitCalm(Cluster.START_LIMIT);
            cluster.servers().cutReplication();
            long now = MachineClock.nanos();
            before.order(Orders.YIELD); // a term ends and another begins, of which the standby does not hear
            cluster.watch()
                    .await(
                            "another term begins",
                            TAKEOVER_LIMIT,
                            () -> cluster.watch().lastStart() > now);
        }
    }

    private void strike(Fault fault, NodeProcess victim) throws InterruptedException {
        long at = cluster.mark(What.FAULT, victim, fault);
        switch (fault) {
            case SIGTERM -> {
                victim.signal("TERM");
                cluster.replace(victim, fault);
                awaitTakeover(fault, at);
            }
            case SIGKILL -> {
                victim.signal("KILL");
                cluster.replace(victim, fault);
                awaitTakeover(fault, at);
            }
            case FREEZE_NODE, FREEZE_GROUP -> freeze(fault, victim, at);
            case FREEZE_SHORT -> {
                victim.signal("STOP");
                cluster.mark(What.FROZEN, victim, fault);
                MachineClock.until(at + cluster.lease().nanos() / 2);
                cluster.mark(What.RESUMED, victim, fault);
                victim.signal("CONT");
                aftermath();
            }
            case SILENCE -> cutOff(fault, victim, true, true, at);
            case SILENCE_TO_SERVER -> cutOff(fault, victim, true, false, at);
            case SILENCE_FROM_SERVER -> cutOff(fault, victim, false, true, at);
            case TERMINATE_BACKEND -> {
                terminateBackend(victim);
                awaitTakeover(fault, at);
            }
            case RESTART_FAST -> {
                cluster.server().restart(Shutdown.FAST);
                awaitTakeover(fault, at);
            }
            case RESTART_IMMEDIATE -> {
                cluster.server().restart(Shutdown.IMMEDIATE);
                awaitTakeover(fault, at);
            }
            case CRASH -> {
                cluster.server().crash();
                cluster.server().startAgain();
                awaitTakeover(fault, at);
            }
            case PROMOTION -> {
                cluster.servers().promote();
                awaitTakeover(fault, at);
                cluster.servers().mend();
            }
            case PROMOTION_LOST_TAIL -> {
                cluster.servers().promoteAfterCrash();
                awaitTakeover(fault, at);
                cluster.servers().mend();
            }
        }
    }

    private void freeze(Fault fault, NodeProcess victim, long at) throws InterruptedException {
        boolean group = fault == Fault.FREEZE_GROUP;
        signal(victim, group, "STOP");
        cluster.mark(What.FROZEN, victim, fault);
        try {
            awaitTakeover(fault, at);
            MachineClock.until(at + cluster.lease().nanos() + cluster.lease().settle() + millis(100));
        } finally {
            cluster.mark(What.RESUMED, victim, fault);
            signal(victim, group, "CONT");
        }
        aftermath();
    }

    private static void signal(NodeProcess node, boolean group, String signal) {
        if (group) {
            node.signalGroup(signal);
        } else {
            node.signal(signal);
        }
    }

    private void cutOff(Fault fault, NodeProcess victim, boolean toServer, boolean fromServer, long at)
            throws InterruptedException {
        List<SilentProxy> wires = cluster.wires(victim);
        wires.forEach(wire -> wire.silence(toServer, fromServer));
        try {
            awaitTakeover(fault, at);
            aftermath();
        } finally {
            cluster.mark(What.HEALED, victim, fault);
            wires.forEach(SilentProxy::heal);
        }
        aftermath();
    }

    private void terminateBackend(NodeProcess victim) {
        try (Connection connection = cluster.server().connect(cluster.database());
                PreparedStatement statement = connection.prepareStatement("select pg_terminate_backend(pid)"
                        + " from pg_stat_activity where datname = current_database() and application_name = ?"
                        + " and pid in (select pid from pg_locks where locktype = 'advisory' and granted)")) {
            statement.setString(1, victim.name());
            try (var result = statement.executeQuery()) {
                if (!result.next() || !result.getBoolean(1)) {
                    throw new DrillException("No backend of " + victim.name() + " holds a lock.");
                }
            }
        } catch (SQLException e) {
            throw new DrillException("The backend of " + victim.name() + " was not terminated.", e);
        }
    }

    private void awaitTakeover(Fault fault, long at) throws InterruptedException {
        if (successorMeetsPredecessor) {
            awaitTakeoverOrNone(at);
            return;
        }
        cluster.watch()
                .await(
                        "somebody takes over after " + fault,
                        TAKEOVER_LIMIT,
                        () -> cluster.watch().lastStart() > at);
    }

    /** Such nodes may also ride out a fault, since the lock or the work does not notice it. */
    private void awaitTakeoverOrNone(long at) throws InterruptedException {
        long end = at + 6 * cluster.lease().nanos();
        cluster.watch()
                .await(
                        "somebody takes over, or nobody for long",
                        TAKEOVER_LIMIT,
                        () -> cluster.watch().lastStart() > at || MachineClock.nanos() > end);
    }

    private void aftermath() throws InterruptedException {
        MachineClock.until(MachineClock.nanos() + aftermath);
    }

    private void killAllButTheNewest(Fault fault) throws InterruptedException {
        aftermath();
        NodeProcess newest = cluster.newest().orElseThrow();
        for (NodeProcess node : cluster.nodes()) {
            if (node != newest) {
                node.close();
                cluster.replace(node, fault);
            }
        }
    }
}
