package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Ack;
import dev.highlander.cluster.ClusterMessage.Ask;
import dev.highlander.cluster.ClusterMessage.Beat;
import dev.highlander.cluster.ClusterMessage.Change;
import dev.highlander.cluster.ClusterMessage.Confirms;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Held;
import dev.highlander.cluster.ClusterMessage.Overlapped;
import dev.highlander.cluster.ClusterMessage.Refuses;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.cluster.ClusterMessage.Revoked;
import dev.highlander.cluster.ClusterMessage.Revokes;
import dev.highlander.cluster.ClusterMessage.Rival;
import dev.highlander.cluster.ClusterMessage.Stage;
import dev.highlander.cluster.ClusterMessage.Term;
import dev.highlander.cluster.ClusterMessage.Told;
import dev.highlander.cluster.ClusterMessage.Who;
import dev.highlander.cluster.Output.Send;
import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Loss;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one node claims and holds: what its claimants want, what members say and the time go in, messages and news for the
 * claimants come out. No threads, no I/O, no clock.
 *
 * <p>A hold that is granted is not yet a permission: it becomes one, and lasts for a lease, by a <em>round</em>, which is a
 * beat that this node sent after the grant, and that a quorum of its present view, itself included, has acknowledged. Without
 * a quorum this node's own beat is a round: it then tells only that the node was not frozen. In a new view a hold is extended
 * once the coordinator has confirmed it there; one that it does not confirm ends with its lease, and one that nothing runs
 * under is forgotten.
 *
 * <p>A lease is looked at before anything else that happens, so that a node which was frozen knows it first.
 *
 * <p>The methods named {@code …Of}, {@code is…}, {@code counts} and {@code acknowledges} are decisions that tests override, to see what
 * goes wrong without them.
 */
class Member {
    private static final long NEVER = Long.MAX_VALUE;

    /** A term of this node. */
    static final class Tenure {
        private final long id;
        private final long claim;
        private final ClusterKey key;
        private final long token;
        private final long since;
        private Stage stage = Stage.STARTING;
        private ViewId confirmedIn;
        private long countsFrom;
        private @Nullable Moment trust;
        private Optional<Rival> winner = Optional.empty();

        Tenure(long id, long claim, Term term, long since, ViewId confirmedIn, long countsFrom) {
            this.id = id;
            this.claim = claim;
            this.key = term.key();
            this.token = term.token();
            this.since = since;
            this.confirmedIn = confirmedIn;
            this.countsFrom = countsFrom;
        }

        ViewId confirmedIn() {
            return confirmedIn;
        }
    }

    /** Everyone here who wants a key, the next one first, and the hold of one of them. */
    private static final class Contest {
        private final LinkedHashSet<Long> claims = new LinkedHashSet<>();
        private @Nullable Tenure held;
        /** Whether the coordinator has this node in the queue. */
        private boolean queued;
    }

    /** A beat that is not yet acknowledged by all whom it takes. */
    private record Round(Moment sent, Set<Peer> acks) {}

    private final ClusterRules rules;
    private final Who who;
    private final Highest highest;
    private final Map<ClusterKey, Contest> contests = new LinkedHashMap<>();
    private final Map<Long, ClusterKey> claims = new HashMap<>();
    private final Map<Long, Tenure> tenures = new LinkedHashMap<>();
    private final Map<Long, ClusterKey> questions = new LinkedHashMap<>();
    private final Map<Long, Round> rounds = new LinkedHashMap<>();
    private final Set<ClusterKey> dirty = new LinkedHashSet<>();
    private final List<Term> releases = new ArrayList<>();
    private final List<Output> out = new ArrayList<>();
    private @Nullable ClusterView view;
    private @Nullable Peer self;
    private Optional<Problem> trouble = Optional.empty();
    private boolean closing;
    private boolean beatNow;
    private long lastHold;
    private long lastBeat;
    private long beatAt = NEVER;
    private long lastReport;
    private long answeredReport;
    private long reportAt = NEVER;
    private long heardGrants;
    private long lastLeap;

    Member(ClusterRules rules, Who who, Highest highest) {
        this.rules = rules;
        this.who = who;
        this.highest = highest;
    }

    // What claimants want.

    void claim(long claim, ClusterKey key) {
        if (closing) {
            return;
        }
        claims.put(claim, key);
        contest(key).claims.add(claim);
        dirty.add(key);
    }

