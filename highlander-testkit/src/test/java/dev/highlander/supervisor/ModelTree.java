package dev.highlander.supervisor;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/**
 * A supervisor as OTP's documentation tells it, in the simplest way there is: one call does all, at once and in order. It
 * shares nothing with the real one but the specs.
 */
final class ModelTree implements ModelChild {
    /** The spec of a child in words of its own. */
    record Spec(
            String id,
            Restart restart,
            boolean significant,
            @Nullable Plan tree) {}

    /** The spec of a tree; without waits if the longest is zero. */
    record Plan(
            Strategy strategy,
            int most,
            long window,
            long firstWait,
            long longestWait,
            AutomaticShutdown automaticShutdown,
            List<Spec> children) {}

    private static final class Entry {
        final Spec spec;

        @Nullable
        ModelChild running;

        boolean waiting;
        long due;
        long upSince;
        int inARow;

        /** Of its first start since it was asked for. */
        String answer = "";

        Entry(Spec spec) {
            this.spec = spec;
        }

        void answer(boolean started) {
            answer = !isAsked() ? answer : started ? "done" : "failed";
        }

        boolean isAsked() {
            return answer.equals("pending");
        }
    }

    private final Plan plan;
    private final ModelWorld world;
    private final @Nullable ModelTree above;
    private final List<Entry> entries = new ArrayList<>();
    private final Deque<Long> restarts = new ArrayDeque<>();
    private Exit.@Nullable Kind end;

    ModelTree(Plan plan, ModelWorld world, @Nullable ModelTree above) {
        this.plan = plan;
        this.world = world;
        this.above = above;
        plan.children().forEach(spec -> entries.add(new Entry(spec)));
    }

    /** False if a child could not be started. */
    boolean start() {
        for (Entry entry : entries) {
            if (!start(entry)) {
                stop();
                end = Exit.Kind.NOT_STARTED;
                return false;
            }
        }
        return true;
    }

    private boolean start(Entry entry) {
        Plan tree = entry.spec.tree();
        if (tree != null) {
            ModelTree child = new ModelTree(tree, world, this);
            if (!child.start()) {
                entry.answer(false);
                return false;
            }
            entry.running = child;
            entry.upSince = world.now();
            entry.answer(true);
            return true;
        }
        if (!world.startSucceeds(entry.spec.id())) {
            entry.answer(false);
            return false;
        }
        entry.running = () -> world.stopped(entry.spec.id());
        entry.upSince = world.now();
        entry.answer(true);
        return true;
    }

    @Override
    public void stop() {
        for (int i = entries.size() - 1; i >= 0; i--) {
            stop(entries.get(i));
        }
        end = Exit.Kind.STOPPED;
    }

    private static void stop(Entry entry) {
        entry.waiting = false;
        ModelChild child = entry.running;
        if (child != null) {
            child.stop();
            entry.running = null;
        }
    }

    /** A child has ended by itself. */
    void ended(String id, Exit.Kind kind) {
        Entry entry = entry(id);
        entry.running = null;
        boolean failure = kind == Exit.Kind.FAILED || kind == Exit.Kind.NOT_STARTED;
        boolean again = switch (entry.spec.restart()) {
            case ALWAYS -> true;
            case ON_FAILURE -> failure;
            case NEVER -> false;
        };
        if (again) {
            if (world.now() - entry.upSince >= plan.longestWait()) {
                entry.inARow = 0;
            }
            restart(entry);
            return;
        }
        if (entry.spec.restart() == Restart.NEVER) {
            entries.remove(entry);
        }
        if (entry.spec.significant() && shutsDown()) {
            finish(Exit.Kind.COMPLETED);
        }
    }

    private boolean shutsDown() {
        return switch (plan.automaticShutdown()) {
            case NEVER -> false;
            case ANY -> true;
            case ALL ->
                entries.stream()
                        .noneMatch(other -> other.spec.significant() && (other.running != null || other.waiting));
        };
    }

