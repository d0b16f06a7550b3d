package dev.highlander.postgres;

import dev.highlander.lock.Lease;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.SimOptions.Beyond;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.postgres.SimPacket.Mishap;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Consumer;

/**
 * A server as far as locks and notifications go: sessions with the numbers of backends, which are used again; advisory
 * locks, which stack; notifications in the order of commits, delivered late; statements as one step; idle timeouts by a
 * clock that somebody may set. It may end any session at any time, go down with or without an order, and be replaced by a
 * standby that has not heard of its latest transactions.
 */
final class SimServer {
    static final Namespace NAMESPACE = Namespace.DEFAULT;

    private static final LedgerTable TABLE = new LedgerTable("sim", "ledger");

    /** Who looks on. */
    interface Watcher {
        /** A statement was done; what is to become of its reply. */
        Mishap executed(Backend session, Request request);

        /** A term was announced. */
        void announced(Backend session, LockId lock);

        /** A lock was given back, or said to be clean. */
        void givenBack(Backend session, LockId lock);

        /** A session has taken a lock that it held already. */
        void takenTwice(Backend session, LockId lock);
    }

    /** The server that is in charge: what a promotion replaces. */
    private static final class Primary {
        private final Lineage lineage;
        private final Map<Integer, Backend> sessions = new TreeMap<>();
        private final Map<LockId, Backend> owners = new HashMap<>();
        private SimLedger ledger;
        private long lastTransaction;
        private long flushed;

        Primary(Lineage lineage, long lastTransaction, SimLedger ledger) {
            this.lineage = lineage;
            this.ledger = ledger;
            this.lastTransaction = lastTransaction;
            this.flushed = lastTransaction;
        }

        void flush(long transaction) {
            flushed = Math.max(flushed, Math.min(transaction, lastTransaction));
        }
    }

    private enum Phase {
        UP,
        DOWN,
        STANDBY
    }

    private final SimWorld world;
    private final SimWeather weather;
    private final SimChance chance;
    private final Lease lease;
    private final SimOptions options;
    private Watcher watcher;
    private Primary primary = new Primary(new Lineage(1, 1), 0, new SimLedger());
    private Phase phase = Phase.UP;
    private long upAt;
    private long clockAhead;
    private long connections;

    SimServer(SimWorld world, SimWeather weather, Lease lease, SimOptions options) {
        this.world = world;
        this.weather = weather;
        this.chance = world.chances("server", 0);
        this.lease = lease;
        this.options = options;
    }

    void watchedBy(Watcher who) {
        watcher = who;
    }

    /** One session. */
    final class Backend {
        private final Primary home;
        private final int pid;
        private final String node;
        private final SimMember member;
        private final Consumer<SimPacket> toNode;
        private final SimChance own;
        private final Map<LockId, Integer> locks = new LinkedHashMap<>();
        private final Map<LockId, Long> earlyTokens = new HashMap<>();
        private final ArrayDeque<Wire.Notification> undelivered = new ArrayDeque<>();
        private Mishap next = Mishap.NONE;
        private boolean alive = true;
        private boolean isSeen = true;
        private boolean listening;
        private boolean waking;
        private long idleSince = clock();
        private long lastRequestAt = world.now();

        private Backend(Primary home, int pid, String node, SimMember member, Consumer<SimPacket> toNode) {
            this.home = home;
            this.pid = pid;
            this.node = node;
            this.member = member;
            this.toNode = toNode;
            this.own = world.chances("session " + node, ++connections);
        }

        /** Executes a statement, sent at {@code asked}; one of a node that has hung up since is executed all the same. */
        void execute(Request request, long asked) {
            if (!alive) {
                return;
            }
            idleSince = clock();
            lastRequestAt = world.now();
            Mishap mishap = next;
            Reply reply = answer(request, mishap == Mishap.ERROR && own.chance(0.5));
            if (world.isTracing() && !(request instanceof Request.Beat)) {
                world.say(
                        "server",
                        node + "/" + pid + " " + SimText.of(request) + " -> "
                                + (mishap == Mishap.NONE ? SimText.of(reply) : mishap));
            }
            Mishap worse = watcher.executed(this, request);
            next = Mishap.NONE;
            boolean told = !(request instanceof Request.Beat) && !(request instanceof Request.Try);
            toNode.accept(SimPacket.reply(
                    told ? takeUndelivered() : List.of(), reply, worse == Mishap.NONE ? mishap : worse, asked));
        }

