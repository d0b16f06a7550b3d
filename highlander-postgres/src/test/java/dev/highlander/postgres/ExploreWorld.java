package dev.highlander.postgres;

import dev.highlander.State;
import dev.highlander.postgres.ExploreConfig.Fault;
import dev.highlander.postgres.ExploreConfig.Promise;
import dev.highlander.postgres.ExploreConfig.Way;
import dev.highlander.postgres.ExploreNode.Talk;
import dev.highlander.postgres.ExploreTable.Kind;
import dev.highlander.postgres.ExploreTable.Step;
import dev.highlander.postgres.ExploreTable.View;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * All that can happen next, in every state of the whole: nodes, of which {@link ExploreTable} knows what they do, a server,
 * and the network between.
 *
 * <p>A node has at most two sessions at the server, each in a slot: the one it uses, and one that it has given up and that
 * the server has not ended yet. A session has at most one request on its way, which is executed at any time if ever; its
 * notifications, in the order of commits; and at most one reply on its way, which brings the notifications before it along.
 *
 * <p>Time goes on when no node has anything left to do that its thread for decisions does at once, unless it is frozen. The
 * network may take for ever.
 */
@SuppressWarnings({"EnumOrdinal", "OperatorPrecedence"}) // states are packed into bits
final class ExploreWorld extends ExploreState {
    /** What happens. */
    enum Move {
        DECIDE,
        TIMER,
        CHILD_ENDS,
        HEAR,
        REPLY,
        HEAR_OF_THE_END,
        CONNECT,
        START,
        THAW,
        EXECUTE,
        END_ABANDONED,
        TICK,
        // Faults, and what is asked of a node.
        END(Fault.SERVER_ENDS_A_SESSION),
        DROP(Fault.LOCKS_DROPPED_IN_A_LIVING_SESSION),
        LOSE(Fault.NODE_LOSES_ITS_SESSION),
        TICK_AND_LATE(Fault.REPLY_TO_A_CHECK_IS_LATE),
        FREEZE(Fault.FREEZE),
        DIE(Fault.PROCESS_DIES),
        QUIT(Fault.CHILD_IS_DONE),
        FAIL(Fault.CHILD_FAILS),
        STEP_DOWN(Fault.STEP_DOWN),
        CLOSE(Fault.CLOSE);

        private final Fault fault;

        Move() {
            this(null);
        }

        Move(Fault fault) {
            this.fault = fault;
        }

        Fault fault() {
            return fault;
        }
    }

    /** Where what comes next is brought. */
    @FunctionalInterface
    interface Next {
        void is(Move move, int who, long[] state, String violation);
    }

    private final ExploreConfig config;
    private final ExploreMessages messages;
    private final ExploreTable table;
    private final boolean[] kinds = new boolean[Fault.values().length];
    private final boolean[] promises = new boolean[Promise.values().length];
    private final boolean guarded;
    private final boolean slow;

    // Of the present move.
    private String violation;
    private int seen;
    private int late = -1;
    private List<String> tracing;
    private boolean takeover;

    ExploreWorld(ExploreConfig config) {
        super(config.nodes());
        this.config = config;
        this.messages = new ExploreMessages(config);
        this.table = new ExploreTable(config, messages);
        this.guarded = config.options().guarded();
        this.slow = config.ways().contains(Way.SLOW_THREADS);
        config.kinds().forEach(kind -> kinds[kind.ordinal()] = true);
        config.promises().forEach(promise -> promises[promise.ordinal()] = true);
    }

    ExploreTable table() {
        return table;
    }

    /** All nodes are connected; nobody knows anything, or everybody has heard of a clean release. */
    long[] first() {
        s = new long[size()];
        late = -1;
        set(global, FAULTS, config.faults());
        for (int node = 0; node < nodes; node++) {
            s[node] = table.first();
            if (node == 0 || !config.ways().contains(Way.OTHERS_COME_LATER)) {
                connect(node, node * SLOTS);
            }
        }
        if (config.ways().contains(Way.AFTER_A_CLEAN_RELEASE)) {
            tell(ExploreMessages.notification(ExploreMessages.IS_CLEAN, ExploreMessages.EARLIER, 0));
        }
        finish();
        return s;
    }

