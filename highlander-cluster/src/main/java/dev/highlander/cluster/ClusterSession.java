package dev.highlander.cluster;

import dev.highlander.lock.Check;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Condition;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Holder;
import dev.highlander.lock.Key;
import dev.highlander.lock.Loss;
import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.function.IntConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A {@link ClusterProtocol} with threads: one brings it what happens and does what it says, another one tells claimants. On
 * neither is anything waited for; joining and leaving, which take a while, have threads of their own.
 */
final class ClusterSession implements Link.Events {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cluster");
    private static final long RETRY = 1_000_000_000L;

    private final ClusterRules rules;
    private final Time time;
    private final ClusterProtocol protocol;
    private final Links links;
    private final String where;
    private final @Nullable String peers;
    private final News news;
    private final Agenda work;
    private final Agenda telling;
    private final CompletableFuture<Void> finished = new CompletableFuture<>();
    private final Map<Long, Place> claims = new HashMap<>();
    private final Map<Long, Granted> holds = new HashMap<>();
    private final Map<Long, CompletableFuture<Optional<Holder>>> questions = new HashMap<>();
    private final Set<String> alarmed = new HashSet<>();
    private Optional<Problem> trouble = Optional.empty();
    private @Nullable Link link;
    private Agenda.@Nullable Timer timer;
    private volatile int members;
    private boolean outside; // it has left, or could not join; not while it is still joining
    private boolean stepping;
    private volatile boolean ending;
    private long lastQuestion;

    /** Makes the channel anew for each attempt to join. */
    interface Links {
        Link make(Link.Events events, Consumer<Problem> alarm) throws Exception;
    }

    /** Who is told what concerns no claimant; must return at once. */
    record News(Consumer<Condition> conditions, Consumer<Overlap> overlaps, Consumer<Check> checks) {}

    /** A claimant's place in the queue. */
    private static final class Place {
        private final Key key;
        private final Claimant claimant;
        private boolean withdrawn; // guarded by this

        Place(Key key, Claimant claimant) {
            this.key = key;
            this.claimant = claimant;
        }

        synchronized void withdraw() {
            withdrawn = true;
        }

        synchronized boolean isWithdrawn() {
            return withdrawn;
        }
    }

    private static final class Granted {
        private final ClusterHold hold;
        private final Claimant claimant;
        private boolean told; // by the telling agenda alone

        Granted(ClusterHold hold, Claimant claimant) {
            this.hold = hold;
            this.claimant = claimant;
        }
    }

    /**
     * {@code where} is where this node is, and {@code peers} who else should be there, if that is known; both for people.
     */
    ClusterSession(
            ClusterRules rules,
            Time time,
            ClusterProtocol protocol,
            Links links,
            String node,
            String where,
            @Nullable String peers,
            News news) {
        this.rules = rules;
        this.time = time;
        this.protocol = protocol;
        this.links = links;
        this.where = where;
        this.peers = peers;
        this.news = news;
        this.work = time.agenda("highlander-cluster " + node);
        this.telling = time.agenda("highlander-cluster-claimants " + node);
    }

    // From any thread.

    void start() {
        work.execute(this::join);
    }

    /** The way out of the queue. */
    Runnable claim(long claim, Key key, ClusterKey clusterKey, Claimant claimant) {
        Place place = new Place(key, claimant);
        act(() -> {
            claims.put(claim, place);
            protocol.claim(claim, clusterKey);
        });
        return () -> {
            place.withdraw();
            act(() -> {
                claims.remove(claim);
                protocol.withdraw(claim);
            });
        };
    }

    private void release(long hold) {
        act(() -> {
            holds.remove(hold);
            protocol.release(hold, Moment.now(time));
        });
    }

    CompletableFuture<Optional<Holder>> holder(ClusterKey key) {
        CompletableFuture<Optional<Holder>> answer = new CompletableFuture<>();
        var unused = finished.thenRun(() -> answer.completeExceptionally(unreachable("These locks are closed.")));
        act(() -> {
            if (outside) {
                answer.completeExceptionally(unreachable("This node is in no cluster."));
                return;
            }
            long question = ++lastQuestion;
            questions.put(question, answer);
            protocol.ask(question, key);
        });
        return answer;
    }

