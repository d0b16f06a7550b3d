package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Start;

/**
 * A recipe that needs the term under which its child runs.
 *
 * @param id the id of the child
 * @param body what it runs
 */
record TermStart(String id, TermTask body) implements Start {
    Child start(Term term) throws Exception {
        return ChildSpec.task(id, () -> body.run(term)).start().start();
    }

    @Override
    public Child start() {
        throw new IllegalStateException("The child " + id + " is handed its term, so it can't run by itself."
                + " Give its spec to Highlander.start, or to Highlander.wrap before a supervisor starts it.");
    }
}
