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
import dev.highlander.lock.Key;
import dev.highlander.lock.Loss;
import java.util.List;

/**
 * Messages as bytes: two letters, a version, a kind, and the fields in their order, big-endian; texts and lists with their
 * length before them.
 *
 * <p>Whatever bytes come in, reading them takes no more memory than they do themselves, times a small factor, and ends in a
 * message or a {@link WireException}.
 */
final class WireFormat {
    /** The most bytes of a message. */
    static final int MAX_BYTES = 32 << 20;

    static final byte VERSION = 1;
    private static final byte FIRST = 'H';
    private static final byte SECOND = 'L';
    private static final int HEADER = 4;

    private static final byte REPORT = 1;
    private static final byte CHANGE = 2;
    private static final byte BEAT = 3;
    private static final byte ACK = 4;
    private static final byte GRANTS = 5;
    private static final byte CONFIRMS = 6;
    private static final byte REVOKES = 7;
    private static final byte REFUSES = 8;
    private static final byte ASK = 9;
    private static final byte TOLD = 10;
    private static final byte OVERLAPPED = 11;

    private static final byte NAMED = 0;
    private static final byte NUMBERED = 1;
    private static final byte PAIRED = 2;

    private static final List<Stage> STAGES = List.of(Stage.STARTING, Stage.RUNNING, Stage.ENDING);
    private static final List<Loss> LOSSES =
            List.of(Loss.DISCONNECTED, Loss.EXPIRED, Loss.CONFLICT, Loss.QUORUM, Loss.REVOKED);

    private WireFormat() {}

    static byte[] write(ClusterMessage message) {
        WireWriter out = new WireWriter();
        out.put(FIRST);
        out.put(SECOND);
        out.put(VERSION);
        if (message instanceof Report report) {
            view(out, REPORT, report);
            out.putLong(report.number());
            out.putLong(report.heard());
            who(out, report.who());
            out.putLong(report.highest());
            out.list(report.holds(), WireFormat::held);
            out.list(report.wants(), WireFormat::key);
        } else if (message instanceof Change change) {
            view(out, CHANGE, change);
            out.list(change.releases(), WireFormat::term);
            out.list(change.unwants(), WireFormat::key);
            out.list(change.wants(), WireFormat::key);
            out.putLong(change.highest());
        } else if (message instanceof Beat beat) {
            view(out, BEAT, beat);
            out.putLong(beat.number());
            out.putLong(beat.highest());
        } else if (message instanceof Ack ack) {
            view(out, ACK, ack);
            out.putLong(ack.number());
            out.putLong(ack.highest());
        } else if (message instanceof Grants grants) {
            view(out, GRANTS, grants);
            out.putLong(grants.number());
            out.list(grants.terms(), WireFormat::term);
        } else if (message instanceof Confirms confirms) {
            view(out, CONFIRMS, confirms);
            out.putLong(confirms.report());
            out.list(confirms.terms(), WireFormat::term);
            out.putLong(confirms.highest());
        } else if (message instanceof Revokes revokes) {
            view(out, REVOKES, revokes);
            out.list(revokes.terms(), WireFormat::revoked);
        } else if (message instanceof Refuses refuses) {
            view(out, REFUSES, refuses);
            who(out, refuses.who());
        } else if (message instanceof Ask ask) {
            view(out, ASK, ask);
            out.putLong(ask.question());
            key(out, ask.key());
        } else if (message instanceof Told told) {
            view(out, TOLD, told);
            out.putLong(told.question());
            out.optional(told.holder(), WireFormat::contender);
        } else if (message instanceof Overlapped overlapped) {
            view(out, OVERLAPPED, overlapped);
            Overlap overlap = overlapped.overlap();
            out.putText(overlap.key().toString());
            contender(out, overlap.winner());
            contender(out, overlap.loser());
            out.putInstant(overlap.from());
            out.putInstant(overlap.to());
        }
        return out.bytes();
    }

    static ClusterMessage read(byte[] bytes, int offset, int length) throws WireException {
        if (length < HEADER || length > MAX_BYTES || bytes[offset] != FIRST || bytes[offset + 1] != SECOND) {
            throw new WireException("not a message of Highlander");
        }
        byte version = bytes[offset + 2];
        if (version != VERSION) {
            throw new WireException("version " + version + " of the protocol, and this node has " + VERSION);
        }
        byte kind = bytes[offset + 3];
        WireReader in = new WireReader(bytes, offset + HEADER, length - HEADER);
        try {
            ClusterMessage message = body(kind, in);
            in.end();
            return message;
        } catch (RuntimeException e) {
            throw new WireException("a field is out of range: " + e);
        }
    }