    private static IllegalStateException unreachable(String why) {
        return new IllegalStateException(why);
    }

    /**
     * Withdraws every claim; the cluster is left when the last hold was given back. {@code unreleased} is told how many holds
     * nobody has given back yet.
     */
    CompletableFuture<Void> close(IntConsumer unreleased) {
        act(() -> {
            claims.values().forEach(Place::withdraw);
            claims.clear();
            unreleased.accept(protocol.close());
        });
        return finished;
    }

    int members() {
        return members;
    }

    boolean isCurrent() {
        return work.isCurrent() || telling.isCurrent();
    }

    @Override
    public void installed(Peer self, ClusterView view) {
        act(() -> {
            ClusterView present = protocol.view();
            if (present == null || view.id().number() > present.id().number()) {
                LOG.log(
                        Level.INFO,
                        "View {0} of {1} members{2}.",
                        view.id().number(),
                        view.size(),
                        view.coordinator().equals(self) ? ", whose registry is kept here" : "");
                if (present == null && peers != null) {
                    String expected = peers;
                    work.at(time.nanos() + rules.discovery(), () -> lookRound(expected));
                }
                members = view.size();
                outside = false;
                protocol.installed(self, view, Moment.now(time));
                condition();
            }
        });
    }

    private void lookRound(String expected) {
        if (members == 1) {
            alarm(Problems.alone(expected));
        }
    }

    @Override
    public void heard(Peer from, ClusterMessage message) {
        act(() -> protocol.heard(from, message, Moment.now(time)));
    }

    @Override
    public void unreadable(Peer from, String why) {
        alarm(Problems.foreignBytes(from.toString(), why));
    }

    @Override
    public void closed() {
        act(() -> {
            if (protocol.view() != null) {
                members = 0;
                outside = true;
                protocol.left(Loss.DISCONNECTED);
                tell(Condition.connecting(Problems.left()));
            }
        });
    }

    /** Logged once for each peer and reason; the rest would be noise. */
    private void alarm(Problem problem) {
        work.execute(() -> {
            if (alarmed.size() < 1000 && alarmed.add(problem.what())) {
                LOG.log(Level.ERROR, "{0}", problem);
            }
        });
    }

    // On the thread that works.

    private void act(Runnable what) {
        work.execute(() -> {
            what.run();
            if (!stepping) {
                stepping = true;
                work.execute(this::step);
            }
        });
    }

    private void step() {
        stepping = false;
        Moment now = Moment.now(time); // before anything is sent: trust counts from here
        for (Output output : protocol.take(now)) {
            carryOut(output);
        }
        if (timer != null) {
            timer.cancel();
            timer = null;
        }
        if (protocol.isFinished()) {
            leave();
            return;
        }
        long wakeAt = protocol.wakeAt();
        if (wakeAt != Long.MAX_VALUE) {
            timer = work.at(wakeAt, () -> {
                protocol.tick(Moment.now(time));
                step();
            });
        }
    }

    private void carryOut(Output output) {
        if (output instanceof Output.Send send && link != null) {
            link.send(send.to(), send.message());
        } else if (output instanceof Output.Granted granted) {
            granted(granted);
        } else if (output instanceof Output.Trusted trusted) {
            trusted(trusted);
        } else if (output instanceof Output.Lost lost) {
            Granted about = holds.get(lost.hold());
            if (about != null) {
                telling.execute(() -> lost(about, lost.why()));
            }
        } else if (output instanceof Output.Overlapping overlapping) {
            LOG.log(Level.WARNING, "{0}", overlapping.overlap());
            telling.execute(() -> news.overlaps.accept(overlapping.overlap()));
        } else if (output instanceof Output.Answered answered) {
            CompletableFuture<Optional<Holder>> question = questions.remove(answered.question());
            if (question != null) {
                telling.execute(() -> question.complete(answered.holder().map(ClusterSession::holder)));
            }
        } else if (output instanceof Output.Trouble changed) {
            trouble = changed.problem();
            trouble.ifPresent(this::alarm);
            condition();
        } else if (output instanceof Output.Alarm alarm) {
            alarm(alarm.problem());
        }
    }

