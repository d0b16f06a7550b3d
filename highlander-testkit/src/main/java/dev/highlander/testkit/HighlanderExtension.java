package dev.highlander.testkit;

import dev.highlander.Highlander;
import dev.highlander.lock.Lease;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.AfterEachCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives a JUnit test a node of its own, as parameters of the test, of its constructor and of its {@code @BeforeEach}
 * methods: a {@link Highlander}, on {@link FakeLocks}, by a {@link ManualTime}. All of one test are the same node.
 *
 * <p>Keys are granted at once, and kept, as long as the test does not {@linkplain FakeLocks#lose take them away}, {@linkplain
 * FakeLocks#giveToOther give them to another node} or {@linkplain FakeLocks#cutOff cut the node off}. Work is done as it
 * comes ({@link ManualTime#running()}), so a test may wait as usual; but no lease expires, no grace ends and nothing is
 * restarted after a wait before the test {@linkplain ManualTime#advance turns the clock}.
 *
 * <p>After the test, every singleton that is still open is closed. The test fails if
 *
 * <ul>
 *   <li>a child goes on although it was interrupted, and once more when its grace was over;
 *   <li>a thread still runs that a child has started.
 * </ul>
 *
 * The failure names the thread and shows what it does. Threads of pools that existed before are not counted, nor are
 * virtual ones.
 *
 * <p>What is injected into {@code @BeforeAll}, or into the constructor of a class whose one object runs all tests, is shared
 * by all tests of the class and closed after the last. Tests may run in parallel. Of several extensions that are registered
 * for a test, the innermost gives its parameters.
 *
 * <pre>{@code
 * @RegisterExtension
 * static final HighlanderExtension HIGHLANDER = HighlanderExtension.builder().lease(Duration.ofSeconds(5)).build();
 * }</pre>
 */
public final class HighlanderExtension
        implements BeforeAllCallback, BeforeEachCallback, ParameterResolver, AfterEachCallback, AfterAllCallback {
    private static final Namespace SPACE = Namespace.create(HighlanderExtension.class);

    private final Builder settings;

    /** With the defaults of the {@link #builder()}, for {@code @ExtendWith}. */
    public HighlanderExtension() {
        this(builder());
    }

    private HighlanderExtension(Builder settings) {
        this.settings = settings;
    }

    public static Builder builder() {
        return new Builder(Optional.of(Lease.DEFAULT), true, Duration.ofSeconds(5));
    }

    /** Options; immutable, each method gives another builder. */
    public static final class Builder {
        final Optional<Lease> lease;
        final boolean automatic;
        final Duration patience;

        private Builder(Optional<Lease> lease, boolean automatic, Duration patience) {
            this.lease = lease;
            this.automatic = automatic;
            this.patience = patience;
        }

        /**
         * How long a hold is trusted after its last check; ten seconds unless given.
         *
         * @throws IllegalArgumentException if it is out of {@linkplain Lease range}
         */
        public Builder lease(Duration length) {
            return new Builder(Optional.of(Lease.of(length)), automatic, patience);
        }

        /** As on one machine, where a hold never expires. */
        public Builder withoutLease() {
            return new Builder(Optional.empty(), automatic, patience);
        }

        /** Nothing is granted before the test calls {@link FakeLocks#grant}, and nothing confirmed by itself. */
        public Builder grantedByHand() {
            return new Builder(lease, false, patience);
        }

        /**
         * How long, by the real clock, a child or thread may take to end after the test before that is a failure; five
         * seconds unless given.
         *
         * @throws IllegalArgumentException if it is not positive
         */
        public Builder patience(Duration real) {
            if (real.isNegative() || real.isZero()) {
                throw new IllegalArgumentException("A patience of " + real
                        + " would fail every test. Give a positive time; five seconds suit most.");
            }
            return new Builder(lease, automatic, real);
        }

        public HighlanderExtension build() {
            return new HighlanderExtension(this);
        }
    }

    /** {@inheritDoc} */
    @Override
    public ExtensionContextScope getTestInstantiationExtensionContextScope(ExtensionContext root) {
        return ExtensionContextScope.TEST_METHOD;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        context.getStore(SPACE).put(HighlanderExtension.class, this);
    }

    /** Called from the outermost to the innermost, so the last one stays. */
    @Override
    public void beforeEach(ExtensionContext context) {
        context.getStore(SPACE).put(HighlanderExtension.class, this);
    }

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        Class<?> type = parameter.getParameter().getType();
        boolean ours = type == Highlander.class || type == FakeLocks.class || type == ManualTime.class;
        Object innermost = context.getStore(SPACE).get(HighlanderExtension.class);
        return ours && (innermost == null || innermost == this);
    }

    @Override
    public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
        OneNode node = context.getStore(SPACE)
                .computeIfAbsent(OneNode.class, type -> new OneNode(context.getDisplayName(), settings), OneNode.class);
        Class<?> type = parameter.getParameter().getType();
        return type == Highlander.class ? node.highlander : type == FakeLocks.class ? node.locks : node.time;
    }

    @Override
    public void afterEach(ExtensionContext context) {
        close(context);
    }

    @Override
    public void afterAll(ExtensionContext context) {
        close(context);
    }

    /** Only what was made for just this context: {@code remove} does not look into those around it. */
    private static void close(ExtensionContext context) {
        OneNode node = context.getStore(SPACE).remove(OneNode.class, OneNode.class);
        if (node != null) {
            node.close();
        }
    }
}