    private View view(int node) {
        return table.view(local(node));
    }

    // What happens next.

    void next(long[] from, Next next) {
        s = from;
        if (isOver()) {
            return;
        }
        boolean pressing = false;
        for (int node = 0; node < nodes; node++) {
            s = from;
            if (!isUp(node)) {
                go(Move.START, node, from, next);
                continue;
            }
            View view = view(node);
            if (isFrozen(node)) {
                go(Move.THAW, node, from, next);
                go(Move.DIE, node, from, next);
                continue;
            }
            pressing |= view.hasWork() || view.timerDue();
            nextOf(node, view, from, next);
        }
        for (int slot = 0; slot < SLOTS * nodes; slot++) {
            s = from;
            if (isAlive(slot)) {
                int request = get(slotWord(slot), UP);
                boolean tries = request == ExploreMessages.TRY;
                boolean stutters = tries && !slow && owner() >= 0 && owner() != slot;
                boolean oneMore = request == ExploreMessages.RUN || tries;
                if (request != 0 && !stutters && !(oneMore && get(global, TOKEN) == config.terms())) {
                    go(Move.EXECUTE, slot, from, next);
                }
                s = from;
                go(isAbandoned(slot) ? Move.END_ABANDONED : Move.END, slot, from, next);
                s = from;
                if (owner() == slot) {
                    go(Move.DROP, slot, from, next);
                }
            }
        }
        if (!pressing) {
            go(Move.TICK, 0, from, next);
            for (int node = 0; node < nodes; node++) {
                s = from;
                if (owner() >= 0 && owner() == current(node) && !isFrozen(node)) {
                    go(Move.TICK_AND_LATE, node, from, next);
                }
            }
        }
    }

    /** Whether the last term's child was started, and there is no other and none to come. */
    private boolean isOver() {
        if (get(global, STARTED) < config.terms()) {
            return false;
        }
        int busy = 0;
        for (int node = 0; node < nodes; node++) {
            busy += isUp(node) && isBusy(node, view(node)) ? 1 : 0;
        }
        return busy <= 1;
    }

    private boolean isBusy(int node, View view) {
        boolean waits = current(node) >= 0 && get(slotWord(current(node)), REPLY) != 0;
        return waits || view.hasWork() || (view.state() != State.STANDBY && view.state() != State.CLOSED);
    }

    private void nextOf(int node, View view, long[] from, Next next) {
        int slot = current(node);
        if (view.hasWork()) {
            go(Move.DECIDE, node, from, next);
        }
        if (view.timerDue()) {
            go(Move.TIMER, node, from, next);
        }
        if (view.child()) {
            go(view.asked() ? Move.CHILD_ENDS : Move.QUIT, node, from, next);
            if (!view.asked()) {
                go(Move.FAIL, node, from, next);
            }
        }
        s = from;
        if (slot >= 0) {
            boolean alive = isAlive(slot);
            if (view.talk() == Talk.LISTENING && s[slotWord(slot) + 1] != 0) {
                go(Move.HEAR, node, from, next);
            }
            s = from;
            if (get(slotWord(slot), REPLY) != 0) {
                go(Move.REPLY, node, from, next);
            }
            go(alive ? Move.LOSE : Move.HEAR_OF_THE_END, node, from, next);
        } else if (view.talk() == Talk.PAUSING) {
            for (int free = node * SLOTS; free < (node + 1) * SLOTS; free++) {
                s = from;
                if (!isAlive(free)) {
                    go(Move.CONNECT, node, from, next);
                    break;
                }
            }
        }
        if (view.child() || view.hasWork()) {
            go(Move.FREEZE, node, from, next);
        }
        go(Move.DIE, node, from, next);
        if (view.state() != State.CLOSED && (slow || view.state() != State.STANDBY)) {
            go(Move.STEP_DOWN, node, from, next);
            go(Move.CLOSE, node, from, next);
        }
    }

