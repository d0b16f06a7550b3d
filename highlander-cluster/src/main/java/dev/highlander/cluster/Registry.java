package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Ask;
import dev.highlander.cluster.ClusterMessage.Change;
import dev.highlander.cluster.ClusterMessage.Confirms;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Held;
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
import dev.highlander.lock.Loss;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Who holds what and who waits, on the coordinator of one view: what members say and the time go in, messages to them come
 * out. No threads, no I/O, no clock.
 *
 * <p>A new view has a new registry, which knows nothing until its members have reported. A key is granted to who has waited
 * longest, once nobody who reported holds it and
 *
 * <ul>
 *   <li>without a quorum: all members have reported; or so much time has passed that whatever a silent one runs, unconfirmed
 *       here, has ended with its lease;
 *   <li>with a quorum: a settle has passed since the n-th report. Of the members that acknowledged the latest beat of an
 *       earlier holder at least one is among n that reported here, and has acknowledged none since it left that view.
 * </ul>
 *
 * <p>What a member runs when it reports goes on, confirmed. Of two that run the same, one is chosen; with a quorum that
 * can't be, unless what the quorum rests on does not hold, and both are stopped.
 *
 * <p>The methods named {@code …Of} and {@code is…} are decisions that tests override, to see what goes wrong without them.
 */
class Registry {
    static final long NEVER = Long.MAX_VALUE;

    private enum Standing {
        /** Told to its member, which has not reported it yet. */
        GRANTED,
        CONFIRMED,
        /** Not a hold any more; but a child may not be down yet. */
        ENDING
    }

    private static final class Tenure {
        private final Peer peer;
        private final long token;
        private final long since;
        private final long grant;
        private Standing standing;

        Tenure(Peer peer, long token, long since, long grant, Standing standing) {
            this.peer = peer;
            this.token = token;
            this.since = since;
            this.grant = grant;
            this.standing = standing;
        }
    }

    /** One key: who waits, the next one first, and who holds it. */
    private static final class Seat {
        private final LinkedHashSet<Peer> queue = new LinkedHashSet<>();
        private final LinkedHashMap<Peer, Tenure> tenures = new LinkedHashMap<>();

        List<Tenure> held() {
            return tenures.values().stream()
                    .filter(tenure -> tenure.standing != Standing.ENDING)
                    .toList();
        }
    }

    private static final class Reporter {
        private final Who who;
        private final Set<ClusterKey> keys = new LinkedHashSet<>();
        private long grants;

        Reporter(Who who) {
            this.who = who;
        }
    }

    private record Question(Peer from, Ask ask) {}

    private final ClusterRules rules;
    private final ClusterView view;
    private final Who self;
    private final ConflictResolver resolver;
    private final Highest highest;
    private final long began;
    private final long notBefore;
    private final Map<ClusterKey, Seat> seats = new LinkedHashMap<>();
    private final Map<Peer, Reporter> reporters = new HashMap<>();
    private final Set<ClusterKey> contested = new LinkedHashSet<>();
    private final Set<ClusterKey> touched = new LinkedHashSet<>();
    private final List<Question> questions = new ArrayList<>();
    private final List<Output> out = new ArrayList<>();
    private long quorateAt = NEVER;
    private boolean open;

    /**
     * @param began when the view was installed here
     * @param notBefore before when nothing is granted
     */
    Registry(
            ClusterRules rules,
            ClusterView view,
            Who self,
            ConflictResolver resolver,
            Highest highest,
            long began,
            long notBefore) {
        this.rules = rules;
        this.view = view;
        this.self = self;
        this.resolver = resolver;
        this.highest = highest;
        this.began = began;
        this.notBefore = notBefore;
    }

    // What members say.

    void report(Peer from, Report report, Moment now) {
        highest.heard(report.highest());
        Who who = report.who();
        if (who.leaseMillis() != self.leaseMillis() || who.quorum() != self.quorum()) {
            out.add(new Send(from, new Refuses(view.id(), self)));
            return;
        }
        Reporter reporter = reporters.computeIfAbsent(from, p -> new Reporter(who));
        if (rules.hasQuorum() && quorateAt == NEVER && isQuorate(reporters.size())) {
            quorateAt = now.at();
        }
        forget(from, reporter, report);
        for (Held held : holdsOf(report)) {
            highest.heard(held.token());
            hold(from, reporter, held);
        }
        for (ClusterKey key : report.wants()) {
            want(from, reporter, key);
        }
        decide(now);
        out.add(new Send(from, new Confirms(view.id(), report.number(), confirmed(from, reporter), highest.known())));
        progress(now);
    }

