package dev.highlander.spring;

import dev.highlander.lock.Lease;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.time.Time;
import org.springframework.boot.autoconfigure.AutoConfigurations;
import org.springframework.boot.test.context.runner.ApplicationContextRunner;

/** Applications on fake locks that go by the real clock. */
final class Fakes {
    private Fakes() {}

    /** Whose keys are granted at once. */
    static ApplicationContextRunner granted() {
        return on(FakeLocks.withLease(Time.system(), Lease.DEFAULT).automatic());
    }

    static ApplicationContextRunner on(FakeLocks locks) {
        return plain().withBean(FakeLocks.class, () -> locks);
    }

    /** With whatever locks it is configured for. */
    static ApplicationContextRunner plain() {
        return new ApplicationContextRunner()
                .withConfiguration(AutoConfigurations.of(HighlanderAutoConfiguration.class));
    }
}