    private void go(Move move, int who, long[] from, Next next) {
        s = from;
        if (move.fault != null && (get(global, FAULTS) == 0 || !kinds[move.fault.ordinal()])) {
            return;
        }
        s = Arrays.copyOf(from, from.length);
        violation = null;
        seen = 0;
        takeover = false;
        late = -1;
        if (move.fault != null) {
            set(global, FAULTS, get(global, FAULTS) - 1);
        }
        make(move, who);
        finish();
        judge();
        next.is(move, who, s, violation);
    }

    /** What nodes did in the move that was brought last: bits by {@link ExploreNode.Seen}. */
    int seen() {
        return seen;
    }

    /** Whether in the move that was brought last a child of another term than the first was started. */
    boolean isTakeover() {
        return takeover;
    }

    private void make(Move move, int who) {
        switch (move) {
            case DECIDE -> local(who, ExploreTable.event(Kind.DECIDES, 0));
            case TIMER -> local(who, ExploreTable.event(Kind.TIMER, 0));
            case CHILD_ENDS, QUIT -> local(who, ExploreTable.event(Kind.CHILD_ENDS, 0));
            case FAIL -> local(who, ExploreTable.event(Kind.CHILD_FAILS, 0));
            case STEP_DOWN -> local(who, ExploreTable.event(Kind.STEPS_DOWN, 0));
            case CLOSE -> local(who, ExploreTable.event(Kind.CLOSES, 0));
            case HEAR -> hear(who);
            case REPLY -> reply(who);
            case LOSE, HEAR_OF_THE_END -> local(who, ExploreTable.event(Kind.LOSES_ITS_SESSION, 0));
            case CONNECT -> connect(who, isAlive(who * SLOTS) ? who * SLOTS + 1 : who * SLOTS);
            case START -> s[who] = table.first();
            case FREEZE -> s[who] |= FROZEN;
            case THAW -> {
                s[who] &= ~FROZEN;
                local(who, ExploreTable.event(Kind.THAWS, 0));
            }
            case DIE -> {
                abandon(who);
                s[who] = 0;
            }
            case EXECUTE -> execute(who);
            case END, END_ABANDONED -> end(who);
            case DROP -> set(global, OWNER, 0);
            case TICK, TICK_AND_LATE -> {
                late = move == Move.TICK ? -1 : who;
                for (int node = 0; node < nodes; node++) {
                    if (isUp(node)) {
                        local(node, ExploreTable.event(isFrozen(node) ? Kind.TIME_PASSES_FROZEN : Kind.TIME_PASSES, 0));
                    }
                }
            }
        }
    }

    private void violated(Promise promise, String how) {
        if (violation == null && promises[promise.ordinal()]) {
            violation = how;
        }
    }

    /** A node does something. */
    private void local(int node, int event) {
        Step step = table.step(local(node), event);
        if (tracing != null) {
            table.said(local(node), event).forEach(line -> tracing.add(name(node) + ": " + line));
        }
        seen |= step.seen();
        if (step.broken() == Promise.RELEASE_AFTER_STOP) {
            violated(step.broken(), name(node) + " released the key while its child was alive");
        } else if (step.broken() != null) {
            violated(step.broken(), name(node) + " started a child with too little time left to stop it");
        }
        if (step.startedToken() >= 0) {
            startsBesideAnother(node);
        }
        if (step.hungUp() || step.halted()) {
            abandon(node);
        }
        s[node] = s[node] & ~0xFFFFFFFFL | step.next();
        if (step.halted()) {
            s[node] = 0;
        }
        if (step.startedToken() == Long.MAX_VALUE) {
            takeover |= get(global, STARTED) > 0;
        } else if (step.startedToken() >= 0) {
            int before = get(global, STARTED);
            takeover |= before > 0;
            if (step.startedToken() <= before) {
                violated(Promise.TOKENS_INCREASE, "the token went from " + before + " to " + step.startedToken());
            }
            set(global, STARTED, (int) step.startedToken());
        }
        int slot = current(node);
        if (step.request() != 0 && slot >= 0 && isAlive(slot)) {
            set(slotWord(slot), UP, step.request());
        }
    }

