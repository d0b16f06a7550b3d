package dev.highlander.postgres;

import dev.highlander.ExploreSingleton;
import dev.highlander.Reason;
import dev.highlander.State;
import dev.highlander.lock.Claim;
import dev.highlander.lock.Claimant;
import dev.highlander.lock.Hold;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.lock.Namespace;
import dev.highlander.postgres.ExploreConfig.Promise;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.supervisor.Exit;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;

/**
 * A process with one singleton: the real machine, protocol, conversation and holds, moved by one event at a time. Its
 * thread that talks goes as far as it comes without waiting; its thread that decides does one piece of work at a time.
 */
final class ExploreNode implements ExploreSingleton.Outside {
    private static final Key KEY = Key.number(1);
    static final LockId LOCK = LockId.of(KEY, Namespace.DEFAULT);
    static final LockId LEASE_LOCK = new LockId(7, 10000, true);

    /** What the thread that talks waits for. */
    enum Talk {
        /** To connect again. */
        PAUSING,
        /** A reply. */
        ASKED,
        /** Anything. */
        LISTENING,
        /** Nothing any more. */
        OVER
    }

    /** What happened in a step, to be counted. */
    enum Seen {
        STARTED_WITH_EVIDENCE,
        STARTED_AFTER_SETTLE,
        STARTED_AGAIN_IN_PLACE,
        START_REFUSED_FOR_LACK_OF_TIME,
        LOST_WHILE_SETTLING,
        LOST_WHILE_STARTING,
        LOST_WHILE_RUNNING,
        LOST_WHILE_STOPPING,
        LOST_WHILE_STUCK,
        LEASE_ENDED_WHILE_SETTLING,
        LEASE_ENDED_WHILE_RUNNING,
        STUCK,
        HALTED,
        DISTRUSTED,
        RELEASED,
        STEPPED_DOWN,
        CLOSED
    }

    /** A wish that waits for the thread that talks. */
    private record Post(Wish wish, long number) {}

    private enum Wish {
        CLAIM,
        WITHDRAW,
        RELEASE
    }

    private final ExploreConfig config;
    private final Lease lease;
    private final ExploreTime time = new ExploreTime();
    private final PostgresProtocol protocol;
    private final Conversation conversation;
    private final ExploreSingleton singleton;
    private final ArrayDeque<Post> inbox = new ArrayDeque<>();
    private Claimant claimant;
    private long lastClaim;
    private Talk talk = Talk.PAUSING;
    private Request asked;
    private Sent sent;
    private ExploreHold latest;
    private long nonce;

    private boolean child;
    private boolean childAsked;
    private ExploreHold childHold;

    // Of the present step; no part of the state.
    private boolean hungUp;
    private boolean halted;
    private Request sends;
    private long startedToken = -1;
    private Promise broken;
    private final Set<Seen> seen = EnumSet.noneOf(Seen.class);
    private final List<String> said = new ArrayList<>();

    ExploreNode(ExploreConfig config) {
        this.config = config;
        this.lease = config.lease();
        this.protocol = config.options().protocol().make(lease, LEASE_LOCK, () -> 0);
        this.conversation = new Conversation(
                lease, time, protocol, (hold, ending) -> inbox.add(new Post(Wish.RELEASE, hold)), () -> {});
        this.singleton = new ExploreSingleton(lease, lease.nanos() / 10, 1, time::nanos, this);
        singleton.tick();
        doInbox();
        begin();
    }

    /** What is reported from now on belongs to the next step. */
    void begin() {
        hungUp = false;
        halted = false;
        sends = null;
        startedToken = -1;
        broken = null;
        seen.clear();
        said.clear();
    }

    // What happens to it.

    void connected(int backend) {
        conversation.connected(backend, null);
        talk = Talk.LISTENING;
        talkOn();
    }

    void replied(Reply reply, List<Wire.Notification> came) {
        Request request = asked;
        Sent at = sent;
        asked = null;
        sent = null;
        talk = Talk.LISTENING;
        conversation.replied(request, reply, at, came);
        talkOn();
    }

