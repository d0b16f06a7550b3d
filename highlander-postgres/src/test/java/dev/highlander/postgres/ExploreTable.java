package dev.highlander.postgres;

import dev.highlander.State;
import dev.highlander.postgres.ExploreConfig.Promise;
import dev.highlander.postgres.ExploreNode.Seen;
import dev.highlander.postgres.ExploreNode.Talk;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * What a node does, as a table from its states and what happens to the states that follow, which the real classes fill.
 *
 * <p>A node is never copied: where it has to be moved on from a state, a new one goes through the shortest history that led
 * there. What happened is in the table from then on, however many states of the whole world it occurs in. Where two ways
 * lead to one state, both are gone, and must go on alike.
 */
@SuppressWarnings({"EnumOrdinal", "OperatorPrecedence", "ArrayRecordComponent"}) // states are packed into bits
final class ExploreTable {
    /** What can happen to a node. */
    enum Kind {
        CONNECTED,
        REPLIED,
        HEARD,
        LOSES_ITS_SESSION,
        DECIDES,
        TIMER,
        TIME_PASSES,
        TIME_PASSES_FROZEN,
        THAWS,
        CHILD_ENDS,
        CHILD_FAILS,
        STEPS_DOWN,
        CLOSES
    }

    /** What came of it. */
    record Step(int next, boolean hungUp, boolean halted, int request, long startedToken, Promise broken, int seen) {}

    /** What is to be seen of a node in a state. */
    record View(
            Talk talk, State state, boolean child, boolean asked, boolean overdue, boolean hasWork, boolean timerDue) {}

    private record Image(byte[] bytes, int hash) {
        @Override
        public boolean equals(Object other) {
            return other instanceof Image image && Arrays.equals(bytes, image.bytes);
        }

        @Override
        public int hashCode() {
            return hash;
        }
    }

    /** Notifications that come with a reply, or without one. */
    private record Packet(List<Integer> came, int reply) {}

    private final ExploreConfig config;
    private final ExploreMessages messages;
    private final Map<Image, Integer> numbers = new HashMap<>();
    private final List<View> views = new ArrayList<>();
    private final List<int[]> histories = new ArrayList<>(); // the state before, and what happened then
    private final List<int[]> otherHistories = new ArrayList<>(); // another way to the same state, if one is known
    private final Map<Packet, Integer> packetNumbers = new HashMap<>();
    private final List<Packet> packets = new ArrayList<>();
    private final List<Step> steps = new ArrayList<>();
    private long[] keys = new long[1 << 16];
    private int[] values = new int[1 << 16];

    ExploreTable(ExploreConfig config, ExploreMessages messages) {
        this.config = config;
        this.messages = messages;
        histories.add(null);
        otherHistories.add(null);
        views.add(null); // 0: no process
        number(new ExploreNode(config), 0, 0);
    }

    /** A process that has just begun. */
    int first() {
        return 1;
    }

    int states() {
        return views.size() - 1;
    }

    int entries() {
        return steps.size();
    }

    View view(int state) {
        return views.get(state);
    }

    static int event(Kind kind, int argument) {
        return kind.ordinal() | argument << 8;
    }

    int packet(List<Integer> came, int reply) {
        Packet packet = new Packet(came, reply);
        Integer known = packetNumbers.get(packet);
        if (known == null) {
            known = packets.size();
            packets.add(packet);
            packetNumbers.put(packet, known);
        }
        return known;
    }

    Step step(int state, int event) {
        long key = (long) state << 32 | event;
        int at = place(key);
        if (keys[at] == key) {
            return steps.get(values[at]);
        }
        Step step = after(recreate(state), state, event);
        int[] other = otherHistories.get(state);
        if (other != null) {
            ExploreNode sameNode = recreate(other[0]);
            apply(sameNode, other[1]);
            Step same = after(sameNode, state, event);
            if (!same.equals(step)) {
                throw new AssertionError("Two nodes that look the same do different things: " + step + " and " + same
                        + ". Something is missing in ExploreImage.");
            }
        }
        put(at, key, steps.size());
        steps.add(step);
        return step;
    }

    private Step after(ExploreNode node, int state, int event) {
        apply(node, event);
        int seen = 0;
        for (Seen one : node.seen()) {
            seen |= 1 << one.ordinal();
        }
        return new Step(
                node.isHalted() ? 0 : number(node, state, event),
                node.hungUp(),
                node.isHalted(),
                node.sends() == null ? 0 : messages.numberOf(node.sends()),
                node.startedToken(),
                node.broken(),
                seen);
    }

    /** What the node says of itself on the way. */
    List<String> said(int state, int event) {
        ExploreNode node = recreate(state);
        apply(node, event);
        return List.copyOf(node.said());
    }

    private ExploreNode recreate(int state) {
        int length = 0;
        for (int s = state; s != first(); s = histories.get(s)[0]) {
            length++;
        }
        int[] events = new int[length];
        for (int s = state; s != first(); s = histories.get(s)[0]) {
            events[--length] = histories.get(s)[1];
        }
        ExploreNode node = new ExploreNode(config);
        for (int event : events) {
            apply(node, event);
        }
        return node;
    }

    private void apply(ExploreNode node, int event) {
        node.begin();
        int argument = event >>> 8;
        switch (Kind.values()[event & 0xFF]) {
            case CONNECTED -> node.connected(ExploreMessages.pid(argument));
            case REPLIED -> {
                Packet packet = packets.get(argument);
                node.replied(messages.reply(packet.reply), messages.notifications(packet.came, node));
            }
            case HEARD -> node.heard(messages.notifications(packets.get(argument).came, node));
            case LOSES_ITS_SESSION -> node.losesItsSession();
            case DECIDES -> node.decides();
            case TIMER -> node.timer();
            case TIME_PASSES -> node.timePasses(false);
            case TIME_PASSES_FROZEN -> node.timePasses(true);
            case THAWS -> node.thaws();
            case CHILD_ENDS -> node.childEnds();
            case CHILD_FAILS -> node.childFails();
            case STEPS_DOWN -> node.stepsDown();
            case CLOSES -> node.closes();
        }
    }

    private int number(ExploreNode node, int before, int event) {
        byte[] bytes = ExploreImage.of(node, config);
        Image image = new Image(bytes, Arrays.hashCode(bytes));
        Integer known = numbers.get(image);
        if (known != null) {
            int[] first = histories.get(known);
            if (first != null && (first[0] != before || first[1] != event)) {
                otherHistories.set(known, new int[] {before, event});
            }
            return known;
        }
        int number = views.size();
        numbers.put(image, number);
        histories.add(before == 0 ? null : new int[] {before, event});
        otherHistories.add(null);
        views.add(new View(
                node.talk(),
                node.state(),
                node.hasChild(),
                node.wasAskedToStop(),
                node.isOverdue(),
                node.hasWork(),
                node.isTimerDue()));
        return number;
    }

    private int place(long key) {
        int mask = keys.length - 1;
        int at = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
        while (keys[at] != 0 && keys[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }

    private void put(int at, long key, int value) {
        keys[at] = key;
        values[at] = value;
        if (steps.size() * 2 > keys.length) {
            long[] oldKeys = keys;
            int[] oldValues = values;
            keys = new long[2 * oldKeys.length];
            values = new int[2 * oldKeys.length];
            for (int i = 0; i < oldKeys.length; i++) {
                if (oldKeys[i] != 0) {
                    int to = place(oldKeys[i]);
                    keys[to] = oldKeys[i];
                    values[to] = oldValues[i];
                }
            }
        }
    }
}