        private Reply answer(Request request, boolean halfway) {
            if (request instanceof Request.Try attempt) {
                Set<LockId> got = new LinkedHashSet<>();
                for (LockId lock : attempt.locks()) {
                    earlyTokens.computeIfAbsent(lock, unused -> home.lastTransaction + 1);
                    if (lock(lock)) {
                        got.add(lock);
                    }
                    if (halfway) {
                        break; // the locks that it took it keeps
                    }
                }
                return new Reply.Got(got, true);
            }
            if (halfway) {
                return new Reply.Checked(false); // rolled back
            }
            if (request instanceof Request.Mark mark) {
                commit("mark " + mark.nonce());
                return member.ledger()
                        ? new Reply.Read(home.ledger.view(home.lineage, mark.locks()))
                        : new Reply.Checked(true);
            }
            if (request instanceof Request.Run run) {
                return run(run);
            }
            if (request instanceof Request.Beat beat) {
                return new Reply.Checked(beat.digest().equals(digest()));
            }
            if (request instanceof Request.Open) {
                home.ledger.open(written());
                return new Reply.Checked(true);
            }
            Set<LockId> did = new LinkedHashSet<>();
            if (request instanceof Request.Clean clean) {
                long transaction = member.ledger() ? written() : 0;
                for (Request.Term term : clean.terms()) {
                    boolean may = holds(term.lock()) || !options.guarded();
                    if (may && (!member.ledger() || clean(transaction, term))) {
                        watcher.givenBack(this, term.lock());
                        commit("clean " + term.lock().wire() + " " + term.token());
                        did.add(term.lock());
                    }
                }
                return new Reply.Did(did);
            }
            for (LockId lock : ((Request.Unlock) request).locks()) {
                if (unlock(lock) || !options.guarded()) {
                    did.add(lock);
                }
                commit("free " + lock.wire());
            }
            return new Reply.Did(did);
        }

        private Reply run(Request.Run run) {
            long transaction = ++home.lastTransaction;
            boolean lazily = options.mistake() == Mistake.TOKEN_OF_A_BARE_TRANSACTION;
            if (lazily) { // as the log's writer does, some time after the reply
                world.at(world.now() + 200 * SimWorld.MILLI, () -> home.flush(transaction));
            } else {
                home.flush(transaction);
            }
            Map<LockId, Long> tokens = new HashMap<>();
            for (LockId lock : run.locks()) {
                if (holds(lock) || !options.guarded()) {
                    long token = tokenOf(lock, transaction);
                    watcher.announced(this, lock);
                    if (member.ledger()) {
                        write(lock, token, transaction);
                    }
                    commit("run " + lock.wire() + " " + token + " "
                            + member.lease().length().toMillis());
                    tokens.put(lock, token);
                }
            }
            return new Reply.Ran(tokens);
        }

        /** The number of a transaction that writes, and is flushed with its commit. */
        private long written() {
            home.flush(++home.lastTransaction);
            return home.lastTransaction;
        }

        private boolean clean(long transaction, Request.Term term) {
            boolean any = options.mistake() == Mistake.CLEAN_OF_WHATEVER_TERM_IS_LAST;
            long token = any ? home.ledger.lastToken(term.lock()) : term.token();
            return home.ledger.clean(transaction, term.lock(), token) || any;
        }

        private void write(LockId lock, long token, long transaction) {
            if (options.mistake() == Mistake.ROW_IN_A_TRANSACTION_OF_ITS_OWN) {
                world.at(world.now() + own.upTo(20 * SimWorld.MILLI), () -> {
                    if (alive) {
                        home.ledger.run(written(), lock, token, member.lease(), home.lineage);
                    }
                });
            } else {
                home.ledger.run(transaction, lock, token, member.lease(), home.lineage);
            }
        }

        private long tokenOf(LockId lock, long transaction) {
            if (member.ledger() && options.mistake() != Mistake.TOKEN_WITHOUT_ITS_EPOCH) {
                return home.ledger.token(lock, transaction);
            }
            return switch (options.mistake()) {
                case TOKEN_WITHOUT_ITS_TIMELINE -> transaction;
                case TOKEN_FROM_BEFORE_THE_GRANT -> earlyTokens.remove(lock);
                default -> ((home.lineage.timeline() - 1) << 44) | transaction;
            };
        }

        private boolean holds(LockId lock) {
            return home.owners.get(lock) == this;
        }

        private boolean lock(LockId lock) {
            Backend owner = home.owners.putIfAbsent(lock, this);
            if (owner == this) {
                watcher.takenTwice(this, lock);
            }
            if (owner == null || owner == this) {
                locks.merge(lock, 1, Integer::sum);
            }
            return owner == null || owner == this;
        }