    void heard(List<Wire.Notification> came) {
        conversation.heard(came);
        talkOn();
    }

    void losesItsSession() {
        end();
    }

    void decides() {
        singleton.decide();
        talkOn();
    }

    void timer() {
        singleton.tick();
        talkOn();
    }

    void timePasses(boolean frozen) {
        time.pass(config.step());
        if (!frozen) {
            talkOn();
        }
    }

    /** Goes on after a freeze: what watches deadlines comes first, and a child does nothing before it. */
    void thaws() {
        if (singleton.isTimerDue()) {
            singleton.tick();
        }
        talkOn();
    }

    void childEnds() {
        child = false;
        singleton.childEnded(childAsked ? Exit.stopped() : Exit.completed());
    }

    void childFails() {
        child = false;
        singleton.childEnded(Exit.failed(new IllegalStateException("explored")));
    }

    void stepsDown() {
        singleton.stepDown(time.nanos() + 1);
        talkOn();
    }

    void closes() {
        singleton.close();
        talkOn();
    }

    // The thread that talks.

    private void talkOn() {
        if (halted || talk == Talk.ASKED || talk == Talk.OVER) {
            return;
        }
        doInbox();
        if (talk == Talk.PAUSING) {
            return;
        }
        Request request;
        try {
            request = conversation.next();
        } catch (RefusedException e) {
            seen.add(Seen.DISTRUSTED);
            say("gives up its session: " + e.problem().code());
            end();
            return;
        }
        if (request == null) {
            return;
        }
        talk = Talk.ASKED;
        asked = request;
        sent = Sent.now(time);
        sends = request;
        nonce = request instanceof Request.Mark mark ? mark.nonce() : nonce;
        say("sends " + SimText.of(request));
        if (request instanceof Request.Run && makes(Mistake.STARTS_WHEN_RUN_IS_SENT) && latest != null) {
            latest.startsEarly();
            claimant.startable(latest);
        }
    }

    private void end() {
        talk = Talk.PAUSING;
        asked = null;
        sent = null;
        hungUp = true;
        if (singleton.state() == State.STOPPING) {
            seen.add(Seen.LOST_WHILE_STOPPING);
        } else if (singleton.state() == State.STUCK) {
            seen.add(Seen.LOST_WHILE_STUCK);
        }
        conversation.disconnected(Loss.DISCONNECTED);
        doInbox();
    }

    private void doInbox() {
        for (Post post = inbox.poll(); post != null; post = inbox.poll()) {
            switch (post.wish) {
                case CLAIM -> conversation.claim(post.number, KEY, LOCK, new Witness(claimant));
                case WITHDRAW -> conversation.withdraw(post.number);
                case RELEASE -> conversation.release(post.number, "explored");
            }
        }
    }

    /** Between the session and the claimant: keeps the hold in view. */
    private final class Witness implements Claimant {
        private final Claimant to;
        private ExploreHold hold;

        Witness(Claimant to) {
            this.to = to;
        }

        @Override
        public void granted(Hold granted) {
            boolean evidence = granted.startNotBefore() <= time.nanos();
            say(evidence ? "is told of its grant, with evidence" : "is told of its grant, and settles");
            hold = new ExploreHold(granted, ExploreNode.this, evidence);
            latest = hold;
            to.granted(hold);
        }

        @Override
        public void startable(Hold startable) {
            to.startable(hold);
        }

        @Override
        public void lost(Hold lost, Loss why) {
            to.lost(hold, why);
        }
    }

    // What the machine commands.

    @Override
    public Claim claim(Claimant who) {
        claimant = who;
        long number = ++lastClaim;
        inbox.add(new Post(Wish.CLAIM, number));
        return () -> inbox.add(new Post(Wish.WITHDRAW, number));
    }

