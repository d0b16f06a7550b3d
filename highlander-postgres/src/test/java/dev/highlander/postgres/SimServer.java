package dev.highlander.postgres;

import dev.highlander.lock.Lease;
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
import java.util.function.BiConsumer;
import java.util.function.Consumer;

/**
 * A server as far as locks and notifications go: sessions with the numbers of backends, which are used again; advisory
 * locks, which stack; notifications in the order of commits, delivered late; statements as one step. It may end any session
 * at any time.
 */
final class SimServer {
    private final SimWorld world;
    private final SimWeather weather;
    private final Lease lease;
    private final LockId leaseLock;
    private final SimOptions options;
    private final Map<Integer, Backend> sessions = new TreeMap<>();
    private final Map<LockId, Backend> owners = new HashMap<>();
    private BiConsumer<Backend, Request> executed = (backend, request) -> {};
    private long lastTransaction;
    private boolean down;

    SimServer(SimWorld world, SimWeather weather, Lease lease, LockId leaseLock, SimOptions options) {
        this.world = world;
        this.weather = weather;
        this.lease = lease;
        this.leaseLock = leaseLock;
        this.options = options;
    }

    /** Tells {@code listener} of each statement when it is done, before its reply arrives. */
    void onExecuted(BiConsumer<Backend, Request> listener) {
        executed = listener;
    }

    /** One session. */
    final class Backend {
        private final int pid;
        private final String node;
        private final Consumer<SimPacket> toNode;
        private final Map<LockId, Integer> locks = new LinkedHashMap<>();
        private final ArrayDeque<Wire.Notification> undelivered = new ArrayDeque<>();
        private boolean alive = true;
        private boolean listening;
        private boolean waking;
        private long lastRequestAt = world.now();

        private Backend(int pid, String node, Consumer<SimPacket> toNode) {
            this.pid = pid;
            this.node = node;
            this.toNode = toNode;
        }

        /** Executes a statement; one of a node that has hung up since is executed all the same. */
        void execute(Request request) {
            if (!alive) {
                return;
            }
            lastRequestAt = world.now();
            Reply reply = answer(request);
            if (world.isTracing() && !(request instanceof Request.Beat)) {
                world.say("server", node + "/" + pid + " " + SimText.of(request) + " -> " + SimText.of(reply));
            }
            boolean told = !(request instanceof Request.Beat) && !(request instanceof Request.Try);
            toNode.accept(SimPacket.reply(told ? takeUndelivered() : List.of(), reply));
            executed.accept(this, request);
        }

        private Reply answer(Request request) {
            if (request instanceof Request.Try attempt) {
                Set<LockId> got = new LinkedHashSet<>();
                attempt.locks().stream().filter(this::lock).forEach(got::add);
                return new Reply.Got(got, true);
            }
            if (request instanceof Request.Mark mark) {
                commit("mark " + mark.nonce());
                return new Reply.Checked(true);
            }
            if (request instanceof Request.Run run) {
                long token = ++lastTransaction;
                Map<LockId, Long> tokens = new HashMap<>();
                for (LockId lock : run.locks()) {
                    if (holds(lock) || !options.guarded()) {
                        commit("run " + lock.wire() + " " + token + " "
                                + lease.length().toMillis());
                        tokens.put(lock, token);
                    }
                }
                return new Reply.Ran(tokens);
            }
            if (request instanceof Request.Beat beat) {
                return new Reply.Checked(beat.digest().equals(digest()));
            }
            Set<LockId> did = new LinkedHashSet<>();
            if (request instanceof Request.Clean clean) {
                for (Request.Term term : clean.terms()) {
                    if (holds(term.lock()) || !options.guarded()) {
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

        private boolean holds(LockId lock) {
            return owners.get(lock) == this;
        }

        private boolean lock(LockId lock) {
            Backend owner = owners.putIfAbsent(lock, this);
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
            if (depth > 1) {
                locks.put(lock, depth - 1);
            } else {
                locks.remove(lock);
                owners.remove(lock);
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
            for (Backend listener : sessions.values()) {
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
                world.at(world.now() + weather.lag(), () -> {
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

        /** The session is over, its locks are free at once; its node hears of it when the network likes. */
        void end(String why) {
            if (!alive) {
                return;
            }
            alive = false;
            sessions.remove(pid);
            locks.keySet().forEach(owners::remove);
            if (world.isTracing()) {
                String what = node + "/" + pid + (locks.isEmpty() ? "" : ", with locks") + ": " + why;
                world.fault("server", "ends the session " + what);
            }
            locks.clear();
            toNode.accept(SimPacket.goodBye());
        }

        /** As if by {@code pg_advisory_unlock_all()}, or {@code DISCARD ALL}, which ends the listening too. */
        void dropLocks(boolean deafToo) {
            locks.keySet().forEach(owners::remove);
            locks.clear();
            listening &= !deafToo;
        }

        private void endWhenIdle() {
            world.at(Math.max(world.now() + 1, lastRequestAt + lease.nanos() * 11 / 10), () -> {
                boolean idle = world.now() >= lastRequestAt + lease.nanos() * 11 / 10;
                if (alive && idle && weather.serverNoticesSilence()) {
                    end("idle for too long");
                } else if (alive && idle) {
                    world.at(world.now() + lease.nanos() / 4, this::endWhenIdle);
                } else if (alive) {
                    endWhenIdle();
                }
            });
        }
    }

    /** An earlier holder, which everybody hears give its locks back when its child is down. */
    void beginsHeldBy(String earlier, List<LockId> locks, long until) {
        Backend backend = new Backend(99, earlier, packet -> {});
        sessions.put(backend.pid, backend);
        locks.forEach(backend::lock);
        world.at(until, () -> {
            if (backend.alive) {
                locks.forEach(lock -> backend.commit("clean " + lock.wire() + " 0"));
                backend.end("closed");
                locks.forEach(lock -> backend.commit("free " + lock.wire()));
            }
        });
    }

    /** A new session, which listens a moment later and then says so; null while the server is down. */
    Backend connect(String node, Consumer<SimPacket> toNode) {
        if (down) {
            toNode.accept(SimPacket.goodBye());
            return null;
        }
        Backend backend = new Backend(freePid(), node, toNode);
        sessions.put(backend.pid, backend);
        backend.endWhenIdle();
        world.at(world.now() + weather.delay(), () -> {
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
            pid = 100 + world.below(sessions.size() + 2);
        } while (sessions.containsKey(pid));
        return pid;
    }

    List<Backend> sessions() {
        return new ArrayList<>(sessions.values());
    }

    /** Goes down, one session after the other while the rest still gets locks, and comes up again. */
    void restart(long dying, long away) {
        for (Backend backend : sessions()) {
            world.at(world.now() + world.upTo(dying), () -> backend.end("shutdown"));
        }
        world.at(world.now() + dying, () -> {
            down = true;
            sessions().forEach(backend -> backend.end("shutdown"));
        });
        world.at(world.now() + dying + away, () -> down = false);
    }
}
