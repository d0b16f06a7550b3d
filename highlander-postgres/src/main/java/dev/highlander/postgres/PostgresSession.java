package dev.highlander.postgres;

import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.time.Time;
import java.sql.SQLException;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that does the talking: connects, executes what the protocol asks for, and tells claimants what comes of it.
 *
 * <p>It may be stuck in a call for as long as the network likes. Nothing safe depends on it: deadlines are watched
 * elsewhere, by what was last confirmed.
 */
final class PostgresSession implements Runnable {
    private static final System.Logger LOG = System.getLogger("dev.highlander.postgres");
    private static final long FIRST_RETRY = 50_000_000L;
    private static final long LONGEST_RETRY = 1_000_000_000L;
    private static final long REFUSED_RETRY = 5_000_000_000L;

    private final Connector connector;
    private final Lease lease;
    private final LockId leaseLock;
    private final String node;
    private final String channel;
    private final Time time;
    private final Consumer<Condition> conditions;
    private final PostgresProtocol protocol;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    private final Map<Long, Claimed> claims = new HashMap<>();
    private final Map<Long, Granted> holds = new HashMap<>();
    private SessionTrust trust;
    private volatile @Nullable Wire wire;
    private long retry = FIRST_RETRY;
    private @Nullable Problem lastProblem;
    private @Nullable String lastLogged;

    private record Claimed(Key key, Claimant claimant) {}

    private record Granted(PostgresHold hold, Claimant claimant) {}

