package dev.highlander.supervisor;

import dev.highlander.time.Time;

/**
 * A recipe for services.
 *
 * @param <S> what is started
 */
record ServiceStart<S>(String id, Service<S> service) implements Start {
    @Override
    public Child start() throws Exception {
        return ServiceChild.start(id, service, ChildThreads.named(id + "-stop"));
    }

    @Override
    public Child start(Time time) throws Exception {
        return ServiceChild.start(id, service, ChildThreads.of(time, id + "-stop"));
    }
}
