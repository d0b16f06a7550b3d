package dev.highlander.postgres;

import dev.highlander.postgres.ExploreConfig.Fault;
import dev.highlander.postgres.ExploreConfig.Promise;
import dev.highlander.postgres.ExploreConfig.Way;
import java.util.ArrayList;
import java.util.List;

/**
 * The rules of {@code docs/spec}, each with mistakes that drop it, and how much is to be explored to see two children run
 * because of it. Nodes are explored without a ledger, so rule 7 is the simulation's; rule 8, the certificate, is not built.
 */
final class ExploreMutants {
    private ExploreMutants() {}

    /**
     * A mistake.
     *
     * @param rule the rule that it drops
     * @param mistake its name in {@link SimMutants}
     * @param config what is explored
     */
    record Mutant(int rule, String mistake, ExploreConfig config) {
        @Override
        public String toString() {
            return "rule " + rule + ": " + mistake;
        }
    }

    static List<Mutant> all() {
        ExploreConfig small = ExploreConfig.of(2, 2, 1, 2);
        ExploreConfig clean = ExploreConfig.of(2, 2, 1, 2, Way.AFTER_A_CLEAN_RELEASE);
        ExploreConfig two = ExploreConfig.of(2, 2, 2, 2);
        ExploreConfig twoClean = ExploreConfig.of(2, 2, 2, 2, Way.AFTER_A_CLEAN_RELEASE);
        List<Mutant> all = new ArrayList<>();
        add(
                all,
                1,
                "does not wait for its mark",
                ExploreConfig.of(2, 2, 1, 2, Way.AFTER_A_CLEAN_RELEASE, Way.SLOW_THREADS));
        add(all, 1, "keeps evidence over a reconnect", twoClean);
        add(all, 2, "starts before the reply to run", clean);
        add(all, 3, "releases when the stop begins", small);
        add(all, 3, "says clean of a term that never ran", ExploreConfig.of(2, 2, 2, 2, Way.OTHERS_COME_LATER));
        add(all, 4, "says run and clean of locks it does not hold", twoClean);
        add(all, 5, "starts without a settle", small);
        add(all, 5, "settles for one lease only", ExploreConfig.of(2, 2, 1, 2, Way.SLOW_THREADS));
        add(all, 5, "settles from the sending of the try", small);
        add(all, 5, "carries a settle over to another hold", two);
        add(
                all,
                6,
                "trusts from the reply on",
                ExploreConfig.of(2, 2, 2, 2, Way.SLOW_THREADS)
                        .kinds(Fault.SERVER_ENDS_A_SESSION, Fault.REPLY_TO_A_CHECK_IS_LATE));
        add(all, 6, "starts without a look at the lease", small);
        add(all, 6, "does not look at what a check says", small);
        return all;
    }

    private static void add(List<Mutant> all, int rule, String mistake, ExploreConfig config) {
        SimOptions options = SimMutants.all().get(mistake).options();
        all.add(new Mutant(rule, mistake, config.options(options).only(Promise.ONE_CHILD)));
    }
}