    void withdraw(long claim) {
        ClusterKey key = claims.remove(claim);
        Contest contest = key == null ? null : contests.get(key);
        if (key == null || contest == null) {
            return;
        }
        contest.claims.remove(claim);
        dirty.add(key);
        if (contest.held != null && contest.held.claim == claim && contest.held.stage == Stage.STARTING) {
            giveBack(contest.held);
        }
    }

    void release(long hold, Moment now) {
        Tenure tenure = tenures.get(hold);
        if (tenure == null) {
            return;
        }
        tenure.winner.ifPresent(rival -> tellOverlap(tenure, rival, now));
        giveBack(tenure);
    }

    private void tellOverlap(Tenure tenure, Rival rival, Moment now) {
        Contender own = new Contender(who.node(), who.run(), tenure.token, instant(tenure.since));
        Instant from = own.since().isAfter(rival.contender().since())
                ? own.since()
                : rival.contender().since();
        Overlap overlap = new Overlap(tenure.key.key(), rival.contender(), own, from, instant(now.wall()));
        out.add(new Output.Overlapping(overlap));
        if (view != null) {
            out.add(new Send(rival.peer(), new Overlapped(view.id(), overlap)));
        }
    }

    private void giveBack(Tenure tenure) {
        tenures.remove(tenure.id);
        Contest contest = contest(tenure.key);
        contest.held = null;
        if (contest.claims.remove(tenure.claim)) {
            contest.claims.add(tenure.claim); // to the end: others in this process come first
        }
        releases.add(new Term(tenure.key, tenure.token));
        dirty.add(tenure.key);
    }

    /** Withdraws every claim; the cluster is to be left once {@link #isFinished}. */
    void close() {
        closing = true;
        List.copyOf(claims.keySet()).forEach(this::withdraw);
    }

    boolean isFinished() {
        return closing && tenures.isEmpty();
    }

    /** How many holds somebody was told of and has not given back. */
    int unreleased() {
        return (int) tenures.values().stream()
                .filter(tenure -> tenure.stage != Stage.STARTING)
                .count();
    }

    void ask(long question, ClusterKey key) {
        questions.put(question, key);
        if (view != null) {
            out.add(new Send(view.coordinator(), new Ask(view.id(), question, key)));
        }
    }

    // What becomes of the cluster.

    void installed(Peer own, ClusterView next, Moment now) {
        lapse(now);
        self = own;
        view = next;
        rounds.clear();
        releases.clear();
        dirty.clear();
        for (Tenure tenure : List.copyOf(tenures.values())) {
            if (isForgotten(tenure)) {
                tenures.remove(tenure.id);
                contest(tenure.key).held = null;
            }
        }
        beatAt = nextBeatOf(now);
        heardGrants = 0;
        lastReport = 0;
        answeredReport = 0;
        report(next, now);
        questions.forEach((question, key) -> out.add(new Send(next.coordinator(), new Ask(next.id(), question, key))));
        trouble(
                next.size() < rules.quorum()
                        ? Optional.of(Problems.noQuorum(next.size(), rules.quorum()))
                        : next.size() > rules.mostMembers()
                                ? Optional.of(Problems.tooManyMembers(next.size(), rules.quorum()))
                                : Optional.empty());
    }

    /** Holds that nobody has confirmed here are not extended. */
    long nextBeatOf(Moment now) {
        return NEVER;
    }

    boolean isForgotten(Tenure tenure) {
        return tenure.stage == Stage.STARTING;
    }

    /** This node is in no view any more. */
    void left(Loss why) {
        view = null;
        rounds.clear();
        beatAt = NEVER;
        reportAt = NEVER;
        for (Tenure tenure : List.copyOf(tenures.values())) {
            if (tenure.stage == Stage.STARTING) {
                tenures.remove(tenure.id);
                contest(tenure.key).held = null;
            } else {
                lose(tenure, why);
            }
        }
    }

