package dev.highlander.drills;

import dev.highlander.Highlander;
import dev.highlander.Singleton;
import dev.highlander.State;
import dev.highlander.Term;
import dev.highlander.Transition;
import dev.highlander.WhenStuck;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Key;
import dev.highlander.lock.Locks;
import dev.highlander.lock.Namespace;
import dev.highlander.lock.Node;
import dev.highlander.postgres.PostgresLocks;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Command;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;

/**
 * A node as users write it, for drills: contends through Highlander, and runs a child that logs each step.
 *
 * <p>A lease as short as the drills' is refused with {@link WhenStuck#HALT}; the child here ends when it is interrupted.
 */
public final class DrillNode {
    static final Namespace NAMESPACE = new Namespace("drills");

    /** For how long a node that yields stands aside. */
    private static final Duration STAND_ASIDE = Duration.ofMillis(100);

    private final NodeArguments arguments;
    private final LineLog log;
    private final Job job;

    private DrillNode(NodeArguments arguments) {
        this.arguments = arguments;
        this.log = new LineLog(arguments.log());
        this.job = new Job(log, arguments.period());
    }

    /** Runs until it is killed, or its standard input ends. */
    public static void main(String[] args) throws InterruptedException {
        new DrillNode(NodeArguments.parse(args)).run();
    }

    private void run() throws InterruptedException {
        PostgresLocks.Builder builder = PostgresLocks.builder()
                .url(arguments.url())
                .namespace(NAMESPACE)
                .node(Node.named(arguments.name()))
                .lease(arguments.lease());
        Locks locks = (arguments.ledger() ? builder.ledger() : builder).connect();
        Highlander highlander = Highlander.with(locks).whenStuck(WhenStuck.REPORT);
        List<Singleton> singletons = new ArrayList<>();
        for (int i = 0; i < arguments.keys(); i++) {
            Singleton singleton = highlander.start(Key.of("job-" + i), child(highlander, "job-" + i));
            if (arguments.mode() != NodeArguments.Mode.IDLE_TASK) {
                var unused = singleton.listen(this::tell);
            }
            singletons.add(singleton);
        }
        var unused = locks.listen(this::tell);
        tell(locks.condition());
        Orders.obey(order -> singletons.forEach(singleton -> singleton.stepDown(STAND_ASIDE)));
        new CountDownLatch(1).await();
    }

    private void tell(Transition transition) {
        long token = transition.token().orElse(0);
        if (transition.to() == State.STOPPING) {
            log.add(Line.Kind.STOPPING, token);
        } else if (arguments.mode() == NodeArguments.Mode.COMMAND
                && transition.from().hasChild()
                && !transition.to().hasChild()) {
            log.add(Line.Kind.STOP, token); // a command that was killed could not say so itself
        }
    }

    private void tell(Condition condition) {
        log.add(condition.phase() == Condition.Phase.READY ? Line.Kind.READY : Line.Kind.UNREADY, 0);
    }

    private ChildSpec child(Highlander highlander, String id) {
        return switch (arguments.mode()) {
            case TASK -> highlander.task(id, term -> job.run(term.token()));
            case CAREFUL_TASK -> highlander.task(id, term -> job.run(term.token(), term::ensureHeld));
            case COMMAND ->
                ChildSpec.command(
                        id,
                        Command.of(JavaCommand.of(
                                        CommandBody.class,
                                        List.of(arguments.log().toString(), Long.toString(arguments.period())))
                                .toArray(String[]::new)));
            case IDLE_TASK -> highlander.task(id, this::idle);
        };
    }

    private void idle(Term term) throws InterruptedException {
        log.add(Line.Kind.START, term.token());
        try {
            new CountDownLatch(1).await();
        } finally {
            log.add(Line.Kind.STOP, term.token());
        }
    }
}