    void change(Peer from, Change change, Moment now) {
        highest.heard(change.highest());
        Reporter reporter = reporters.get(from);
        if (reporter == null) {
            return; // refused, or not yet reported: what it says is in its report
        }
        for (Term term : change.releases()) {
            Seat seat = seats.get(term.key());
            Tenure tenure = seat == null ? null : seat.tenures.get(from);
            if (tenure != null && tenure.token == term.token()) {
                end(tenure, term.key());
            }
        }
        for (ClusterKey key : change.unwants()) {
            Seat seat = seats.get(key);
            if (seat != null) {
                seat.queue.remove(from);
                tidy(key, seat);
            }
        }
        for (ClusterKey key : change.wants()) {
            want(from, reporter, key);
        }
        progress(now);
    }

    /** Answered once all there is to know has been reported. */
    void ask(Peer from, Ask ask, Moment now) {
        questions.add(new Question(from, ask));
        progress(now);
    }

    void tick(Moment now) {
        progress(now);
    }

    /** When {@link #tick} is due if nothing happens before. */
    long wakeAt() {
        long wake = open ? NEVER : opensAt();
        if (!isComplete() && !(contested.isEmpty() && questions.isEmpty())) {
            wake = Math.min(wake, began + rules.lease().settle());
        }
        return wake;
    }

    List<Output> take() {
        List<Output> taken = List.copyOf(out);
        out.clear();
        return taken;
    }

    // Decisions.

    boolean isQuorate(int reported) {
        return reported >= rules.quorum();
    }

    /** From when free keys are granted. */
    long opensAt() {
        if (view.size() > rules.mostMembers()) {
            return NEVER;
        }
        if (rules.hasQuorum()) {
            return settledOf(quorateAt);
        }
        return Math.max(notBefore, isComplete() ? began : began + rules.lease().settle());
    }

    long settledOf(long from) {
        return from == NEVER ? NEVER : from + rules.lease().settle();
    }

    List<Held> holdsOf(Report report) {
        return report.holds();
    }

    boolean isComplete() {
        return reporters.size() == view.size();
    }

    ClusterView view() {
        return view;
    }

    ClusterRules rules() {
        return rules;
    }

    private void progress(Moment now) {
        decide(now);
        if (!open && now.at() >= opensAt()) {
            open = true;
            touched.addAll(seats.keySet());
        }
        if (open) {
            grant(now);
        }
        touched.clear();
        if (!questions.isEmpty() && isAllKnown(now)) {
            questions.forEach(this::answer);
            questions.clear();
        }
    }

    private boolean isAllKnown(Moment now) {
        return isComplete() || now.at() >= began + rules.lease().settle();
    }

    private void grant(Moment now) {
        Map<Peer, List<Term>> terms = new LinkedHashMap<>();
        for (ClusterKey key : touched) {
            Seat seat = seats.get(key);
            if (seat == null || !seat.tenures.isEmpty() || seat.queue.isEmpty()) {
                continue;
            }
            Peer next = seat.queue.iterator().next();
            Reporter reporter = reporters.get(next);
            if (reporter == null) {
                continue;
            }
            seat.queue.remove(next);
            long token = highest.next(now.wall());
            seat.tenures.put(next, new Tenure(next, token, now.wall(), reporter.grants + 1, Standing.GRANTED));
            terms.computeIfAbsent(next, p -> new ArrayList<>()).add(new Term(key, token));
        }
        terms.forEach((peer, granted) -> {
            Reporter reporter = reporters.get(peer);
            if (reporter != null) {
                out.add(new Send(peer, new Grants(view.id(), ++reporter.grants, granted)));
            }
        });
    }

    /** What two members run: with a quorum at once, else when all sides have had their say. */
    private void decide(Moment now) {
        if (contested.isEmpty() || !(rules.hasQuorum() || isAllKnown(now))) {
            return;
        }
        Map<Peer, List<Revoked>> revoked = new LinkedHashMap<>();
        for (ClusterKey key : contested) {
            Seat seat = seats.get(key);
            List<Tenure> held = seat == null ? List.of() : seat.held();
            if (held.size() > 1) {
                Tenure winner = rules.hasQuorum() ? null : winner(key, held);
                if (winner == null) {
                    out.add(new Output.Alarm(Problems.twoHolders(
                            key, held.stream().map(this::contender).toList())));
                }
                Optional<Rival> rival =
                        Optional.ofNullable(winner).map(tenure -> new Rival(tenure.peer, contender(tenure)));
                for (Tenure tenure : held) {
                    if (tenure != winner) {
                        tenure.standing = Standing.ENDING;
                        revoked.computeIfAbsent(tenure.peer, p -> new ArrayList<>())
                                .add(new Revoked(key, tenure.token, Loss.CONFLICT, rival));
                    }
                }
            }
        }
        contested.clear();
        revoked.forEach((peer, terms) -> out.add(new Send(peer, new Revokes(view.id(), terms))));
    }