    private void report(ClusterView to, Moment now) {
        List<Held> holds = new ArrayList<>();
        List<ClusterKey> wants = new ArrayList<>();
        for (Tenure tenure : tenures.values()) {
            holds.add(new Held(tenure.key, tenure.token, tenure.since, stageOf(tenure)));
        }
        contests.values().removeIf(contest -> contest.held == null && contest.claims.isEmpty());
        contests.forEach((key, contest) -> {
            contest.queued = contest.held == null;
            if (contest.queued) {
                wants.add(key);
            }
        });
        releases.clear();
        dirty.clear();
        reportAt = now.at() + (lastReport > 0 && answeredReport == lastReport ? rules.recheck() : rules.heartbeat());
        out.add(new Send(
                to.coordinator(), new Report(to.id(), ++lastReport, heardGrants, who, highest.known(), holds, wants)));
    }

    Stage stageOf(Tenure tenure) {
        return tenure.stage;
    }

    // What members say.

    void grants(Grants grants, Moment now) {
        lapse(now);
        heardGrants = grants.number();
        for (Term term : grants.terms()) {
            highest.heard(term.token());
            Contest contest = contests.get(term.key());
            if (contest == null || contest.claims.isEmpty() || contest.held != null || view == null) {
                releases.add(term);
                dirty.add(term.key());
                contest(term.key()).queued = false;
                continue;
            }
            contest.queued = false;
            Tenure tenure =
                    new Tenure(++lastHold, contest.claims.iterator().next(), term, now.wall(), view.id(), lastBeat + 1);
            contest.held = tenure;
            tenures.put(tenure.id, tenure);
            beatNow = true;
            granted(tenure, now);
        }
    }

    /** Nothing may start yet: that takes a round. */
    void granted(Tenure tenure, Moment now) {}

    void confirms(Confirms confirms, Moment now) {
        lapse(now);
        highest.heard(confirms.highest());
        answeredReport = Math.max(answeredReport, confirms.report());
        if (answeredReport == lastReport) {
            reportAt = now.at() + rules.recheck();
        }
        for (Term term : confirms.terms()) {
            Tenure tenure = tenure(term);
            if (tenure != null && view != null && !tenure.confirmedIn.equals(view.id())) {
                tenure.confirmedIn = view.id();
                tenure.countsFrom = lastBeat + 1;
                beatNow = true;
            }
        }
    }

    void revokes(Revokes revokes, Moment now) {
        lapse(now);
        for (Revoked revoked : revokes.terms()) {
            Tenure tenure = tenure(new Term(revoked.key(), revoked.token()));
            if (tenure != null && tenure.stage == Stage.STARTING) {
                giveBack(tenure);
            } else if (tenure != null) {
                tenure.winner = tenure.winner.or(revoked::winner);
                lose(tenure, revoked.why());
            }
        }
    }

    void refuses(Refuses refuses) {
        trouble(Optional.of(Problems.settingsDiffer(who, refuses.who())));
    }

    void told(Told told) {
        if (questions.remove(told.question()) != null) {
            out.add(new Output.Answered(told.question(), told.holder()));
        }
    }

    void beat(Peer from, Beat beat) {
        highest.heard(beat.highest());
        if (acknowledges(beat)) {
            out.add(new Send(from, new Ack(beat.view(), beat.number(), highest.known())));
        }
    }

    boolean acknowledges(Beat beat) {
        return view != null && beat.view().equals(view.id());
    }

    void ack(Peer from, Ack ack, Moment now) {
        lapse(now);
        highest.heard(ack.highest());
        Round round = rounds.get(ack.number());
        if (round != null) {
            round.acks.add(from);
            complete(ack.number(), round, now);
        }
    }

    void tick(Moment now) {
        lapse(now);
        if (view == null) {
            return;
        }
        if (now.at() >= reportAt) {
            report(view, now);
        }
        if (now.at() >= beatAt) {
            beatNow = true;
        }
    }

    /** When {@link #tick} is due if nothing happens before. */
    long wakeAt() {
        long wake = Math.min(reportAt, beatAt);
        for (Tenure tenure : tenures.values()) {
            if (tenure.stage == Stage.RUNNING && tenure.trust != null) {
                wake = Math.min(wake, tenure.trust.deadBy(rules.lease().nanos(), lastLeap));
            }
        }
        return wake;
    }

    /** What there is to do since the last call; {@code now} is before any of it is sent. */
    List<Output> take(Moment now) {
        lapse(now);
        if (view != null) {
            sendChanges(view);
            if (beatNow) {
                beat(view, now);
            }
        }
        List<Output> taken = List.copyOf(out);
        out.clear();
        return taken;
    }

    // Trust.

