package dev.highlander.drills;

import dev.highlander.lock.Key;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.postgresql.ds.PGSimpleDataSource;

/**
 * A node as people write it by hand: waits in {@code pg_advisory_lock}, then works. When the wait fails it connects and
 * queues again.
 *
 * <p>It is not a straw man: the server is told to let go of a session that is silent, and the connection is kept alive by
 * a statement every third of that time. But a keep-alive that fails is logged and the work goes on, since whoever holds a
 * lock and works has no reason to look at the lock.
 */
public final class NaiveNode {
    private static final long RETRY_MILLIS = 100;

    private final NodeArguments arguments;
    private final LineLog log;
    private final Job job;
    private final long number;
    private final Semaphore yield = new Semaphore(0);

    private NaiveNode(NodeArguments arguments) {
        this.arguments = arguments;
        this.log = new LineLog(arguments.log());
        this.job = new Job(log, arguments.period());
        this.number = new Key.Named("naive").hash(DrillNode.NAMESPACE);
    }

    /** Runs until it is killed, or its standard input ends. */
    public static void main(String[] args) throws InterruptedException {
        NaiveNode node = new NaiveNode(NodeArguments.parse(args));
        Orders.obey(order -> node.yield.release());
        while (true) {
            node.takePart();
        }
    }

    @SuppressWarnings("ThreadSleep") // nothing to wait for: the server is away
    private void takePart() throws InterruptedException {
        PGSimpleDataSource source = new PGSimpleDataSource();
        source.setUrl(arguments.url());
        source.setApplicationName(arguments.name());
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(
                    "set idle_session_timeout = " + arguments.lease().length().toMillis());
            log.add(Line.Kind.READY, 0);
            while (true) {
                statement.execute("select pg_advisory_lock(" + number + ")");
                work(connection);
                statement.execute("select pg_advisory_unlock(" + number + ")");
                Thread.sleep(RETRY_MILLIS);
            }
        } catch (SQLException e) {
            log.add(Line.Kind.UNREADY, 0);
            System.err.println("Once more: " + e.getMessage());
            Thread.sleep(RETRY_MILLIS);
        }
    }

    /** Works until told to yield. Its token is the time, which grows from one holder to the next as well as any. */
    private void work(Connection connection) throws InterruptedException {
        Thread worker = new Thread(() -> job.run(MachineClock.nanos()), "work");
        worker.start();
        Thread keepAlive = new Thread(() -> keepAlive(connection), "keep-alive");
        keepAlive.start();
        yield.acquire();
        keepAlive.interrupt();
        keepAlive.join();
        worker.interrupt();
        worker.join();
    }

    private void keepAlive(Connection connection) {
        Semaphore never = new Semaphore(0);
        try (Statement statement = connection.createStatement()) {
            while (!never.tryAcquire(arguments.lease().length().toMillis() / 3, TimeUnit.MILLISECONDS)) {
                statement.execute("select 1");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (SQLException e) {
            System.err.println("Not kept alive: " + e.getMessage());
        }
    }
}