        private boolean unlock(LockId lock) {
            Integer depth = locks.get(lock);
            if (depth == null) {
                return false;
            }
            watcher.givenBack(this, lock);
            if (depth > 1) {
                locks.put(lock, depth - 1);
            } else {
                locks.remove(lock);
                home.owners.remove(lock);
            }
            return true;
        }

        private String digest() {
            TreeSet<LockId> all = new TreeSet<>(LockId.SERVER_ORDER);
            all.addAll(locks.keySet());
            if (isSeen) {
                all.add(member.leaseLock());
            }
            return Digest.of(all);
        }

        private void commit(String payload) {
            Wire.Notification notification = new Wire.Notification(pid, payload);
            for (Backend listener : home.sessions.values()) {
                if (listener.listening) {
                    listener.undelivered.add(notification);
                    if (listener != this) {
                        listener.wakeSoon();
                    }
                }
            }
        }

        private void wakeSoon() {
            if (!waking) {
                waking = true;
                world.at(world.now() + weather.lag(own), () -> {
                    waking = false;
                    if (alive && !undelivered.isEmpty()) {
                        toNode.accept(SimPacket.notifications(takeUndelivered()));
                    }
                });
            }
        }

        private List<Wire.Notification> takeUndelivered() {
            List<Wire.Notification> all = List.copyOf(undelivered);
            undelivered.clear();
            return all;
        }

        boolean isAlive() {
            return alive;
        }

        boolean holdsAny() {
            return !locks.isEmpty();
        }

        String node() {
            return node;
        }

        /** The next statement's reply is spoiled. */
        void spoilNext(Mishap how) {
            next = how;
        }

        /** The session is over, its locks are free at once; its node hears of it when the network likes. */
        void end(String why) {
            if (!alive) {
                return;
            }
            alive = false;
            home.sessions.remove(pid);
            locks.keySet().forEach(home.owners::remove);
            if (world.isTracing()) {
                String what = node + "/" + pid + (locks.isEmpty() ? "" : ", with locks") + ": " + why;
                world.fault("server", "ends the session " + what);
            }
            locks.clear();
            toNode.accept(SimPacket.goodBye());
        }

        /** As if by {@code pg_advisory_unlock_all()}, or {@code DISCARD ALL}, which ends the listening too. */
        void dropLocks(boolean deafToo) {
            locks.keySet().forEach(home.owners::remove);
            locks.clear();
            isSeen &= !options.kept().everKeeps();
            listening &= !deafToo;
        }

        /** As if by {@code UNLISTEN *}. */
        void deafen() {
            listening = false;
        }

        private boolean isIdle() {
            return clock() >= idleSince + timeout();
        }

        private long timeout() {
            return member.lease().nanos() * 11 / 10;
        }

        private void endWhenIdle() {
            world.at(world.now() + Math.max(1, idleSince + timeout() - clock()), () -> {
                if (!alive) {
                    return;
                }
                if (!isIdle()) {
                    endWhenIdle();
                } else if (weather.serverNoticesSilence()) {
                    end("idle for too long");
                } else {
                    world.at(world.now() + member.lease().nanos() / 4, this::endWhenIdle);
                }
            });
        }
    }

    private long clock() {
        return world.now() + clockAhead;
    }

    /** Somebody sets the server's clock. */
    void setClock(long by) {
        clockAhead += by;
        for (Backend backend : sessions()) {
            if (backend.isIdle() && weather.serverNoticesSilence()) {
                backend.end("idle for too long, says a clock that was set");
            }
        }
    }

    /** Its clock is left alone from now on, and its network tells it of connections that are dead. */
    void settleDown() {
        clockAhead = 0;
        for (Backend backend : sessions()) {
            backend.idleSince = backend.lastRequestAt;
            backend.endWhenIdle();
        }
    }

    /** An earlier holder, which everybody hears give its locks back when its child is down. */
    void beginsHeldBy(String earlier, SimMember member, List<LockId> locks, long until) {
        Backend backend = new Backend(primary, 99, earlier, member, packet -> {});
        primary.sessions.put(backend.pid, backend);
        locks.forEach(backend::lock);
        if (member.ledger()) {
            primary.ledger.create(0, member.ceiling());
            primary.ledger.enter(0, primary.lineage);
            locks.forEach(lock -> primary.ledger.run(0, lock, 0, member.lease(), primary.lineage));
        }
        world.at(until, () -> {
            if (backend.alive) {
                if (member.ledger()) {
                    locks.forEach(lock -> primary.ledger.clean(backend.written(), lock, 0));
                }
                locks.forEach(lock -> backend.commit("clean " + lock.wire() + " 0"));
                backend.end("closed");
                locks.forEach(lock -> backend.commit("free " + lock.wire()));
            }
        });
    }

