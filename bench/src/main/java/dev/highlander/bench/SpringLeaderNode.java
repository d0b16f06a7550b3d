package dev.highlander.bench;

import com.zaxxer.hikari.HikariDataSource;
import dev.highlander.drills.Job;
import dev.highlander.drills.Line;
import dev.highlander.drills.LineLog;
import dev.highlander.drills.NodeArguments;
import dev.highlander.drills.Orders;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import org.springframework.integration.jdbc.lock.DefaultLockRepository;
import org.springframework.integration.jdbc.lock.JdbcLockRegistry;
import org.springframework.integration.leader.Context;
import org.springframework.integration.leader.DefaultCandidate;
import org.springframework.integration.support.leader.LockRegistryLeaderInitiator;
import org.springframework.jdbc.support.JdbcTransactionManager;

/**
 * A node that works while it is the leader by Spring Integration: {@code LockRegistryLeaderInitiator} on a lock of
 * {@code JdbcLockRegistry}, with the initiator's own heartbeat of half a second.
 */
public final class SpringLeaderNode {
    private final NodeArguments arguments;
    private final Job job;
    private final LineLog log;
    private @Nullable Worker worker;

    private SpringLeaderNode(NodeArguments arguments) {
        this.arguments = arguments;
        this.log = new LineLog(arguments.log());
        this.job = new Job(log, arguments.period());
    }

    /** Runs until it is killed, asked to end, or its standard input ends. */
    public static void main(String[] args) throws InterruptedException {
        SpringLeaderNode node = new SpringLeaderNode(NodeArguments.parse(args));
        Orders.obey(order -> {});
        node.takePart();
        new CountDownLatch(1).await();
    }

    private void takePart() {
        HikariDataSource pool = Pool.of(arguments);
        Pool.create(pool, """
                create table if not exists int_lock (lock_key char(36) not null, region varchar(100) not null,
                    client_id char(36), created_date timestamp not null, expired_after timestamp not null,
                    constraint int_lock_pk primary key (lock_key, region))""");
        DefaultLockRepository repository = new DefaultLockRepository(pool);
        repository.setTransactionManager(new JdbcTransactionManager(pool));
        repository.afterPropertiesSet();
        repository.afterSingletonsInstantiated();
        repository.start();
        LockRegistryLeaderInitiator initiator = new LockRegistryLeaderInitiator(
                new JdbcLockRegistry(repository, arguments.lease().length()), new Leader());
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            initiator.destroy();
            repository.stop();
            pool.close();
        }));
        initiator.start();
        log.add(Line.Kind.READY, 0);
    }

    /** Starts the job when it is made the leader, and stops it when it is told that it no longer is. */
    private final class Leader extends DefaultCandidate {
        Leader() {
            super(arguments.name(), "job");
        }

        @Override
        public synchronized void onGranted(Context context) {
            worker = Worker.start(job);
        }

        @Override
        public synchronized void onRevoked(Context context) {
            Worker running = worker;
            worker = null;
            if (running != null) {
                try {
                    running.stop();
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                }
            }
        }
    }
}