    private void restart(Entry first) {
        Entry failed = first;
        while (failed != null) {
            restarts.add(world.now());
            restarts.removeIf(at -> at < world.now() - plan.window());
            if (restarts.size() > plan.most()) {
                finish(Exit.Kind.FAILED);
                return;
            }
            failed = tryAgain(failed);
        }
    }

    /** The one whose start failed. */
    private @Nullable Entry tryAgain(Entry entry) {
        List<Entry> group = groupOf(entry);
        boolean waits = plan.longestWait() > 0;
        long due = waits ? due(entry) : 0;
        for (int i = group.size() - 1; i >= 0; i--) {
            Entry next = group.get(i);
            long before = next.waiting && next != entry ? next.due : 0;
            stop(next);
            if (next.spec.restart() == Restart.NEVER) {
                entries.remove(next);
            } else if (waits) {
                next.waiting = true;
                next.due = Math.max(due, before);
            }
        }
        if (waits) {
            return null;
        }
        for (Entry next : group) {
            if (next.spec.restart() != Restart.NEVER && !start(next)) {
                return next;
            }
        }
        return null;
    }

    private List<Entry> groupOf(Entry entry) {
        return switch (plan.strategy()) {
            case ONE_FOR_ONE -> List.of(entry);
            case ONE_FOR_ALL -> List.copyOf(entries);
            case REST_FOR_ONE -> List.copyOf(entries.subList(entries.indexOf(entry), entries.size()));
        };
    }

    /** Twice as long each time, shortened by up to half; not before those that it needs. */
    private long due(Entry entry) {
        long wait = plan.firstWait();
        for (int i = 0; i < entry.inARow && wait < plan.longestWait(); i++) {
            wait *= 2;
        }
        entry.inARow++;
        wait = (long) (Math.min(wait, plan.longestWait()) * (1 - world.chance() / 2));
        long due = world.now() + wait;
        for (Entry other : entries) {
            boolean needed = plan.strategy() == Strategy.ONE_FOR_ALL
                    || (plan.strategy() == Strategy.REST_FOR_ONE && entries.indexOf(other) < entries.indexOf(entry));
            if (other != entry && other.waiting && needed) {
                due = Math.max(due, other.due);
            }
        }
        return due;
    }

    /** When the next wait is over. */
    long nextDue() {
        long next = Long.MAX_VALUE;
        for (Entry entry : entries) {
            if (entry.waiting) {
                next = Math.min(next, entry.due);
            } else if (entry.running instanceof ModelTree tree) {
                next = Math.min(next, tree.nextDue());
            }
        }
        return next;
    }

    /** Starts what has waited long enough, down the tree. */
    void startTheDue() {
        while (true) {
            Entry next = null;
            for (Entry entry : entries) {
                if (next == null && entry.waiting && entry.due <= world.now()) {
                    next = entry;
                }
            }
            if (next == null) {
                break;
            }
            next.waiting = false;
            if (!start(next)) {
                restart(next);
            }
        }
        for (Entry entry : List.copyOf(entries)) {
            if (entry.running instanceof ModelTree tree && tree.nextDue() <= world.now()) {
                tree.startTheDue();
            }
        }
    }

    private void finish(Exit.Kind kind) {
        stop();
        end = kind;
        if (above != null) {
            above.ended(above.idOf(this), kind);
        }
    }

    private String idOf(ModelTree child) {
        return entries.stream()
                .filter(entry -> entry.running == child)
                .findFirst()
                .orElseThrow()
                .spec
                .id();
    }

    /** The word of the answer. */
    String add(Spec spec) {
        if (end != null) {
            return "refused";
        }
        if (entries.stream().anyMatch(entry -> entry.spec.id().equals(spec.id()))) {
            return "refused";
        }
        Entry entry = new Entry(spec);
        if (!start(entry)) {
            return "failed";
        }
        entries.add(entry);
        return "done";
    }

