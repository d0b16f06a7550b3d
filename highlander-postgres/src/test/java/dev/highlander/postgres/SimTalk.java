package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.postgres.SimOptions.Mistake;
import dev.highlander.time.Time;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/**
 * What {@link PostgresSession} is to a real process: connects, executes what the real {@link Conversation} asks for, one
 * request at a time, and brings it what comes. Where that thread would block, this one's state says what it waits for.
 */
final class SimTalk {
    private static final long FIRST_RETRY = 50 * SimWorld.MILLI;
    static final long LONGEST_RETRY = SimWorld.SECOND;
    static final long REFUSED_RETRY = 5 * SimWorld.SECOND;

    /** What a session is doing, as far as a fault might care. */
    enum Activity {
        CONNECTING,
        TRY,
        MARK,
        RUN,
        BEAT,
        CLEAN,
        UNLOCK,
        OPEN,
        LISTENING,
        PAUSING,
        OVER
    }

    private enum State {
        CONNECTING,
        ASKED,
        LISTENING,
        PAUSING,
        OVER
    }

    /** One connection, as far as it got. */
    private static final class Connection {
        private final SimLink link;
        private final SimTruth truth = new SimTruth();
        private SimServer.Backend backend;
        private long lastRead;

        Connection(SimLink link) {
            this.link = link;
        }
    }

    private final SimWorld world;
    private final SimWeather weather;
    private final SimServer server;
    private final SimNode node;
    private final SimProcess process;
    private final SimChance chance;
    private final Time time;
    private final SimMember member;
    private final Lease lease;
    private final Conversation conversation;
    private final Consumer<Request> asking;
    private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
    private final List<Wire.Notification> unheard = new ArrayList<>();
    private State state = State.OVER;
    /** Counts the states, so that what was to end one of them does not end a later one. */
    private long turns;

    private Connection connection;
    private Request asked;
    private Sent sent;
    private Sent latestGood;
    private long retry = FIRST_RETRY;
    private long lastClaim;
    private long connections;
    private int failures;

    /** {@code asking} is told each request just before it is sent. */
    SimTalk(
            SimWorld world,
            SimWeather weather,
            SimServer server,
            SimNode node,
            SimProcess process,
            Time time,
            SimMember member,
            PostgresProtocol protocol,
            Consumer<Request> asking) {
        this.world = world;
        this.weather = weather;
        this.server = server;
        this.node = node;
        this.process = process;
        this.chance = process.chance();
        this.time = time;
        this.member = member;
        this.lease = member.lease();
        this.asking = asking;
        this.conversation = new Conversation(lease, time, protocol, this::release, this::confirmed);
    }

    private void confirmed() {
        retry = FIRST_RETRY;
        failures = 0;
    }

    private void release(long hold, String ending) {
        post(conversation -> conversation.release(hold, ending));
    }

    long newClaim() {
        return ++lastClaim;
    }

    Activity activity() {
        return switch (state) {
            case CONNECTING -> Activity.CONNECTING;
            case LISTENING -> Activity.LISTENING;
            case PAUSING -> Activity.PAUSING;
            case OVER -> Activity.OVER;
            case ASKED -> activityOf(asked);
        };
    }

    private static Activity activityOf(Request asked) {
        if (asked instanceof Request.Try) {
            return Activity.TRY;
        }
        if (asked instanceof Request.Mark) {
            return Activity.MARK;
        }
        if (asked instanceof Request.Run) {
            return Activity.RUN;
        }
        if (asked instanceof Request.Beat) {
            return Activity.BEAT;
        }
        if (asked instanceof Request.Clean) {
            return Activity.CLEAN;
        }
        return asked instanceof Request.Open ? Activity.OPEN : Activity.UNLOCK;
    }

    /** What is really known about the present connection's holds. */
    SimTruth truth() {
        return connection == null ? new SimTruth() : connection.truth;
    }

