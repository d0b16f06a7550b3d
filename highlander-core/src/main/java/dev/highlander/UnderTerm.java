package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.Start;

/**
 * A recipe for a child that is handed its term, in the place of one for a child that is not.
 *
 * @param id the id of the child
 * @param recipe how it is started
 */
record UnderTerm(String id, TermStart recipe) implements Start {
    @Override
    public boolean isHandedTerm() {
        return true;
    }

    @Override
    public Child start() {
        throw new IllegalStateException("The child " + id + " is handed its term, so it can't run by itself."
                + " Give its spec to Highlander.start, or to Highlander.wrap before a supervisor starts it.");
    }
}
