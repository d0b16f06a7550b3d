package dev.highlander.postgres;

import dev.highlander.lock.Check;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.time.Time;
import java.sql.SQLException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The thread that does the talking: connects, executes what the protocol asks for, and brings the {@link Conversation} what
 * comes of it.
 *
 * <p>It may be stuck in a call for as long as the network likes. Nothing safe depends on it: deadlines are watched
 * elsewhere, by what was last confirmed.
 */
final class PostgresSession implements Runnable {
    private static final System.Logger LOG = System.getLogger("dev.highlander.postgres");

    private final Connector connector;
    private final Lease lease;
    private final LockId leaseLock;
    private final Node node;
    private final Namespace namespace;
    private final @Nullable LedgerChoice ledger;
    private final boolean synchronous;
    private final Time time;
    private final Consumer<Condition> conditions;
    private final Consumer<Check> checks;
    private final Conversation conversation;
    private final Thread thread;
    private final ConcurrentLinkedQueue<Runnable> inbox = new ConcurrentLinkedQueue<>();
    private final CompletableFuture<Void> finished = new CompletableFuture<>();

    private volatile @Nullable Wire wire;
    private long retry = PostgresBounds.firstRetry();
    private @Nullable Problem lastProblem;
    private @Nullable String lastLogged;

    PostgresSession(
            Connector connector,
            Lease lease,
            Node node,
            Namespace namespace,
            @Nullable LedgerChoice ledger,
            boolean synchronous,
            Time time,
            Consumer<Condition> conditions,
            Consumer<Check> checks) {
        this.connector = connector;
        this.lease = lease;
        this.leaseLock = Channels.leaseLock(namespace, lease, ledger != null);
        this.node = node;
        this.namespace = namespace;
        this.ledger = ledger;
        this.synchronous = synchronous;
        this.time = time;
        this.conditions = conditions;
        this.checks = checks;
        this.conversation = new Conversation(
                lease,
                time,
                new PostgresProtocol(
                        lease, leaseLock, () -> ThreadLocalRandom.current().nextDouble()),
                this::release,
                this::confirmed);
        // A platform thread: interrupting a virtual one inside a driver's call closes the connection.
        this.thread = new Thread(this, "highlander-postgres " + node.name());
        thread.setDaemon(true);
        // Where the driver finds WakeableSocketFactory; and no application's class loader is kept alive by this thread.
        thread.setContextClassLoader(PostgresSession.class.getClassLoader());
    }

    void start() {
        thread.start();
    }

    void claim(long claim, Key key, LockId lock, Claimant claimant) {
        post(() -> conversation.claim(claim, key, lock, claimant));
    }

    void withdraw(long claim) {
        post(() -> conversation.withdraw(claim));
    }

    private void release(long hold, String ending) {
        post(() -> conversation.release(hold, ending));
    }

    CompletableFuture<Optional<Holder>> holder(LockId lock) {
        CompletableFuture<Optional<Holder>> answer = new CompletableFuture<>();
        // Asked of a session that is over, or is just ending, nobody is left to answer.
        var unused = finished.thenRun(() -> answer.completeExceptionally(new SQLException("These locks are closed.")));
        post(() -> {
            Wire present = wire;
            if (present == null) {
                answer.completeExceptionally(new SQLException("Not connected to " + connector.where() + "."));
                return;
            }
            try {
                answer.complete(present.holder(lock, backend -> conversation.tokenHeard(lock, backend)));
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
        post(() -> unreleased.accept(conversation.close()));
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
        while (!conversation.isFinished()) {
            conditions.accept(lastProblem == null ? Condition.connecting() : Condition.connecting(lastProblem));
            try {
                converse(connect());
            } catch (Throwable t) {
                end(problemOf(t));
            }
        }
        conditions.accept(Condition.closed());
        finished.complete(null);
    }

    private Wire connect() throws Exception {
        long timeoutMillis = Math.max(1000, lease.replyLimit() / 1_000_000);
        Connector.Link link = connector.connect(timeoutMillis);
        try {
            link.connection().setNetworkTimeout(Runnable::run, (int) (lease.replyLimit() / 1_000_000));
            PoolerCheck poolerCheck = new PoolerCheck(link.connection(), connector, timeoutMillis);
            Admission.Admitted admitted = new Admission(
                            link.connection(),
                            lease,
                            leaseLock,
                            node.name(),
                            namespace,
                            ledger,
                            poolerCheck,
                            synchronous)
                    .admit();
            Wire made = new Wire(
                    link,
                    Channels.channel(namespace),
                    lease.length().toMillis(),
                    synchronous,
                    admitted.ledger(),
                    conversation,
                    node);
            made.warmUp();
            made.measureRoom();
            conversation.connected(admitted.backend(), admitted.ledger());
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
            Request request = conversation.next();
            if (request != null) {
                Sent sent = Sent.now(time); // before anything is sent: trust counts from here
                Reply reply = present.execute(request);
                conversation.replied(request, reply, sent, present.notifications());
                if (request instanceof Request.Beat && reply instanceof Reply.Checked checked && checked.good()) {
                    tellOf(sent);
                }
                continue;
            }
            OptionalLong question = conversation.takeQuestion();
            if (question.isPresent()) {
                present.answer(question.getAsLong(), conversation.presences());
            } else if (conversation.isFinished()) {
                wire = null;
                present.close();
                return;
            } else if (inbox.isEmpty()) {
                conversation.heard(present.await(conversation.wakeAt() - time.nanos()));
            }
        }
    }

    /** Before its holds go by it: what they still have is what the checks before it gave them. */
    private void tellOf(Sent check) {
        long now = time.nanos();
        OptionalLong deadBy = conversation.earliestDeadBy();
        OptionalLong left = deadBy.isPresent() ? OptionalLong.of(deadBy.getAsLong() - now) : deadBy;
        checks.accept(new Check(now - check.at(), left));
    }

    private void doInbox() {
        for (Runnable work = inbox.poll(); work != null; work = inbox.poll()) {
            work.run();
        }
    }

    private void confirmed() {
        lastLogged = null; // once it has worked, the same trouble is news again
        retry = PostgresBounds.firstRetry();
    }

    /** The session is over: first its socket is closed, so that the server lets go, then everyone is told. */
    private void end(Problem problem) {
        Wire last = wire;
        wire = null;
        if (last != null) {
            last.abort();
        }
        conversation.disconnected(Loss.DISCONNECTED);
        lastProblem = problem;
        boolean refused = Problems.isRefusal(problem);
        if (!problem.code().equals(lastLogged)) {
            LOG.log(System.Logger.Level.WARNING, "node " + node.name() + ": " + problem);
            lastLogged = problem.code();
        }
        conditions.accept(refused ? Condition.refused(problem) : Condition.connecting(problem));
        pause(refused && !Problems.mayPass(problem) ? PostgresBounds.refusedRetry() : retry);
        retry = Math.min(PostgresBounds.longestRetry(), retry * 2);
    }

    /** Waits before the next attempt, doing what is posted meanwhile. */
    private void pause(long nanos) {
        long until = time.nanos()
                + PostgresBounds.jittered(nanos, ThreadLocalRandom.current().nextDouble());
        while (!conversation.isFinished()) {
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
