package dev.highlander.cluster;

import dev.highlander.cluster.ClusterMessage.Ack;
import dev.highlander.cluster.ClusterMessage.Ask;
import dev.highlander.cluster.ClusterMessage.Beat;
import dev.highlander.cluster.ClusterMessage.Change;
import dev.highlander.cluster.ClusterMessage.Confirms;
import dev.highlander.cluster.ClusterMessage.Grants;
import dev.highlander.cluster.ClusterMessage.Overlapped;
import dev.highlander.cluster.ClusterMessage.Refuses;
import dev.highlander.cluster.ClusterMessage.Report;
import dev.highlander.cluster.ClusterMessage.Revokes;
import dev.highlander.cluster.ClusterMessage.Told;
import dev.highlander.cluster.Output.Send;
import dev.highlander.lock.Loss;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One node of a cluster: its {@link Member}, and while it is the coordinator of its view, the {@link Registry}. No threads,
 * no I/O, no clock; used by one thread, which brings it views, messages and the time, and does what {@link #take} says.
 *
 * <p>Every message but a receipt is about one view. One of a view that this node has left, or that is not its own, is void;
 * one of a later view waits until that is installed here. From each member, messages have to come in the order in which they
 * were sent; some may be missing where the view changes.
 */
class ClusterProtocol {
    /** The most messages that wait for their view; what is dropped is reported again. */
    private static final int EARLY = 4096;

    /** Where a message's view is, as seen from the present one. */
    enum Timing {
        EARLY,
        NOW,
        VOID
    }

    private record Early(Peer from, ClusterMessage message) {}

    private final ClusterRules rules;
    private final ClusterMessage.Who who;
    private final ConflictResolver resolver;
    private final Highest highest;
    private final Member member;
    private final long began;
    private final ArrayDeque<Early> early = new ArrayDeque<>();
    private final List<Output> receipts = new ArrayList<>();
    private @Nullable Peer self;
    private @Nullable ClusterView view;
    private @Nullable Registry registry;
    private boolean metOthers;

    ClusterProtocol(ClusterRules rules, ClusterMessage.Who who, ConflictResolver resolver, long began) {
        this.rules = rules;
        this.who = who;
        this.resolver = resolver;
        this.began = began;
        this.highest = new Highest();
        this.member = newMember(rules, who, highest);
    }

    Member newMember(ClusterRules common, ClusterMessage.Who own, Highest tokens) {
        return new Member(common, own, tokens);
    }

    Registry newRegistry(
            ClusterView of, ClusterRules common, ClusterMessage.Who own, Highest tokens, long from, long notBefore) {
        return new Registry(common, of, own, resolver, tokens, from, notBefore);
    }

    void claim(long claim, ClusterKey key) {
        member.claim(claim, key);
    }

    void withdraw(long claim) {
        member.withdraw(claim);
    }

    void release(long hold, Moment now) {
        member.release(hold, now);
    }

    void ask(long question, ClusterKey key) {
        member.ask(question, key);
    }

    int close() {
        member.close();
        return member.unreleased();
    }

    boolean isFinished() {
        return member.isFinished();
    }

    /** A view that has this node, {@code own}, among its members. */
    void installed(Peer own, ClusterView next, Moment now) {
        self = own;
        view = next;
        metOthers |= next.size() > 1;
        long notBefore = metOthers ? now.at() : Math.max(now.at(), began + rules.discovery());
        registry = next.coordinator().equals(own) ? newRegistry(next, rules, who, highest, now.at(), notBefore) : null;
        member.installed(own, next, now);
        List<Early> waiting = List.copyOf(early);
        early.clear();
        waiting.forEach(each -> heard(each.from, each.message, now));
    }

    void left(Loss why) {
        view = null;
        registry = null;
        early.clear();
        member.left(why);
    }

    void heard(Peer from, ClusterMessage message, Moment now) {
        if (message instanceof Overlapped receipt) {
            receipts.add(new Output.Overlapping(receipt.overlap()));
            return;
        }
        switch (timing(message)) {
            case EARLY -> {
                if (early.size() < EARLY) {
                    early.add(new Early(from, message));
                }
            }
            case NOW -> {
                if (isMember(from)) {
                    dispatch(from, message, now);
                }
            }
            case VOID -> {}
        }
    }

    Timing timing(ClusterMessage message) {
        if (view == null || message.view().number() > view.id().number()) {
            return Timing.EARLY;
        }
        return message.view().equals(view.id()) ? Timing.NOW : Timing.VOID;
    }

    private void dispatch(Peer from, ClusterMessage message, Moment now) {
        Registry present = registry;
        if (message instanceof Report report && present != null) {
            present.report(from, report, now);
        } else if (message instanceof Change change && present != null) {
            present.change(from, change, now);
        } else if (message instanceof Ask ask && present != null) {
            present.ask(from, ask, now);
        } else if (message instanceof Beat beat) {
            member.beat(from, beat);
        } else if (message instanceof Ack ack) {
            member.ack(from, ack, now);
        } else if (isCoordinator(from)) {
            fromCoordinator(message, now);
        }
    }

    private boolean isMember(Peer peer) {
        return view != null && view.members().contains(peer);
    }

    boolean isCoordinator(Peer peer) {
        return view != null && peer.equals(view.coordinator());
    }

    private void fromCoordinator(ClusterMessage message, Moment now) {
        if (message instanceof Grants grants) {
            member.grants(grants, now);
        } else if (message instanceof Confirms confirms) {
            member.confirms(confirms, now);
        } else if (message instanceof Revokes revokes) {
            member.revokes(revokes, now);
        } else if (message instanceof Refuses refuses) {
            member.refuses(refuses);
        } else if (message instanceof Told told) {
            member.told(told);
        }
    }

    void tick(Moment now) {
        member.tick(now);
        if (registry != null) {
            registry.tick(now);
        }
    }

    /** When {@link #tick} is due if nothing happens before. */
    long wakeAt() {
        return Math.min(member.wakeAt(), registry == null ? Long.MAX_VALUE : registry.wakeAt());
    }

    /** What there is to do since the last call; {@code now} is read right before it. */
    List<Output> take(Moment now) {
        List<Output> all = new ArrayList<>(receipts);
        receipts.clear();
        List<Output> some = next(now);
        while (!some.isEmpty()) {
            for (Output each : some) {
                if (each instanceof Send send && send.to().equals(self)) {
                    heard(send.to(), send.message(), now);
                } else {
                    all.add(each);
                }
            }
            some = next(now);
        }
        all.addAll(receipts);
        receipts.clear();
        return all;
    }

    private List<Output> next(Moment now) {
        List<Output> some = new ArrayList<>(member.take(now));
        if (registry != null) {
            some.addAll(registry.take());
        }
        return some;
    }

    @Nullable
    ClusterView view() {
        return view;
    }
}
