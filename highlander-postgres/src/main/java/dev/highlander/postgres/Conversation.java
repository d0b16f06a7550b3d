package dev.highlander.postgres;

import dev.highlander.lock.Claimant;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.postgres.Presence.Standing;
import dev.highlander.time.Time;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is said on a session, and who is told of it: the protocol, with claimants and holds for its numbers. Never blocks;
 * used by one thread, the session's.
 *
 * <p>That thread asks {@link #next} for a request, executes it, and brings what came of it to {@link #replied}; when there
 * is none it waits until {@link #wakeAt} and brings what it hears meanwhile to {@link #heard}.
 */
final class Conversation implements LedgerNotes {
    private static final System.Logger LOG = System.getLogger("dev.highlander.postgres");

    private final Lease lease;
    private final Time time;
    private final PostgresProtocol protocol;
    private final PostgresHold.Releaser releaser;
    private final Runnable confirmed;
    private final Map<Long, Claimed> claims = new HashMap<>();
    private final Map<Long, Granted> holds = new HashMap<>();
    private final Map<LockId, Key> granted = new HashMap<>();
    private final Map<LockId, String> endings = new HashMap<>();
    private final Set<LockId> ambiguous = new HashSet<>();
    private Map<LockId, LedgerRow> earlier = Map.of();
    private SessionTrust trust;
    private OptionalLong question = OptionalLong.empty();

    private record Claimed(Key key, LockId lock, Claimant claimant) {}

    private record Granted(PostgresHold hold, LockId lock, Claimant claimant, Optional<Instant> since) {}

    /**
     * {@code releaser} is told, on any thread, of a hold that its claimant gives back, and calls {@link #release} on the
     * session's; {@code confirmed} is run after each good check.
     */
    Conversation(
            Lease lease, Time time, PostgresProtocol protocol, PostgresHold.Releaser releaser, Runnable confirmed) {
        this.lease = lease;
        this.time = time;
        this.protocol = protocol;
        this.releaser = releaser;
        this.confirmed = confirmed;
        this.trust = new SessionTrust(time, lease.nanos());
    }

    void claim(long claim, Key key, LockId lock, Claimant claimant) {
        claims.put(claim, new Claimed(key, lock, claimant));
        protocol.claim(claim, lock);
    }

    void withdraw(long claim) {
        claims.remove(claim);
        protocol.withdraw(claim);
    }

    /** {@code ending} says how the term ended, for the ledger. */
    void release(long hold, String ending) {
        Granted about = holds.remove(hold);
        if (about != null && granted.containsKey(about.lock)) {
            endings.put(about.lock, ending);
        }
        protocol.release(hold);
    }

    @Override
    public String keyOf(LockId lock) {
        return granted.getOrDefault(lock, lock.asKey()).toString();
    }

    @Override
    public String endingOf(LockId lock) {
        return endings.getOrDefault(lock, "stopped");
    }

    /** Withdraws every claim, and gives the number of holds that nobody has given back yet. */
    int close() {
        protocol.close();
        return protocol.unreleased();
    }

    /** The token of the term in which that backend runs that lock's child, if this session has heard of it. */
    OptionalLong tokenHeard(LockId lock, int holder) {
        return protocol.tokenHeard(lock, holder);
    }

    /** When the lease ends that ends first, of all that is held. */
    OptionalLong earliestDeadBy() {
        return holds.values().stream()
                .filter(granted -> protocol.standing(granted.lock) != Standing.WAITING)
                .mapToLong(granted -> granted.hold.deadBy())
                .min();
    }

    boolean isFinished() {
        return protocol.isFinished();
    }

    /** {@code ledger} is the one that the session keeps, or null. */
    void connected(int backend, @Nullable LedgerAccess ledger) {
        trust = new SessionTrust(time, lease.nanos());
        long now = time.nanos();
        protocol.connected(backend, now);
        if (ledger != null) {
            protocol.keepsLedger(ledger.ceiling(), now);
        }
    }

    /** The socket is closed; everyone is told who was not yet. */
    void disconnected(Loss why) {
        protocol.disconnected(why);
        try {
            tell();
        } catch (RefusedException e) {
            // It says that the socket is to be closed.
        }
        granted.clear();
        endings.clear();
        earlier = Map.of();
    }

    /**
     * What to execute now, if anything.
     *
     * @throws RefusedException if the session can't be relied on any more: its socket is to be closed
     */
    @Nullable
    Request next() throws RefusedException {
        tell();
        Request request = protocol.next(time.nanos());
        tell();
        return request;
    }

    /** When to ask for the next request if nothing happens before. */
    long wakeAt() {
        return protocol.wakeAt();
    }

    void heard(List<Wire.Notification> notifications) {
        long now = time.nanos();
        for (Wire.Notification one : notifications) {
            protocol.heard(one.sender(), one.payload(), now);
            if (Message.parse(one.payload()) instanceof Message.Who who) {
                question = OptionalLong.of(who.nonce());
            }
        }
    }

    /** The question who holds and who waits, if it was put since the last call. */
    OptionalLong takeQuestion() {
        OptionalLong taken = question;
        question = OptionalLong.empty();
        return taken;
    }

    /** The answer, for at most {@link PostgresProtocol#BATCH} keys. */
    List<Presence> presences() {
        Map<LockId, Presence> all = new LinkedHashMap<>();
        for (Granted granted : holds.values()) {
            Standing standing = protocol.standing(granted.lock);
            if (standing != Standing.WAITING) {
                boolean running = standing == Standing.RUNNING;
                all.put(
                        granted.lock,
                        new Presence(
                                granted.lock,
                                granted.hold.key(),
                                standing,
                                running ? OptionalLong.of(granted.hold.token()) : OptionalLong.empty(),
                                granted.since));
            }
        }
        for (Claimed claimed : claims.values()) {
            all.putIfAbsent(
                    claimed.lock,
                    new Presence(claimed.lock, claimed.key, Standing.WAITING, OptionalLong.empty(), Optional.empty()));
        }
        return all.values().stream().limit(PostgresProtocol.BATCH).toList();
    }

    /**
     * A request was answered.
     *
     * @param sent read before anything of it was sent, since trust counts from there
     * @param came the notifications that had come by the time of the reply
     */
    void replied(Request request, Reply reply, Sent sent, List<Wire.Notification> came) {
        long received = time.nanos();
        heard(came);
        protocol.reply(request, reply, sent, received);
        if (reply instanceof Reply.Read read) {
            earlier = read.ledger().last();
        } else if (request instanceof Request.Unlock unlock) {
            unlock.locks().forEach(this::forget);
        }
    }

    private void forget(LockId lock) {
        granted.remove(lock);
        endings.remove(lock);
    }

    /** Two keys of one hash exclude each other, which is safe and yet one too many. */
    private void compare(LockId lock, Key ours, LedgerRow before) {
        String theirs = before.key();
        if (ours instanceof Key.Named
                && !theirs.startsWith("#")
                && !ours.toString().equals(theirs)
                && ambiguous.add(lock)) {
            LOG.log(
                    System.Logger.Level.WARNING,
                    "The keys \"" + ours + "\" and \"" + theirs
                            + "\" have the same hash, so only one of them can run at a" + " time. Rename one of them.");
        }
    }

    private void tell() throws RefusedException {
        for (Notice notice : protocol.takeNotices()) {
            if (notice instanceof Notice.Granted granted) {
                granted(granted);
            } else if (notice instanceof Notice.Startable startable) {
                Granted about = holds.get(startable.hold());
                if (about != null) {
                    about.hold.startable(startable.token());
                    holds.put(
                            startable.hold(),
                            new Granted(about.hold, about.lock, about.claimant, Optional.of(time.instant())));
                    guarded(() -> about.claimant.startable(about.hold));
                }
            } else if (notice instanceof Notice.Lost lost) {
                Granted about = holds.get(lost.hold());
                if (about != null) {
                    guarded(() -> about.claimant.lost(about.hold, lost.why()));
                }
            } else if (notice instanceof Notice.Confirmed check) {
                trust.raise(check.sent());
                confirmed.run();
            } else if (notice instanceof Notice.Distrusted distrusted) {
                throw new RefusedException(distrusted.why());
            }
        }
    }

    private void granted(Notice.Granted grant) {
        Claimed claimed = claims.get(grant.claim());
        if (claimed == null) {
            protocol.release(grant.hold());
            return;
        }
        PostgresHold hold =
                new PostgresHold(grant.hold(), claimed.key, grant.startNotBefore(), grant.sent(), trust, releaser);
        holds.put(grant.hold(), new Granted(hold, grant.lock(), claimed.claimant, Optional.empty()));
        granted.put(grant.lock(), claimed.key);
        LedgerRow before = earlier.get(grant.lock());
        if (before != null) {
            compare(grant.lock(), claimed.key, before);
        }
        guarded(() -> claimed.claimant.granted(hold));
    }

    /** One claimant that fails is no reason to end the session of all others. */
    private static void guarded(Runnable telling) {
        try {
            telling.run();
        } catch (Throwable t) {
            LOG.log(System.Logger.Level.ERROR, "A claimant failed; the lock service goes on.", t);
        }
    }
}
