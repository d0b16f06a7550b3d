package dev.highlander.postgres;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Predicate;
import java.util.stream.Collectors;

/**
 * Finds what of all that went wrong in a run is needed for it to end as badly, by delta debugging (Zeller and Hildebrandt,
 * "Simplifying and isolating failure-inducing input", 2002): leaves out parts, halves first, as long as the same violation
 * remains.
 */
final class SimShrinker {
    private SimShrinker() {}

    /**
     * What is left.
     *
     * @param names what is needed, as {@link SimOptions#only} takes it
     * @param outcome the run with nothing else
     * @param before how many things went wrong before
     */
    record Shrunk(Set<String> names, Simulation.Outcome outcome, int before) {
        /** All there is to say about it. */
        String account() {
            String needed = outcome.struck().entrySet().stream()
                    .map(one -> String.format("  %-12s %s", one.getKey(), one.getValue()))
                    .collect(Collectors.joining("\n"));
            String faults = outcome.timeline().stream()
                    .filter(line -> line.contains("!"))
                    .collect(Collectors.joining("\n"));
            return "Seed " + outcome.seed() + ": " + outcome.violation() + ".\nReplay it with"
                    + " -Dtest=SimulationTest -Dsim.seed=" + outcome.seed() + " -Dsim.only=" + String.join(",", names)
                    + "\n\nWhat it takes (" + names.size() + " of " + before + " things that went wrong):\n" + needed
                    + "\n\nWhat went wrong, in order:\n" + faults + "\n\nWhat happened:\n"
                    + String.join("\n", outcome.timeline());
        }
    }

    /** Of a run that ends with a violation. */
    static Shrunk shrink(long seed, SimOptions options) {
        Simulation.Outcome full = Simulation.run(seed, options);
        Map<String, String> all = full.struck();
        Predicate<List<String>> fails = names -> {
            Simulation.Outcome outcome = Simulation.run(seed, options.only(new HashSet<>(names)));
            return Objects.equals(outcome.kindOfViolation(), full.kindOfViolation());
        };
        List<String> needed = smallest(new ArrayList<>(all.keySet()), fails);
        Set<String> names = new TreeSet<>(needed);
        return new Shrunk(names, Simulation.trace(seed, options.only(names)), all.size());
    }

    /** Of {@code all}, which fails, a part that fails and of which nothing can be left out. */
    static List<String> smallest(List<String> all, Predicate<List<String>> fails) {
        List<String> present = all;
        int parts = 2;
        while (present.size() > 1) {
            List<String> smaller = withoutOne(present, parts, fails);
            if (smaller != null) {
                present = smaller;
                parts = Math.max(2, parts - 1);
            } else if (parts < present.size()) {
                parts = Math.min(present.size(), 2 * parts);
            } else {
                return present;
            }
        }
        return present;
    }

    private static List<String> withoutOne(List<String> all, int parts, Predicate<List<String>> fails) {
        for (int i = 0; i < parts; i++) {
            int from = all.size() * i / parts;
            int to = all.size() * (i + 1) / parts;
            List<String> rest = new ArrayList<>(all.subList(0, from));
            rest.addAll(all.subList(to, all.size()));
            if (rest.size() < all.size() && fails.test(rest)) {
                return rest;
            }
        }
        return null;
    }
}
