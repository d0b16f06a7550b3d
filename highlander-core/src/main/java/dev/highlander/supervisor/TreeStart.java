package dev.highlander.supervisor;

import dev.highlander.time.Time;

/** A recipe for supervisors: each comes up by itself, and can be stopped meanwhile. */
record TreeStart(SupervisorSpec tree) implements Start {
    @Override
    public Child start() {
        return start(tree.time());
    }

    @Override
    public Child start(Time time) {
        SupervisorRunner runner = new SupervisorRunner(tree, time);
        runner.begin();
        return new TreeChild(runner);
    }
}
