package dev.highlander.supervisor;

import dev.highlander.time.Time;
import java.util.concurrent.ThreadFactory;
import org.jspecify.annotations.Nullable;

/**
 * A recipe for tasks.
 *
 * @param threads makes their threads where no spec says who does
 */
record TaskStart(String id, Task task, @Nullable ThreadFactory threads) implements Start {
    @Override
    public Child start() {
        return TaskChild.start(task, threads != null ? threads : ChildThreads.named(id));
    }

    @Override
    public Child start(Time time) {
        return TaskChild.start(task, ChildThreads.of(time, id));
    }
}
