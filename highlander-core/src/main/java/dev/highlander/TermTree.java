package dev.highlander;

import dev.highlander.supervisor.Child;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.supervisor.Start;
import dev.highlander.supervisor.SupervisorSpec;
import dev.highlander.time.Time;
import java.util.function.Function;

/** A recipe for supervision trees that are made from their term. */
record TermTree(String id, Function<? super Term, SupervisorSpec> tree) implements TermStart {
    @Override
    public Child start(Term term) throws Exception {
        return recipe(term).start();
    }

    @Override
    public Child start(Term term, Time time) throws Exception {
        return recipe(term).start(time);
    }

    private Start recipe(Term term) {
        return ChildSpec.tree(id, tree.apply(term)).start();
    }
}