    /** A new session, which listens a moment later and then says so; null while there is none to be had. */
    Backend connect(String node, SimMember member, Consumer<SimPacket> toNode) {
        if (phase != Phase.UP) {
            toNode.accept(phase == Phase.DOWN ? SimPacket.goodBye() : SimPacket.refusal());
            return null;
        }
        if (isMixed(member)) {
            toNode.accept(SimPacket.refusal());
            return null;
        }
        Backend backend = new Backend(primary, freePid(), node, member, toNode);
        primary.sessions.put(backend.pid, backend);
        if (member.ledger() && !primary.ledger.exists()) {
            primary.ledger.create(backend.written(), member.ceiling());
        }
        if (member.ledger() && !primary.ledger.isIn(primary.lineage)) {
            primary.ledger.enter(backend.written(), primary.lineage);
        }
        backend.endWhenIdle();
        world.at(world.now() + weather.delay(backend.own), () -> {
            if (backend.alive) {
                backend.listening = true;
                LedgerAccess access = member.ledger()
                        ? new LedgerAccess(TABLE, backend.home.lineage, backend.home.ledger.ceiling())
                        : null;
                toNode.accept(SimPacket.welcome(backend.pid, access));
            }
        });
        return backend;
    }

    /** Some keep a ledger, and some don't. */
    private boolean isMixed(SimMember member) {
        if (options.mistake() == Mistake.LETS_A_NODE_IN_THAT_KEEPS_NO_LEDGER) {
            return false;
        }
        return (!member.ledger() && primary.ledger.exists())
                || primary.sessions.values().stream()
                        .anyMatch(other -> other.isSeen && other.member.ledger() != member.ledger());
    }

    /** Numbers come again soon. */
    private int freePid() {
        int pid;
        do {
            pid = 100 + chance.below(primary.sessions.size() + 2);
        } while (primary.sessions.containsKey(pid));
        return pid;
    }

    List<Backend> sessions() {
        return new ArrayList<>(primary.sessions.values());
    }

    /** When it is up again, after all that was done to it. */
    long upAt() {
        return upAt;
    }

    private void comeUp(long away) {
        long then = world.now() + away;
        upAt = Math.max(upAt, then);
        world.at(then, () -> {
            if (world.now() >= upAt) {
                phase = Phase.UP;
            }
        });
    }

    /** Goes down, one session after the other while the rest still gets locks, and comes up again. */
    void restart(SimChance how, long dying, long away) {
        upAt = Math.max(upAt, world.now() + dying);
        for (Backend backend : sessions()) {
            world.at(world.now() + how.upTo(dying), () -> backend.end("shutdown"));
        }
        world.at(world.now() + dying, () -> {
            phase = Phase.DOWN;
            sessions().forEach(backend -> backend.end("shutdown"));
            comeUp(away);
        });
    }

    /** All sessions end at once, and so does what was not flushed. */
    void crash(long away, long unflushed) {
        phase = Phase.DOWN;
        sessions().forEach(backend -> backend.end("crash"));
        boolean lies = options.beyond() == Beyond.LOST_COMMITS;
        primary.lastTransaction = lies ? Math.max(0, primary.lastTransaction - unflushed) : primary.flushed;
        primary.flushed = primary.lastTransaction;
        primary.ledger = primary.ledger.upTo(primary.lastTransaction);
        comeUp(away);
    }

    /**
     * A standby takes over, on a timeline of its own, without the latest {@code lost} transactions. That the one before
     * confirms nothing from then on is assumed.
     */
    void promote(long away, long lost) {
        phase = Phase.STANDBY;
        List<Backend> before = sessions();
        long last = Math.max(0, primary.lastTransaction - lost);
        Lineage next = new Lineage(primary.lineage.system(), primary.lineage.timeline() + 1);
        primary = new Primary(next, last, primary.ledger.upTo(last));
        if (options.beyond() == Beyond.TWO_PRIMARIES) {
            before.forEach(backend -> world.at(
                    world.now() + away + 3 * lease.nanos(), () -> backend.end("its server is fenced at last")));
        } else {
            before.forEach(backend -> backend.end("its server is a primary no more"));
        }
        comeUp(away);
    }

    /** Whether some node has kept a ledger here, or in what this server was made of. */
    boolean hasLedger() {
        return primary.ledger.isUsed();
    }

    /** It is stopped, and all that is in it is brought to a server that was made anew. */
    void move(long away) {
        phase = Phase.DOWN;
        sessions().forEach(backend -> backend.end("its server is given up"));
        Lineage next = new Lineage(primary.lineage.system() + 1, 1);
        primary = new Primary(next, 0, primary.ledger.moved());
        comeUp(away);
    }
}