    @Override
    public void startChild(Hold hold) {
        boolean again = hold == childHold;
        childHold = (ExploreHold) hold;
        child = true;
        childAsked = false;
        singleton.childStarted();
        if (time.nanos() >= childHold.trueDeadBy() - lease.stopBudget() - lease.margin()) {
            broken = Promise.NO_START_TOO_LATE_TO_STOP;
        }
        if (again) {
            seen.add(Seen.STARTED_AGAIN_IN_PLACE);
            say("STARTS its child again");
            return;
        }
        startedToken = childHold.startedEarly() ? Long.MAX_VALUE : hold.token();
        seen.add(childHold.hasEvidence() ? Seen.STARTED_WITH_EVIDENCE : Seen.STARTED_AFTER_SETTLE);
        say("STARTS its child" + (childHold.startedEarly() ? "" : ", term " + hold.token()));
    }

    @Override
    public void stopChild() {
        childAsked = true;
        if (child && makes(Mistake.RELEASES_WHEN_THE_STOP_BEGINS)) {
            childHold.release();
        }
    }

    @Override
    public void killChild() {
        childAsked = true;
    }

    @Override
    public void halt() {
        halted = true;
        seen.add(Seen.HALTED);
        say("halts");
    }

    @Override
    public void releasing() {
        seen.add(Seen.RELEASED);
        if (child) {
            broken = Promise.RELEASE_AFTER_STOP;
        } else {
            childHold = null;
        }
    }

    @Override
    public void changed(State from, State to, Reason reason) {
        say(from + " -> " + to + ", " + reason);
        boolean lost = reason == Reason.DISCONNECTED || reason == Reason.REVOKED;
        if (from == State.SETTLING && lost) {
            seen.add(Seen.LOST_WHILE_SETTLING);
        } else if (from == State.SETTLING && reason == Reason.EXPIRED) {
            seen.add(isLeaseOver() ? Seen.LEASE_ENDED_WHILE_SETTLING : Seen.START_REFUSED_FOR_LACK_OF_TIME);
        } else if (from == State.STARTING && lost) {
            seen.add(Seen.LOST_WHILE_STARTING);
        } else if (from == State.RUNNING && lost) {
            seen.add(Seen.LOST_WHILE_RUNNING);
        } else if (reason == Reason.EXPIRED) {
            seen.add(Seen.LEASE_ENDED_WHILE_RUNNING);
        } else if (to == State.STUCK) {
            seen.add(Seen.STUCK);
        } else if (reason == Reason.STEPPED_DOWN) {
            seen.add(Seen.STEPPED_DOWN);
        } else if (to == State.CLOSED) {
            seen.add(Seen.CLOSED);
        }
    }

    /** Rather than too short to start under. */
    private boolean isLeaseOver() {
        return latest == null || time.nanos() >= latest.trueDeadBy();
    }

    boolean makes(Mistake mistake) {
        return config.options().mistake() == mistake;
    }

    // What is to be seen of it.

    Talk talk() {
        return talk;
    }

    State state() {
        return singleton.state();
    }

    boolean hasChild() {
        return child;
    }

    boolean wasAskedToStop() {
        return childAsked;
    }

    /** Whether its child's lease is over. */
    boolean isOverdue() {
        return child && time.nanos() > childHold.trueDeadBy();
    }

    boolean hasWork() {
        return singleton.hasWork();
    }

    boolean isTimerDue() {
        return singleton.isTimerDue();
    }

    long now() {
        return time.nanos();
    }

    /** What it has said in its latest mark. */
    long nonce() {
        return nonce;
    }

    boolean hungUp() {
        return hungUp;
    }

    boolean isHalted() {
        return halted;
    }

    /** What it has sent in this step, or null. */
    Request sends() {
        return sends;
    }

    /** The token of the child that was started in this step: -1 for none, {@link Long#MAX_VALUE} for not known. */
    long startedToken() {
        return startedToken;
    }

    /** The promise that it broke in this step by itself, or null. */
    Promise broken() {
        return broken;
    }

    Set<Seen> seen() {
        return seen;
    }

    List<String> said() {
        return said;
    }

    private void say(String what) {
        said.add(what);
    }
}
