package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Start;
import dev.highlander.time.Time;

/** A recipe for tasks that are handed their term. */
record TermTaskStart(String id, TermTask body) implements TermStart {
    @Override
    public Child start(Term term) throws Exception {
        return recipe(term).start();
    }

    @Override
    public Child start(Term term, Time time) throws Exception {
        return recipe(term).start(time);
    }

    private Start recipe(Term term) {
        return ChildSpec.task(id, () -> body.run(term)).start();
    }
}