    /** The node's end of its session is closed; what was sent before may still arrive. */
    private void abandon(int node) {
        int slot = current(node);
        if (slot >= 0) {
            set(slotWord(slot), REPLY, 0);
            set(slotWord(slot), TOLD, 0);
            s[slotWord(slot) + 1] = 0;
            setCurrent(node, -1);
        }
    }

    private void connect(int node, int slot) {
        s[slotWord(slot)] = ALIVE;
        s[slotWord(slot) + 1] = 0;
        setCurrent(node, slot);
        local(node, ExploreTable.event(Kind.CONNECTED, slot % SLOTS));
    }

    /** The first notifications that wait for a session, at most so many. */
    private List<Integer> take(int slot, int most) {
        List<Integer> came = new ArrayList<>();
        int word = slotWord(slot) + 1;
        while (came.size() < most && s[word] != 0) {
            came.add(turned((int) s[word] & 0xFF, slot / SLOTS));
            s[word] >>>= 8;
        }
        set(slotWord(slot), TOLD, Math.max(0, get(slotWord(slot), TOLD) - came.size()));
        return came;
    }

    private void reply(int node) {
        int slot = current(node);
        int reply = get(slotWord(slot), REPLY);
        List<Integer> came = take(slot, get(slotWord(slot), TOLD));
        set(slotWord(slot), REPLY, 0);
        local(node, ExploreTable.event(Kind.REPLIED, table.packet(came, reply)));
    }

    /**
     * What is done at once, since its delay is the same as a delay of what comes before or after it: checks (a late reply to
     * one is a fault), marks and unlocks are answered, notifications are heard, and decisions are made.
     */
    private void finish() {
        for (boolean again = true; again; ) {
            again = false;
            for (int node = 0; node < nodes; node++) {
                again |= isUp(node) && !isFrozen(node) && finish(node);
            }
        }
    }

    private boolean finish(int node) {
        View view = view(node);
        if (!slow && view.hasWork()) {
            local(node, ExploreTable.event(Kind.DECIDES, 0));
            return true;
        }
        if (!slow && view.timerDue()) {
            local(node, ExploreTable.event(Kind.TIMER, 0));
            return true;
        }
        int slot = current(node);
        if (slot < 0) {
            return false;
        }
        int request = get(slotWord(slot), UP);
        boolean beats = request == ExploreMessages.BEAT_WITH || request == ExploreMessages.BEAT_WITHOUT;
        if (isAlive(slot) && (beats || request == ExploreMessages.MARK || request == ExploreMessages.UNLOCK)) {
            execute(slot);
            if (!beats || node != late) {
                reply(node);
            }
            return true;
        }
        if (!slow && view.talk() == Talk.LISTENING && s[slotWord(slot) + 1] != 0) {
            hear(node);
            return true;
        }
        return false;
    }

    private void hear(int node) {
        local(node, ExploreTable.event(Kind.HEARD, table.packet(take(current(node), 8), 0)));
    }

    // The server.