    String terminate(String id) {
        Entry entry = find(id);
        if (end != null || entry == null) {
            return "refused";
        }
        stop(entry);
        entry.answer = "";
        if (entry.spec.restart() == Restart.NEVER) {
            entries.remove(entry);
        }
        return "done";
    }

    String restartByCall(String id) {
        Entry entry = find(id);
        if (end != null || entry == null || entry.running != null || (entry.waiting && entry.isAsked())) {
            return "refused";
        }
        if (!entry.waiting) {
            return start(entry) ? "done" : "failed";
        }
        for (Entry other : entries) {
            if (other == entry || plan.strategy() != Strategy.ONE_FOR_ONE) {
                other.due = world.now();
            }
        }
        entry.answer = "pending";
        startTheDue();
        return entry.isAsked() && end != null ? "refused" : entry.answer;
    }

    String delete(String id) {
        Entry entry = find(id);
        if (end != null || entry == null || entry.running != null || entry.waiting) {
            return "refused";
        }
        entries.remove(entry);
        return "done";
    }

    private Entry entry(String id) {
        Entry entry = find(id);
        if (entry == null) {
            throw new AssertionError("no " + id);
        }
        return entry;
    }

    private @Nullable Entry find(String id) {
        return entries.stream()
                .filter(entry -> entry.spec.id().equals(id))
                .findFirst()
                .orElse(null);
    }

    /** The tree that a running worker belongs to. */
    @Nullable
    ModelTree ownerOf(String id) {
        for (Entry entry : entries) {
            if (entry.spec.id().equals(id) && entry.running != null) {
                return this;
            }
            if (entry.running instanceof ModelTree tree) {
                ModelTree owner = tree.ownerOf(id);
                if (owner != null) {
                    return owner;
                }
            }
        }
        return null;
    }

    /** All workers that run. */
    List<String> workers() {
        List<String> all = new ArrayList<>();
        for (Entry entry : entries) {
            if (entry.running instanceof ModelTree tree) {
                all.addAll(tree.workers());
            } else if (entry.running != null) {
                all.add(entry.spec.id());
            }
        }
        return all;
    }

    List<String> ids() {
        return entries.stream().map(entry -> entry.spec.id()).toList();
    }

    List<ChildInfo> children() {
        return entries.stream()
                .map(entry -> new ChildInfo(
                        entry.spec.id(),
                        entry.spec.tree() == null ? ChildType.WORKER : ChildType.SUPERVISOR,
                        entry.running != null))
                .toList();
    }

    Exit.@Nullable Kind end() {
        return end;
    }

    /** A tree at random: {@code depth} levels at most. */
    static Plan plan(Random random, String path, int depth) {
        AutomaticShutdown automatic = random.nextInt(3) > 0
                ? AutomaticShutdown.NEVER
                : random.nextBoolean() ? AutomaticShutdown.ANY : AutomaticShutdown.ALL;
        List<Spec> children = new ArrayList<>();
        long firstWait = random.nextInt(3) == 0 ? 1 + random.nextInt(2_000_000_000) : 0;
        int count = random.nextInt(5);
        for (int i = 0; i < count; i++) {
            children.add(spec(random, path + (char) ('a' + i), depth, automatic));
        }
        return new Plan(
                List.of(Strategy.values()).get(random.nextInt(3)),
                random.nextInt(4),
                (1 + random.nextInt(firstWait > 0 ? 20 : 5)) * 1_000_000_000L,
                firstWait,
                firstWait * (1 + random.nextInt(5)),
                automatic,
                children);
    }

    static Spec spec(Random random, String id, int depth, AutomaticShutdown automatic) {
        Restart restart = List.of(Restart.values()).get(random.nextInt(3));
        boolean significant = automatic != AutomaticShutdown.NEVER && restart != Restart.ALWAYS && random.nextBoolean();
        Plan tree = depth > 1 && random.nextInt(3) == 0 ? plan(random, id, depth - 1) : null;
        return new Spec(id, restart, significant, tree);
    }
}