    PostgresSession(
            Connector connector,
            Lease lease,
            LockId leaseLock,
            String node,
            String channel,
            Time time,
            Consumer<Condition> conditions) {
        this.connector = connector;
        this.lease = lease;
        this.leaseLock = leaseLock;
        this.node = node;
        this.channel = channel;
        this.time = time;
        this.conditions = conditions;
        this.trust = new SessionTrust(time, lease.nanos());
        this.protocol = new PostgresProtocol(
                lease, leaseLock, () -> ThreadLocalRandom.current().nextDouble());
        // A platform thread: interrupting a virtual one inside a driver's call closes the connection.
        this.thread = new Thread(this, "highlander-postgres " + node);
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    void claim(long claim, Key key, LockId lock, Claimant claimant) {
        post(() -> {
            claims.put(claim, new Claimed(key, claimant));
            protocol.claim(claim, lock);
        });
    }

    void withdraw(long claim) {
        post(() -> {
            claims.remove(claim);
            protocol.withdraw(claim);
        });
    }

    private void release(long hold) {
        post(() -> {
            holds.remove(hold);
            protocol.release(hold);
        });
    }

    CompletableFuture<Optional<Holder>> holder(LockId lock) {
        CompletableFuture<Optional<Holder>> answer = new CompletableFuture<>();
        post(() -> {
            Wire present = wire;
            if (present == null) {
                answer.completeExceptionally(new SQLException("Not connected to " + connector.where() + "."));
                return;
            }
            try {
                answer.complete(present.holder(lock));
            } catch (SQLException e) {
                answer.completeExceptionally(e);
                present.abort(); // the next request fails, and with it the session
            }
        });
        return answer;
    }

    /**
     * Withdraws every claim; the session ends when its last hold was given back. {@code unreleased} is told how many holds
     * nobody has given back yet.
     */
    CompletableFuture<Void> close(IntConsumer unreleased) {
        post(() -> {
            protocol.close();
            unreleased.accept(protocol.unreleased());
        });
        return finished;
    }

    boolean isCurrent() {
        return Thread.currentThread() == thread;
    }

    private void post(Runnable work) {
        inbox.add(work);
        LockSupport.unpark(thread);
        Wire present = wire;
        if (present != null) {
            present.wake();
        }
    }

    @Override
    public void run() {
        while (!protocol.isFinished()) {
            conditions.accept(lastProblem == null ? Condition.connecting() : Condition.connecting(lastProblem));
            try {
                converse(connect());
            } catch (Throwable t) {
                end(Loss.DISCONNECTED, problemOf(t));
            }
        }
        finished.complete(null);
        conditions.accept(Condition.closed());
    }

    private Wire connect() throws Exception {
        Connector.Link link = connector.connect(Math.max(1000, lease.replyLimit() / 1_000_000));
        try {
            link.connection().setNetworkTimeout(Runnable::run, (int) (lease.replyLimit() / 1_000_000));
            int backend = new Admission(link.connection(), lease, leaseLock, node, channel).admit();
            Wire made = new Wire(link, channel, lease.length().toMillis());
            made.warmUp();
            trust = new SessionTrust(time, lease.nanos());
            protocol.connected(backend, time.nanos());
            wire = made;
            lastProblem = null;
            conditions.accept(Condition.ready());
            return made;
        } catch (Throwable t) {
            link.connection().abort(Runnable::run);
            throw t;
        }
    }

    private void converse(Wire present) throws SQLException, RefusedException {
        while (true) {
            doInbox();
            tell();
            Request request = protocol.next(time.nanos());
            if (request != null) {
                execute(present, request);
            } else if (protocol.isFinished()) {
                wire = null;
                present.close();
                return;
            } else if (wire == null) {
                return; // distrusted
            } else if (inbox.isEmpty()) {
                tell();
                hear(present.await(protocol.wakeAt() - time.nanos()));
            }
        }
    }

    private void execute(Wire present, Request request) throws SQLException, RefusedException {
        Sent sent = Sent.now(time); // before anything is sent: trust counts from here
        Reply reply = present.execute(request);
        long received = time.nanos();
        hear(present.notifications());
        protocol.reply(request, reply, sent, received);
        tell();
    }

    private void hear(Iterable<Wire.Notification> notifications) {
        long now = time.nanos();
        for (Wire.Notification one : notifications) {
            protocol.heard(one.sender(), one.payload(), now);
        }
    }

    private void doInbox() {
        for (Runnable work = inbox.poll(); work != null; work = inbox.poll()) {
            work.run();
        }
    }

    private void tell() {
        for (Notice notice : protocol.takeNotices()) {
            if (notice instanceof Notice.Granted granted) {
                granted(granted);
            } else if (notice instanceof Notice.Startable startable) {
                Granted about = holds.get(startable.hold());
                if (about != null) {
                    about.hold.startable(startable.token());
                    about.claimant.startable(about.hold);
                }
            } else if (notice instanceof Notice.Lost lost) {
                Granted about = holds.get(lost.hold());
                if (about != null) {
                    about.claimant.lost(about.hold, lost.why());
                }
            } else if (notice instanceof Notice.Confirmed confirmed) {
                trust.raise(confirmed.sent());
                lastLogged = null; // once it has worked, the same trouble is news again
                retry = FIRST_RETRY;
            } else if (notice instanceof Notice.Distrusted distrusted) {
                end(Loss.REVOKED, distrusted.why());
            }
        }
    }

    private void granted(Notice.Granted granted) {
        Claimed claimed = claims.get(granted.claim());
        if (claimed == null) {
            protocol.release(granted.hold());
            return;
        }
        PostgresHold hold = new PostgresHold(
                granted.hold(), claimed.key, granted.startNotBefore(), granted.sent(), trust, this::release);
        holds.put(granted.hold(), new Granted(hold, claimed.claimant));
        claimed.claimant.granted(hold);
    }

    /** The session is over: first its socket is closed, so that the server lets go, then everyone is told. */
    private void end(Loss why, @Nullable Problem problem) {
        Wire last = wire;
        wire = null;
        if (last != null) {
            last.abort();
        }
        protocol.disconnected(why);
        tell();
        lastProblem = problem;
        if (problem == null) {
            return;
        }
        boolean refused = Problems.isRefusal(problem);
        if (!problem.code().equals(lastLogged)) {
            LOG.log(System.Logger.Level.WARNING, "node " + node + ": " + problem);
            lastLogged = problem.code();
        }
        conditions.accept(refused ? Condition.refused(problem) : Condition.connecting(problem));
        pause(refused ? REFUSED_RETRY : retry);
        retry = Math.min(LONGEST_RETRY, retry * 2);
    }

    /** Waits before the next attempt, doing what is posted meanwhile. */
    private void pause(long nanos) {
        long until = time.nanos()
                + (long) (nanos * (0.5 + ThreadLocalRandom.current().nextDouble()));
        while (!protocol.isFinished()) {
            doInbox();
            long left = until - time.nanos();
            if (left <= 0) {
                return;
            }
            if (inbox.isEmpty()) {
                LockSupport.parkNanos(this, left);
            }
        }
    }

    private Problem problemOf(Throwable t) {
        if (t instanceof RefusedException refused) {
            return refused.problem();
        }
        if (t instanceof SQLException sql) {
            return Problems.of(sql, connector.where());
        }
        return Problems.noConnection("Making or using a connection failed: " + t + ".");
    }
}