    private static ClusterMessage body(byte kind, WireReader in) throws WireException {
        ViewId view = new ViewId(in.getLong(), peer(in));
        return switch (kind) {
            case REPORT ->
                new Report(
                        view,
                        in.getLong(),
                        in.getLong(),
                        who(in),
                        in.getLong(),
                        in.list(WireFormat::held),
                        in.list(WireFormat::key));
            case CHANGE ->
                new Change(
                        view,
                        in.list(WireFormat::term),
                        in.list(WireFormat::key),
                        in.list(WireFormat::key),
                        in.getLong());
            case BEAT -> new Beat(view, in.getLong(), in.getLong());
            case ACK -> new Ack(view, in.getLong(), in.getLong());
            case GRANTS -> new Grants(view, in.getLong(), in.list(WireFormat::term));
            case CONFIRMS -> new Confirms(view, in.getLong(), in.list(WireFormat::term), in.getLong());
            case REVOKES -> new Revokes(view, in.list(WireFormat::revoked));
            case REFUSES -> new Refuses(view, who(in));
            case ASK -> new Ask(view, in.getLong(), key(in));
            case TOLD -> new Told(view, in.getLong(), in.optional(WireFormat::contender));
            case OVERLAPPED ->
                new Overlapped(
                        view,
                        new Overlap(
                                Key.parse(in.getText()),
                                contender(in),
                                contender(in),
                                in.getInstant(),
                                in.getInstant()));
            default -> throw new WireException("a message of unknown kind " + kind);
        };
    }

    private static void view(WireWriter out, byte kind, ClusterMessage message) {
        out.put(kind);
        out.putLong(message.view().number());
        peer(out, message.view().creator());
    }

    private static void peer(WireWriter out, Peer peer) {
        out.putLong(peer.high());
        out.putLong(peer.low());
    }

    private static Peer peer(WireReader in) throws WireException {
        return new Peer(in.getLong(), in.getLong());
    }

    private static void who(WireWriter out, Who who) {
        out.putText(who.node());
        out.putUuid(who.run());
        out.putLong(who.leaseMillis());
        out.putInt(who.quorum());
    }

    private static Who who(WireReader in) throws WireException {
        return new Who(in.getText(), in.getUuid(), in.getLong(), in.getInt());
    }

    private static void key(WireWriter out, ClusterKey key) {
        if (key.key() instanceof Key.Named named) {
            out.put(NAMED);
            out.putText(key.namespace());
            out.putText(named.text());
        } else if (key.key() instanceof Key.Numbered numbered) {
            out.put(NUMBERED);
            out.putLong(numbered.value());
        } else if (key.key() instanceof Key.Paired paired) {
            out.put(PAIRED);
            out.putInt(paired.first());
            out.putInt(paired.second());
        }
    }

    private static ClusterKey key(WireReader in) throws WireException {
        byte kind = in.get();
        return switch (kind) {
            case NAMED -> new ClusterKey(in.getText(), Key.of(in.getText()));
            case NUMBERED -> new ClusterKey("", Key.number(in.getLong()));
            case PAIRED -> new ClusterKey("", Key.pair(in.getInt(), in.getInt()));
            default -> throw new WireException("a key of unknown kind " + kind);
        };
    }

    private static void term(WireWriter out, Term term) {
        key(out, term.key());
        out.putLong(term.token());
    }

    private static Term term(WireReader in) throws WireException {
        return new Term(key(in), in.getLong());
    }

    private static void held(WireWriter out, Held held) {
        key(out, held.key());
        out.putLong(held.token());
        out.putLong(held.since());
        out.put((byte) STAGES.indexOf(held.stage()));
    }

    private static Held held(WireReader in) throws WireException {
        return new Held(key(in), in.getLong(), in.getLong(), in.choice(STAGES));
    }

    private static void revoked(WireWriter out, Revoked revoked) {
        key(out, revoked.key());
        out.putLong(revoked.token());
        out.put((byte) LOSSES.indexOf(revoked.why()));
        out.optional(revoked.winner(), (to, rival) -> {
            peer(to, rival.peer());
            contender(to, rival.contender());
        });
    }

    private static Revoked revoked(WireReader in) throws WireException {
        return new Revoked(
                key(in), in.getLong(), in.choice(LOSSES), in.optional(from -> new Rival(peer(from), contender(from))));
    }

    private static void contender(WireWriter out, Contender contender) {
        out.putText(contender.node());
        out.putUuid(contender.run());
        out.putLong(contender.token());
        out.putInstant(contender.since());
    }

    private static Contender contender(WireReader in) throws WireException {
        return new Contender(in.getText(), in.getUuid(), in.getLong(), in.getInstant());
    }
}
