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
        private final long timeline;
        private final Map<Integer, Backend> sessions = new TreeMap<>();
        private final Map<LockId, Backend> owners = new HashMap<>();
        private long lastTransaction;
        private long flushed;

        Primary(long timeline, long lastTransaction) {
            this.timeline = timeline;
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
    private final LockId leaseLock;
    private final SimOptions options;
    private Watcher watcher;
    private Primary primary = new Primary(1, 0);
    private Phase phase = Phase.UP;
    private long upAt;
    private long clockAhead;
    private long connections;

    SimServer(SimWorld world, SimWeather weather, Lease lease, LockId leaseLock, SimOptions options) {
        this.world = world;
        this.weather = weather;
        this.chance = world.chances("server", 0);
        this.lease = lease;
        this.leaseLock = leaseLock;
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
        private final Consumer<SimPacket> toNode;
        private final SimChance own;
        private final Map<LockId, Integer> locks = new LinkedHashMap<>();
        private final Map<LockId, Long> earlyTokens = new HashMap<>();
        private final ArrayDeque<Wire.Notification> undelivered = new ArrayDeque<>();
        private Mishap next = Mishap.NONE;
        private boolean alive = true;
        private boolean listening;
        private boolean waking;
        private long idleSince = clock();
        private long lastRequestAt = world.now();

        private Backend(Primary home, int pid, String node, Consumer<SimPacket> toNode) {
            this.home = home;
            this.pid = pid;
            this.node = node;
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
                return new Reply.Checked(true);
            }
            if (request instanceof Request.Run run) {
                return run(run);
            }
            if (request instanceof Request.Beat beat) {
                return new Reply.Checked(beat.digest().equals(digest()));
            }
            Set<LockId> did = new LinkedHashSet<>();
            if (request instanceof Request.Clean clean) {
                for (Request.Term term : clean.terms()) {
                    if (holds(term.lock()) || !options.guarded()) {
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
                    commit("run " + lock.wire() + " " + token + " "
                            + lease.length().toMillis());
                    tokens.put(lock, token);
                }
            }
            return new Reply.Ran(tokens);
        }

        private long tokenOf(LockId lock, long transaction) {
            return switch (options.mistake()) {
                case TOKEN_WITHOUT_ITS_TIMELINE -> transaction;
                case TOKEN_FROM_BEFORE_THE_GRANT -> earlyTokens.remove(lock);
                default -> ((home.timeline - 1) << 44) | transaction;
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
            all.add(leaseLock);
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
            listening &= !deafToo;
        }

        /** As if by {@code UNLISTEN *}. */
        void deafen() {
            listening = false;
        }

        private boolean isIdle() {
            return clock() >= idleSince + timeout();
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
                    world.at(world.now() + lease.nanos() / 4, this::endWhenIdle);
                }
            });
        }
    }

    private long timeout() {
        return lease.nanos() * 11 / 10;
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
    void beginsHeldBy(String earlier, List<LockId> locks, long until) {
        Backend backend = new Backend(primary, 99, earlier, packet -> {});
        primary.sessions.put(backend.pid, backend);
        locks.forEach(backend::lock);
        world.at(until, () -> {
            if (backend.alive) {
                locks.forEach(lock -> backend.commit("clean " + lock.wire() + " 0"));
                backend.end("closed");
                locks.forEach(lock -> backend.commit("free " + lock.wire()));
            }
        });
    }

    /** A new session, which listens a moment later and then says so; null while there is none to be had. */
    Backend connect(String node, Consumer<SimPacket> toNode) {
        if (phase != Phase.UP) {
            toNode.accept(phase == Phase.DOWN ? SimPacket.goodBye() : SimPacket.refusal());
            return null;
        }
        Backend backend = new Backend(primary, freePid(), node, toNode);
        primary.sessions.put(backend.pid, backend);
        backend.endWhenIdle();
        world.at(world.now() + weather.delay(backend.own), () -> {
            if (backend.alive) {
                backend.listening = true;
                toNode.accept(SimPacket.welcome(backend.pid));
            }
        });
        return backend;
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
        comeUp(away);
    }

    /**
     * A standby takes over, on a timeline of its own, without the latest {@code lost} transactions. That the one before
     * confirms nothing from then on is assumed.
     */
    void promote(long away, long lost) {
        phase = Phase.STANDBY;
        List<Backend> before = sessions();
        primary = new Primary(primary.timeline + 1, Math.max(0, primary.lastTransaction - lost));
        if (options.beyond() == Beyond.TWO_PRIMARIES) {
            before.forEach(backend -> world.at(
                    world.now() + away + 3 * lease.nanos(), () -> backend.end("its server is fenced at last")));
        } else {
            before.forEach(backend -> backend.end("its server is a primary no more"));
        }
        comeUp(away);
    }
}
