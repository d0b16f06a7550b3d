package dev.highlander.bench;

import com.zaxxer.hikari.HikariDataSource;
import dev.highlander.drills.Job;
import dev.highlander.drills.Line;
import dev.highlander.drills.LineLog;
import dev.highlander.drills.NodeArguments;
import dev.highlander.drills.Orders;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.TimeUnit;
import net.javacrumbs.shedlock.core.LockConfiguration;
import net.javacrumbs.shedlock.core.LockProvider;
import net.javacrumbs.shedlock.core.SimpleLock;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider;
import net.javacrumbs.shedlock.provider.jdbctemplate.JdbcTemplateLockProvider.Configuration;
import org.springframework.jdbc.core.JdbcTemplate;

/**
 * A node that runs its job under a lock of ShedLock: asks for it every half second, keeps it alive while it works, and
 * unlocks when the job has ended.
 *
 * <p>The keep-alive is written here after the manner of {@code KeepAliveLockProvider}, which refuses locks that are given
 * up in less than 30 s: it extends after half of that time, and when that fails it says so and the work goes on.
 */
public final class ShedLockNode {
    private static final long POLL_MILLIS = 500;

    private final NodeArguments arguments;
    private final Job job;
    private final LineLog log;
    private final CountDownLatch told = new CountDownLatch(1);
    private final ScheduledExecutorService keepAlive = Executors.newSingleThreadScheduledExecutor();

    private ShedLockNode(NodeArguments arguments) {
        this.arguments = arguments;
        this.log = new LineLog(arguments.log());
        this.job = new Job(log, arguments.period());
    }

    /** Runs until it is killed, asked to end, or its standard input ends. */
    public static void main(String[] args) throws InterruptedException {
        ShedLockNode node = new ShedLockNode(NodeArguments.parse(args));
        Orders.obey(order -> {});
        CountDownLatch ended = new CountDownLatch(1);
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            node.told.countDown();
            try {
                ended.await();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        }));
        try {
            node.takePart();
        } finally {
            ended.countDown();
        }
    }

    private void takePart() throws InterruptedException {
        try (HikariDataSource pool = Pool.of(arguments)) {
            Pool.create(pool, """
                    create table if not exists shedlock (name varchar(64) not null, lock_until timestamp not null,
                        locked_at timestamp not null, locked_by varchar(255) not null, primary key (name))""");
            LockProvider locks = new JdbcTemplateLockProvider(Configuration.builder()
                    .withJdbcTemplate(new JdbcTemplate(pool))
                    .usingDbTime()
                    .build());
            log.add(Line.Kind.READY, 0);
            do {
                try {
                    Optional<SimpleLock> lock = locks.lock(new LockConfiguration(
                            Instant.now(), "job", arguments.lease().length(), Duration.ZERO));
                    if (lock.isPresent()) {
                        work(lock.get());
                    }
                } catch (RuntimeException e) {
                    System.err.println("Once more: " + e.getMessage());
                }
            } while (!told.await(POLL_MILLIS, TimeUnit.MILLISECONDS));
        }
    }

    private void work(SimpleLock lock) throws InterruptedException {
        long half = arguments.lease().length().toMillis() / 2;
        Extension extension = new Extension(lock);
        ScheduledFuture<?> extending =
                keepAlive.scheduleAtFixedRate(extension::extend, half, half, TimeUnit.MILLISECONDS);
        Worker worker = Worker.start(job);
        told.await();
        worker.stop();
        extending.cancel(true);
        extension.current().unlock();
    }

    /** The lock, which is another one each time that it is extended. */
    private final class Extension {
        private SimpleLock lock;

        Extension(SimpleLock lock) {
            this.lock = lock;
        }

        synchronized void extend() {
            lock = lock.extend(arguments.lease().length(), Duration.ZERO)
                    .orElseThrow(() -> new IllegalStateException("Not extended; the work goes on."));
        }

        synchronized SimpleLock current() {
            return lock;
        }
    }
}