    private void trusted(Output.Trusted trusted) {
        long now = time.nanos();
        OptionalLong left = OptionalLong.empty();
        for (Long id : trusted.holds()) {
            Granted about = holds.get(id);
            if (about != null) {
                long of = about.hold.deadBy() - now;
                left = OptionalLong.of(Math.min(of, left.orElse(of)));
                about.hold.trust(trusted.trust());
            }
        }
        Check check = new Check(now - trusted.trust().at(), left);
        telling.execute(() -> news.checks.accept(check));
    }

    /** Right now, not on another thread: who asks for the condition gets it from there. */
    private void tell(Condition next) {
        news.conditions.accept(next);
    }

    private static Holder holder(Contender contender) {
        return new Holder(
                contender.node(), Optional.empty(), OptionalLong.of(contender.token()), Optional.of(contender.since()));
    }

    private void condition() {
        if (protocol.view() != null) {
            tell(trouble.map(problem -> problem.code().equals("NO_QUORUM")
                            ? Condition.connecting(problem)
                            : Condition.refused(problem))
                    .orElseGet(Condition::ready));
        }
    }

    private void granted(Output.Granted granted) {
        Place place = claims.get(granted.claim());
        if (place == null) {
            protocol.release(granted.hold(), Moment.now(time));
            work.execute(this::step);
            return;
        }
        ClusterHold hold = new ClusterHold(
                granted.hold(), place.key, granted.token(), granted.trust(), rules.lease(), time, this::release);
        Granted about = new Granted(hold, place.claimant);
        holds.put(granted.hold(), about);
        telling.execute(() -> tell(place, about));
    }

    private void join() {
        if (ending) {
            return;
        }
        time.fork("highlander-cluster-join", () -> {
            Link made = null;
            try {
                made = links.make(this, this::alarm);
                Link next = made;
                work.execute(() -> link = next);
                if (!ending) {
                    made.open();
                }
                if (ending) {
                    made.close(); // who ended it may not have known of it
                }
            } catch (Throwable t) {
                Link failed = made;
                work.execute(() -> joinFailed(failed, t));
            }
        });
    }

    private void joinFailed(@Nullable Link failed, Throwable why) {
        link = null;
        if (failed != null) {
            time.fork("highlander-cluster-leave", failed::close);
        }
        Throwable root = why;
        while (root.getCause() != null) {
            root = root.getCause();
        }
        Problem problem =
                Problems.cannotJoin(where, String.valueOf(root.getMessage() == null ? root : root.getMessage()));
        alarm(problem);
        if (!ending) {
            outside = true;
            questions.values().forEach(each -> each.completeExceptionally(unreachable(problem.toString())));
            questions.clear();
            tell(Condition.refused(problem));
            work.at(time.nanos() + RETRY, this::join);
        }
    }

    private void leave() {
        if (ending) {
            return;
        }
        ending = true;
        Link last = link;
        time.fork("highlander-cluster-leave", () -> {
            try {
                if (last != null) {
                    last.close();
                }
            } catch (RuntimeException e) {
                LOG.log(Level.WARNING, "The cluster was not left in an orderly way.", e);
            }
            tell(Condition.closed());
            telling.execute(() -> {
                finished.complete(null);
                telling.close();
                work.close();
            });
        });
    }

    // On the thread that tells.

    private static void tell(Place place, Granted about) {
        if (place.isWithdrawn()) {
            about.hold.release();
            return;
        }
        about.told = true;
        guarded(() -> about.claimant.granted(about.hold));
        if (!about.hold.isReleased()) {
            about.hold.startable();
            guarded(() -> about.claimant.startable(about.hold));
        }
    }

    private static void lost(Granted about, Loss why) {
        if (about.told && !about.hold.isReleased()) {
            guarded(() -> about.claimant.lost(about.hold, why));
        }
    }

    /** One claimant that fails is no reason to stop for all others. */
    private static void guarded(Runnable telling) {
        try {
            telling.run();
        } catch (Throwable t) {
            LOG.log(Level.ERROR, "A claimant failed; the lock service goes on.", t);
        }
    }
}