    /** The end of a lease that counts from the latest good check on whatever connection: nobody should go by that. */
    long latestTrust() {
        return latestGood == null ? Long.MIN_VALUE : latestGood.deadBy(lease.nanos(), time);
    }

    /** The session of the present connection, or null. */
    SimServer.Backend backend() {
        return connection == null ? null : connection.backend;
    }

    /** Does {@code work} on the session's thread as soon as that does not block. */
    void post(Consumer<Conversation> work) {
        inbox.add(() -> work.accept(conversation));
        if (state == State.LISTENING) {
            later(process.threadDelay(), this::turn);
        } else if (state == State.PAUSING) {
            later(process.threadDelay(), this::doInbox);
        }
    }

    /** Says good-bye once everything is given back, as closing the locks does. */
    void close() {
        post(Conversation::close);
    }

    private void become(State next) {
        state = next;
        turns++;
    }

    /** Does it unless another state has come before. */
    private void later(long delay, Runnable step) {
        world.at(world.now() + delay, process, unlessOver(step));
    }

    /** The same after that time on this process's clock. */
    private void laterByTheClock(long nanos, Runnable step) {
        world.byTheClock(Time.plus(process.local(), nanos), 0, process, unlessOver(step));
    }

    private Runnable unlessOver(Runnable step) {
        long turn = turns;
        return () -> {
            if (turn == turns) {
                step.run();
            }
        };
    }

    void connect() {
        become(State.CONNECTING);
        Connection made = new Connection(
                new SimLink(world, weather, node, world.chances("link " + process.name(), ++connections)));
        connection = made;
        node.connecting();
        made.link.toServer(0, () -> {
            made.backend = server.connect(node.name(), member, packet -> toNode(made, packet));
            made.truth.connectedTo(made.backend);
        });
        laterByTheClock(Math.max(SimWorld.SECOND, lease.replyLimit()), () -> end(null));
    }

    private void toNode(Connection from, SimPacket packet) {
        from.link.toNode(packet.end() ? weather.silence(chance) : delayOf(packet), () -> {
            from.lastRead = Math.max(from.lastRead, world.now() + process.threadDelay());
            world.at(from.lastRead, process, () -> {
                if (connection == from) {
                    received(packet);
                }
            });
        });
    }

    private long delayOf(SimPacket packet) {
        return packet.reply() instanceof Reply.Checked ? weather.dawdlingOfChecks(chance) : weather.dawdling(chance);
    }

    private long delayOf(Request request) {
        return request instanceof Request.Try ? weather.dawdlingOfTries(chance) : weather.dawdling(chance);
    }

    private void received(SimPacket packet) {
        switch (packet.mishap()) {
            case END, ERROR -> end(null);
            case WARNING -> end(Problems.warned("canceling wait for synchronous replication"));
            case IN_RECOVERY -> end(Problems.inRecovery());
            case NONE -> receivedGood(packet);
        }
    }

    private void receivedGood(SimPacket packet) {
        unheard.addAll(packet.came());
        if (state == State.CONNECTING && packet.backend() != 0) {
            conversation.connected(packet.backend(), packet.ledger());
            turn();
        } else if (state == State.ASKED && packet.reply() != null && isExpected(packet.reply())) {
            connection.truth.received(asked, packet.reply(), packet.asked());
            if (asked instanceof Request.Beat && packet.reply() instanceof Reply.Checked checked && checked.good()) {
                latestGood = sent;
            }
            conversation.replied(asked, packet.reply(), sent, takeUnheard());
            turn();
        } else if (state == State.LISTENING) {
            conversation.heard(takeUnheard());
            turn();
        }
    }