    private void execute(int slot) {
        int word = slotWord(slot);
        int request = get(word, UP);
        boolean holds = owner() == slot;
        boolean done = holds || !guarded;
        set(word, UP, 0);
        if (request == ExploreMessages.TRY) {
            if (holds) {
                violated(Promise.ONE_CHILD, "a session took a lock that it had");
            }
            if (owner() < 0) {
                set(global, OWNER, slot + 1);
            }
            answer(slot, holds || owner() == slot ? ExploreMessages.GOT : ExploreMessages.NOT_GOT, false);
        } else if (request == ExploreMessages.MARK) {
            if (!isAbandoned(slot)) {
                append(slot, ExploreMessages.notification(ExploreMessages.MARKS, slot, 0));
            }
            answer(slot, ExploreMessages.GOOD, true);
        } else if (request == ExploreMessages.RUN) {
            if (done) {
                run(slot);
            } else {
                answer(slot, ExploreMessages.RAN_NOTHING, true);
            }
        } else if (request == ExploreMessages.UNLOCK) {
            releases(slot);
            if (holds) {
                set(global, OWNER, 0);
            }
            answer(slot, done ? ExploreMessages.DID : ExploreMessages.DID_NOT, true);
        } else if (ExploreMessages.isClean(request)) {
            releases(slot);
            if (done) {
                int token = ExploreMessages.tokenOf(request);
                tell(ExploreMessages.notification(ExploreMessages.IS_CLEAN, slot, token));
            }
            answer(slot, done ? ExploreMessages.DID : ExploreMessages.DID_NOT, true);
        } else {
            boolean good = holds == (request == ExploreMessages.BEAT_WITH);
            answer(slot, good ? ExploreMessages.GOOD : ExploreMessages.BAD, false);
        }
    }

    private void run(int slot) {
        int token = get(global, TOKEN) + 1;
        set(global, TOKEN, token);
        for (int node = 0; node < nodes; node++) {
            boolean down = !isUp(node)
                    || !view(node).child()
                    || (isFrozen(node) && view(node).overdue());
            if (!down && node != slot / SLOTS) {
                violated(
                        Promise.EARLIER_CHILDREN_DOWN_AT_RUN,
                        "run " + token + " was said while the child on " + name(node) + " was not down");
            }
        }
        tell(ExploreMessages.notification(ExploreMessages.RUNS, slot, token));
        answer(slot, ExploreMessages.ran(token), true);
    }

    private void releases(int slot) {
        int node = slot / SLOTS;
        if (!isAbandoned(slot) && isUp(node) && view(node).child()) {
            violated(
                    Promise.RELEASE_AFTER_STOP, "the key was released while the child on " + name(node) + " was alive");
        }
    }

    /** What is told comes with the notifications before it. */
    private void answer(int slot, int reply, boolean told) {
        if (isAbandoned(slot)) {
            return;
        }
        if (reply == ExploreMessages.NOT_GOT && !isFrozen(slot / SLOTS)) {
            // At once: a try that was not granted could as well have been sent later.
            local(slot / SLOTS, ExploreTable.event(Kind.REPLIED, table.packet(List.of(), reply)));
            return;
        }
        set(slotWord(slot), REPLY, reply);
        set(slotWord(slot), TOLD, told ? waiting(slot) : 0);
    }

    private void tell(int notification) {
        for (int slot = 0; slot < SLOTS * nodes; slot++) {
            if (isAlive(slot) && !isAbandoned(slot)) {
                append(slot, notification);
            }
        }
    }

    private void append(int slot, int notification) {
        int word = slotWord(slot) + 1;
        int kept = get(slotWord(slot), TOLD);
        int waiting = waiting(slot);
        if ((notification & 3) == ExploreMessages.RUNS) {
            // What waits is heard all at once, and after a run it makes no difference what was said before it.
            while (waiting > kept && (s[word] >>> 8 * (waiting - 1) & 3) != ExploreMessages.MARKS) {
                waiting--;
                s[word] &= ~(0xFFL << 8 * waiting);
            }
        }
        if (waiting == 8) {
            throw new IllegalStateException("More than 8 notifications wait for a session: allow for more.");
        }
        s[word] |= (long) notification << 8 * waiting;
    }

    private void end(int slot) {
        int word = slotWord(slot);
        s[word] &= ~ALIVE;
        set(word, UP, 0);
        if (owner() == slot) {
            set(global, OWNER, 0);
        }
        if (isAbandoned(slot)) {
            s[word] = 0;
            s[word + 1] = 0;
        }
    }

