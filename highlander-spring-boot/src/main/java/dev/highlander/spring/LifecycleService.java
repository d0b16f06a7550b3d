package dev.highlander.spring;

import dev.highlander.supervisor.Service;
import dev.highlander.supervisor.StopReason;
import java.util.concurrent.CountDownLatch;
import org.springframework.context.Lifecycle;
import org.springframework.context.SmartLifecycle;

/** A lifecycle bean as what is started and stopped. */
record LifecycleService(Lifecycle bean) implements Service<Lifecycle> {
    @Override
    public Lifecycle start() {
        bean.start();
        return bean;
    }

    @Override
    public void stop(Lifecycle started, StopReason why) throws InterruptedException {
        if (!(started instanceof SmartLifecycle smart)) {
            started.stop();
            return;
        }
        CountDownLatch stopped = new CountDownLatch(1);
        smart.stop(stopped::countDown);
        stopped.await();
    }
}
