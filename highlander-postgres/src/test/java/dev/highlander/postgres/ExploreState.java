package dev.highlander.postgres;

/**
 * A state of the whole in a few words, and how to read them: for each node a word, with the number of its state in {@link
 * ExploreTable}; for each session's slot two, the second with the notifications that wait for it; and one for the rest.
 */
@SuppressWarnings("OperatorPrecedence") // states are packed into bits
abstract class ExploreState {
    /** How many sessions of a node there may be at the server at a time. */
    static final int SLOTS = 2;

    static final long FROZEN = 1L << 32;
    private static final int CURRENT = 33;
    static final long ALIVE = 1;
    /** The request on its way up. */
    static final int UP = 8;
    /** The reply on its way down. */
    static final int REPLY = 16;
    /** How many notifications come with that reply. */
    static final int TOLD = 24;
    /** The slot of the session that has the lock, and one. */
    static final int OWNER = 0;
    /** How many faults may still happen. */
    static final int FAULTS = 8;
    /** The token of the last term that was announced. */
    static final int TOKEN = 16;
    /** The greatest token of a child that was started. */
    static final int STARTED = 24;

    final int nodes;
    final int global;
    long[] s;

    ExploreState(int nodes) {
        this.nodes = nodes;
        this.global = nodes + 2 * SLOTS * nodes;
    }

    int size() {
        return global + 1;
    }

    int get(int word, int shift) {
        return (int) (s[word] >>> shift) & 0xFF;
    }

    void set(int word, int shift, int value) {
        s[word] = s[word] & ~(0xFFL << shift) | (long) value << shift;
    }

    int slotWord(int slot) {
        return nodes + 2 * slot;
    }

    int local(int node) {
        return (int) s[node];
    }

    boolean isUp(int node) {
        return local(node) != 0;
    }

    boolean isFrozen(int node) {
        return (s[node] & FROZEN) != 0;
    }

    /** The slot of the session that a node uses, or -1. */
    int current(int node) {
        return (int) (s[node] >>> CURRENT) - 1;
    }

    void setCurrent(int node, int slot) {
        s[node] = s[node] & (1L << CURRENT) - 1 | (long) (slot + 1) << CURRENT;
    }

    boolean isAlive(int slot) {
        return (s[slotWord(slot)] & ALIVE) != 0;
    }

    boolean isAbandoned(int slot) {
        return current(slot / SLOTS) != slot;
    }

    int owner() {
        return get(global, OWNER) - 1;
    }

    /** How many notifications wait for a session. */
    int waiting(int slot) {
        return (71 - Long.numberOfLeadingZeros(s[slotWord(slot) + 1])) / 8;
    }

    /** A notification as it is where nodes are counted from that one on: all nodes are alike, whichever comes first. */
    int turned(int notification, int first) {
        int sender = notification >> 2 & 7;
        if (sender == ExploreMessages.EARLIER) {
            return notification;
        }
        int turned = (sender + SLOTS * (nodes - first)) % (SLOTS * nodes);
        return notification & ~(7 << 2) | turned << 2;
    }

    /** The state as it is where nodes are counted from that one on. */
    long[] turned(long[] state, int first) {
        long[] to = new long[state.length];
        for (int node = 0; node < nodes; node++) {
            int from = (node + first) % nodes;
            long word = state[from];
            long slot = word >>> CURRENT;
            long away = SLOTS * (long) (from - node);
            to[node] = slot == 0 ? word : word & (1L << CURRENT) - 1 | (slot - away) << CURRENT;
            for (int i = 0; i < SLOTS; i++) {
                int a = nodes + 2 * (node * SLOTS + i);
                int b = nodes + 2 * (from * SLOTS + i);
                to[a] = state[b];
                long queue = state[b + 1];
                for (int shift = 0; queue >>> shift != 0 && shift < 64; shift += 8) {
                    to[a + 1] |= (long) turned((int) (queue >>> shift) & 0xFF, first) << shift;
                }
            }
        }
        int owner = (int) state[global] & 0xFF;
        int turned = owner == 0 ? 0 : (owner - 1 + SLOTS * (nodes - first)) % (SLOTS * nodes) + 1;
        to[global] = state[global] & ~0xFFL | turned;
        return to;
    }
}