    // What must hold.

    /** Even one that is ended in the same step. */
    private void startsBesideAnother(int node) {
        for (int other = 0; other < nodes; other++) {
            if (other != node && isUp(other) && !isFrozen(other) && view(other).child()) {
                violated(Promise.ONE_CHILD, "two run: on " + name(other) + " and on " + name(node));
            }
        }
    }

    private void judge() {
        int active = -1;
        for (int node = 0; node < nodes; node++) {
            if (!isUp(node) || isFrozen(node) || !view(node).child()) {
                continue;
            }
            if (view(node).overdue()) {
                violated(Promise.NO_CHILD_BEYOND_ITS_LEASE, "the child on " + name(node) + " outlives its lease");
            }
            if (active >= 0) {
                violated(Promise.ONE_CHILD, "two run: on " + name(active) + " and on " + name(node));
            }
            active = node;
        }
    }

    // In words.

    private static String name(int node) {
        return "node-" + (node + 1);
    }

    private static String session(int slot) {
        return name(slot / SLOTS) + "/" + ExploreMessages.pid(slot);
    }

    /** Lines for the timeline: the move from that state, and what the nodes say of it. */
    List<String> describe(long[] from, Move move, int who) {
        List<String> lines = new ArrayList<>();
        tracing = new ArrayList<>();
        go(move, who, from, (m, w, state, broken) -> {});
        List<String> said = tracing;
        tracing = null;
        s = from;
        switch (move) {
            case EXECUTE -> {
                int request = get(slotWord(who), UP);
                lines.add("server: executes " + ExploreMessages.requestText(request) + " of " + session(who)
                        + (isAbandoned(who) ? ", which nobody waits for any more" : ""));
            }
            case END, END_ABANDONED ->
                lines.add((move == Move.END ? "! " : "") + "server: ends session " + session(who)
                        + (owner() == who ? ", which has the lock" : ""));
            case DROP -> lines.add("! server: the lock of " + session(who) + " is gone, the session lives on");
            case TICK -> lines.add("");
            case TICK_AND_LATE -> lines.add("! the reply to the check of " + name(who) + " is late");
            case REPLY -> {
                int slot = current(who);
                lines.add(name(who) + ": gets the reply: " + ExploreMessages.replyText(get(slotWord(slot), REPLY)));
            }
            case HEAR -> lines.add(name(who) + ": hears " + waitingText(current(who)));
            case DECIDE -> lines.add(name(who) + ": decides");
            case TIMER -> lines.add(name(who) + ": its time has come");
            case CHILD_ENDS -> lines.add(name(who) + ": its child ends as it was asked to");
            case QUIT -> lines.add("! " + name(who) + ": its child is done");
            case FAIL -> lines.add("! " + name(who) + ": its child fails");
            case HEAR_OF_THE_END -> lines.add(name(who) + ": hears that its session has ended");
            case CONNECT -> lines.add(name(who) + ": connects");
            case START -> lines.add(name(who) + ": a process starts");
            case THAW -> lines.add(name(who) + ": goes on");
            case LOSE -> lines.add("! " + name(who) + ": loses its session");
            case FREEZE -> lines.add("! " + name(who) + ": FROZEN");
            case DIE -> lines.add("! " + name(who) + ": the process dies");
            case STEP_DOWN -> lines.add("! " + name(who) + ": is asked to step down");
            case CLOSE -> lines.add("! " + name(who) + ": is closed");
        }
        said.forEach(line -> lines.add("  " + line));
        return lines;
    }

    private String waitingText(int slot) {
        List<String> texts = new ArrayList<>();
        for (long left = s[slotWord(slot) + 1]; left != 0; left >>>= 8) {
            texts.add(messages.text((int) left & 0xFF));
        }
        return String.join(", ", texts);
    }
}