    private void beat(ClusterView present, Moment now) {
        beatNow = false;
        if (tenures.values().stream().noneMatch(tenure -> tenure.stage != Stage.ENDING)) {
            beatAt = NEVER;
            return;
        }
        beatAt = now.at() + rules.heartbeat();
        Round round = new Round(now, new HashSet<>());
        if (self != null) {
            round.acks.add(self);
        }
        long number = ++lastBeat;
        rounds.put(number, round);
        if (rules.quorum() > 1) {
            for (Peer peer : present.members()) {
                if (!peer.equals(self)) {
                    out.add(new Send(peer, new Beat(present.id(), number, highest.known())));
                }
            }
        }
        complete(number, round, now);
    }

    private void complete(long number, Round round, Moment now) {
        if (!isEnough(round.acks)) {
            return;
        }
        rounds.keySet().removeIf(other -> other <= number);
        Moment trust = trustFromOf(round.sent, now);
        List<Long> extended = new ArrayList<>();
        for (Tenure tenure : tenures.values()) {
            if (tenure.stage == Stage.ENDING || !counts(tenure, number)) {
                continue;
            }
            if (tenure.stage == Stage.RUNNING) {
                tenure.trust = trust;
                extended.add(tenure.id);
            } else if (now.at() < trust.deadBy(rules.lease().nanos(), now.leap())) {
                start(tenure, trust);
            }
        }
        if (!extended.isEmpty()) {
            out.add(new Output.Trusted(trust, extended));
        }
    }

    boolean isEnough(Set<Peer> acks) {
        return acks.size() >= Math.max(1, rules.quorum());
    }

    final void start(Tenure tenure, Moment trust) {
        tenure.trust = trust;
        tenure.stage = Stage.RUNNING;
        out.add(new Output.Granted(tenure.claim, tenure.id, tenure.key, tenure.token, trust));
    }

    Moment trustFromOf(Moment sent, Moment acknowledged) {
        return sent;
    }

    /** Whether that beat says anything about that hold. */
    boolean counts(Tenure tenure, long beat) {
        return view != null && tenure.confirmedIn.equals(view.id()) && beat >= tenure.countsFrom;
    }

    private void lapse(Moment now) {
        lastLeap = now.leap();
        for (Tenure tenure : tenures.values()) {
            if (tenure.stage == Stage.RUNNING && tenure.trust != null && isOver(tenure.trust, now)) {
                lose(tenure, Loss.EXPIRED);
            }
        }
    }

    boolean isOver(Moment trust, Moment now) {
        return now.at() >= trust.deadBy(rules.lease().nanos(), now.leap());
    }

    private void lose(Tenure tenure, Loss why) {
        if (tenure.stage == Stage.RUNNING) {
            tenure.stage = Stage.ENDING;
            out.add(new Output.Lost(tenure.id, why));
        }
    }

    // Book-keeping.

    private void sendChanges(ClusterView present) {
        List<ClusterKey> wants = new ArrayList<>();
        List<ClusterKey> unwants = new ArrayList<>();
        for (ClusterKey key : dirty) {
            Contest contest = contests.get(key);
            if (contest == null) {
                continue;
            }
            boolean wanted = contest.held == null && !contest.claims.isEmpty();
            if (wanted && !contest.queued) {
                wants.add(key);
                contest.queued = true;
            } else if (!wanted && contest.queued && contest.held == null) {
                unwants.add(key);
                contest.queued = false;
            }
            if (contest.held == null && contest.claims.isEmpty()) {
                contests.remove(key);
            }
        }
        dirty.clear();
        if (!(releases.isEmpty() && wants.isEmpty() && unwants.isEmpty())) {
            out.add(new Send(
                    present.coordinator(),
                    new Change(present.id(), List.copyOf(releases), unwants, wants, highest.known())));
            releases.clear();
        }
    }

    private void trouble(Optional<Problem> next) {
        if (!next.equals(trouble)) {
            trouble = next;
            out.add(new Output.Trouble(next));
        }
    }

    private @Nullable Tenure tenure(Term term) {
        Contest contest = contests.get(term.key());
        Tenure held = contest == null ? null : contest.held;
        return held != null && held.token == term.token() ? held : null;
    }

    private Contest contest(ClusterKey key) {
        return contests.computeIfAbsent(key, k -> new Contest());
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }

    @Nullable
    ClusterView view() {
        return view;
    }
}