    private Tenure winner(ClusterKey key, List<Tenure> held) {
        List<Contender> contenders = held.stream().map(this::contender).toList();
        int index = -1;
        try {
            index = contenders.indexOf(resolver.winner(key.key(), contenders));
        } catch (RuntimeException e) {
            out.add(new Output.Alarm(Problems.resolverFailed(key, e.toString())));
        }
        if (index < 0) {
            index = contenders.indexOf(ConflictResolver.oldestTerm().winner(key.key(), contenders));
        }
        return held.get(index);
    }

    private void answer(Question question) {
        Seat seat = seats.get(question.ask.key());
        Optional<Tenure> holder = seat == null
                ? Optional.empty()
                : Stream.concat(seat.held().stream(), seat.tenures.values().stream())
                        .findFirst();
        out.add(new Send(question.from, new Told(view.id(), question.ask.question(), holder.map(this::contender))));
    }

    // Book-keeping.

    /** Of what is known of a member, what it does not report any more is dropped, unless it can't know of it yet. */
    private void forget(Peer from, Reporter reporter, Report report) {
        Set<ClusterKey> wanted = Set.copyOf(report.wants());
        Map<ClusterKey, Long> held = new HashMap<>();
        report.holds().forEach(hold -> held.put(hold.key(), hold.token()));
        for (ClusterKey key : List.copyOf(reporter.keys)) {
            Seat seat = seats.get(key);
            if (seat == null) {
                reporter.keys.remove(key);
                continue;
            }
            Tenure tenure = seat.tenures.get(from);
            boolean underWay = tenure != null && tenure.standing == Standing.GRANTED && tenure.grant > report.heard();
            if (tenure != null && !underWay) {
                Long token = held.get(key);
                if (token == null || token != tenure.token) {
                    end(tenure, key);
                }
            }
            if (!wanted.contains(key)) {
                seat.queue.remove(from);
            }
            if (!seat.queue.contains(from) && !seat.tenures.containsKey(from)) {
                reporter.keys.remove(key);
                tidy(key, seat);
            }
        }
    }

    private void hold(Peer from, Reporter reporter, Held held) {
        Seat seat = seat(held.key());
        reporter.keys.add(held.key());
        Tenure known = seat.tenures.get(from);
        if (known != null && known.token == held.token()) {
            if (held.stage() == Stage.ENDING) {
                known.standing = Standing.ENDING;
            } else if (held.stage() == Stage.RUNNING && known.standing == Standing.GRANTED) {
                known.standing = Standing.CONFIRMED;
            }
            return;
        }
        if (held.stage() == Stage.STARTING) {
            return; // under a grant that is not of this registry
        }
        if (rules.hasQuorum() && open && !seat.held().isEmpty() && held.stage() == Stage.RUNNING) {
            // It was under way for so long that its lease has ended; else the key had not been granted here.
            seat.tenures.put(from, new Tenure(from, held.token(), held.since(), 0, Standing.ENDING));
            Revoked late = new Revoked(held.key(), held.token(), Loss.EXPIRED, Optional.empty());
            out.add(new Send(from, new Revokes(view.id(), List.of(late))));
            return;
        }
        seat.tenures.put(
                from,
                new Tenure(
                        from,
                        held.token(),
                        held.since(),
                        0,
                        held.stage() == Stage.RUNNING ? Standing.CONFIRMED : Standing.ENDING));
        if (seat.held().size() > 1) {
            contested.add(held.key());
        }
    }

    private void want(Peer from, Reporter reporter, ClusterKey key) {
        Seat seat = seat(key);
        Tenure own = seat.tenures.get(from);
        if (own == null) {
            reporter.keys.add(key);
            seat.queue.add(from);
            touched.add(key);
        }
    }

    private List<Term> confirmed(Peer from, Reporter reporter) {
        List<Term> terms = new ArrayList<>();
        for (ClusterKey key : reporter.keys) {
            Seat seat = seats.get(key);
            Tenure tenure = seat == null ? null : seat.tenures.get(from);
            if (tenure != null && tenure.standing == Standing.CONFIRMED) {
                terms.add(new Term(key, tenure.token));
            }
        }
        return terms;
    }

    private void end(Tenure tenure, ClusterKey key) {
        Seat seat = seats.get(key);
        if (seat != null) {
            seat.tenures.remove(tenure.peer);
            touched.add(key);
            tidy(key, seat);
        }
    }

    private Contender contender(Tenure tenure) {
        Who who = who(tenure.peer);
        return new Contender(who.node(), who.run(), tenure.token, Instant.EPOCH.plus(tenure.since, ChronoUnit.MICROS));
    }

    private Who who(Peer peer) {
        @Nullable Reporter reporter = reporters.get(peer);
        return reporter == null ? self : reporter.who;
    }

    private Seat seat(ClusterKey key) {
        return seats.computeIfAbsent(key, k -> new Seat());
    }

    private void tidy(ClusterKey key, Seat seat) {
        if (seat.queue.isEmpty() && seat.tenures.isEmpty()) {
            seats.remove(key);
        }
    }
}