    /** Who asks again without a new connection gets more replies than it can use. */
    private boolean isExpected(Reply reply) {
        return !node.makes(Mistake.ASKS_AGAIN_ON_THE_SAME_CONNECTION)
                || (asked instanceof Request.Beat && reply instanceof Reply.Checked)
                || (asked instanceof Request.Mark && (reply instanceof Reply.Checked || reply instanceof Reply.Read))
                || (asked instanceof Request.Open && reply instanceof Reply.Checked)
                || (asked instanceof Request.Try && reply instanceof Reply.Got)
                || (asked instanceof Request.Run && reply instanceof Reply.Ran)
                || (asked instanceof Request.Clean && reply instanceof Reply.Did)
                || (asked instanceof Request.Unlock && reply instanceof Reply.Did);
    }

    private List<Wire.Notification> takeUnheard() {
        List<Wire.Notification> all = List.copyOf(unheard);
        unheard.clear();
        return all;
    }

    private void doInbox() {
        for (Runnable work = inbox.poll(); work != null; work = inbox.poll()) {
            work.run();
        }
    }

    private void turn() {
        doInbox();
        Request request;
        try {
            request = conversation.next();
        } catch (RefusedException e) {
            end(e.problem());
            return;
        }
        if (request != null) {
            ask(request);
        } else if (conversation.isFinished()) {
            hangUp();
            become(State.OVER);
        } else {
            become(State.LISTENING);
            laterByTheClock(Math.max(SimWorld.MILLI, conversation.wakeAt() - time.nanos()), this::turn);
        }
    }

    private void ask(Request request) {
        become(State.ASKED);
        asked = request;
        sent = Sent.now(time);
        long trueSent = world.now();
        asking.accept(request);
        Connection over = connection;
        // Even between the look at the clock and the sending it may be frozen.
        later(process.threadDelay(), () -> {
            over.link.toServer(delayOf(request), () -> over.backend.execute(request, trueSent));
            if (node.makes(Mistake.READS_THE_CLOCK_AFTER_SENDING)) {
                later(chance.upTo(60 * SimWorld.MILLI), () -> sent = Sent.now(time));
            }
        });
        boolean patient = node.makes(Mistake.ASKS_AGAIN_ON_THE_SAME_CONNECTION) && request instanceof Request.Beat;
        laterByTheClock(lease.replyLimit(), patient ? () -> ask(request) : () -> end(null));
    }

    /** The session is over: by an error, by silence, or because it can't be relied on. */
    private void end(Problem refusal) {
        if (world.isTracing()) {
            world.say(process.name(), "session over" + (refusal == null ? "" : ": " + refusal.code()));
        }
        hangUp();
        conversation.disconnected(Loss.DISCONNECTED);
        boolean refused = refusal != null && Problems.isRefusal(refusal);
        failures++;
        if (node.makes(Mistake.GIVES_UP_CONNECTING) && failures >= 5) {
            become(State.OVER);
            return;
        }
        become(State.PAUSING);
        laterByTheClock(
                (long) ((refused ? REFUSED_RETRY : retry) * (0.5 + chance.uniform())), this::connectUnlessFinished);
        retry = Math.min(LONGEST_RETRY, retry * 2);
        doInbox();
    }

    private void connectUnlessFinished() {
        doInbox();
        if (conversation.isFinished()) {
            become(State.OVER);
        } else {
            connect();
        }
    }

    /** Closes the socket; what was sent before still arrives. */
    void hangUp() {
        Connection last = connection;
        connection = null;
        unheard.clear();
        if (last != null) {
            last.link.toServer(0, () -> {
                if (last.backend != null) {
                    last.backend.end("hung up");
                }
            });
        }
    }

    /** From now on nothing of this connection arrives that way, and nobody is told. */
    void lose(boolean upwards, boolean downwards) {
        if (connection != null) {
            connection.link.lose(upwards, downwards);
        }
    }

    /** Somebody between resets the connection, and tells only this side of it, or both. */
    void reset(boolean both) {
        Connection last = connection;
        if (last != null) {
            last.link.lose(true, true);
            if (both && last.backend != null) {
                last.backend.end("reset");
            }
            world.at(world.now(), process, () -> {
                if (connection == last) {
                    end(null);
                }
            });
        }
    }
}
