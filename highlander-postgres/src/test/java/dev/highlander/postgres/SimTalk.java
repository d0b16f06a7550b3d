package dev.highlander.postgres;

import dev.highlander.lock.Condition.Problem;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
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
    private static final long LONGEST_RETRY = SimWorld.SECOND;
    private static final long REFUSED_RETRY = 5 * SimWorld.SECOND;

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
    private final Time time;
    private final Lease lease;
    private final Conversation conversation;
    private final Consumer<Request> asking;
    private final ArrayDeque<Runnable> inbox = new ArrayDeque<>();
    private final List<Wire.Notification> unheard = new ArrayList<>();
    private State state = State.OVER;
    /** Counts the states, so that what was to end one of them does not end a later one. */
    private long turns;

    private Connection connection;
    private long retry = FIRST_RETRY;
    private long lastClaim;

    /** {@code asking} is told each request just before it is sent. */
    SimTalk(
            SimWorld world,
            SimWeather weather,
            SimServer server,
            SimNode node,
            SimProcess process,
            Time time,
            Lease lease,
            PostgresProtocol protocol,
            Consumer<Request> asking) {
        this.world = world;
        this.weather = weather;
        this.server = server;
        this.node = node;
        this.process = process;
        this.time = time;
        this.lease = lease;
        this.asking = asking;
        this.conversation = new Conversation(lease, time, protocol, this::release, () -> retry = FIRST_RETRY);
    }

    private void release(long hold) {
        post(conversation -> conversation.release(hold));
    }

    long newClaim() {
        return ++lastClaim;
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

    private void become(State next) {
        state = next;
        turns++;
    }

    /** Does it unless another state has come before. */
    private void later(long delay, Runnable step) {
        long turn = turns;
        world.at(world.now() + delay, process, () -> {
            if (turn == turns) {
                step.run();
            }
        });
    }

    /** The same after that time on this process's clock. */
    private void laterByTheClock(long nanos, Runnable step) {
        later(process.whenItIs(Time.plus(time.nanos(), nanos)) - world.now(), step);
    }

    void connect() {
        become(State.CONNECTING);
        Connection made = new Connection(new SimLink(world, weather, node));
        connection = made;
        made.link.toServer(0, () -> made.backend = server.connect(node.name(), packet -> toNode(made, packet)));
        laterByTheClock(Math.max(SimWorld.SECOND, lease.replyLimit()), () -> end(null));
    }

    private void toNode(Connection from, SimPacket packet) {
        from.link.toNode(packet.end() ? weather.silence() : delayOf(packet), () -> {
            from.lastRead = Math.max(from.lastRead, world.now() + process.threadDelay());
            world.at(from.lastRead, process, () -> {
                if (connection == from) {
                    received(packet);
                }
            });
        });
    }

    private long delayOf(SimPacket packet) {
        return packet.reply() instanceof Reply.Checked ? weather.grudge() : weather.dawdling();
    }

    private long delayOf(Request request) {
        return request instanceof Request.Try ? weather.grudge() : weather.dawdling();
    }

    private void received(SimPacket packet) {
        if (packet.end()) {
            end(null);
            return;
        }
        unheard.addAll(packet.came());
        if (state == State.CONNECTING && packet.backend() != 0) {
            conversation.connected(packet.backend());
            turn();
        } else if (state == State.ASKED && packet.reply() != null) {
            conversation.replied(asked, packet.reply(), sent, takeUnheard());
            turn();
        } else if (state == State.LISTENING) {
            conversation.heard(takeUnheard());
            turn();
        }
    }

    private Request asked;
    private Sent sent;

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
        asking.accept(request);
        Connection over = connection;
        // Even between the look at the clock and the sending it may be frozen.
        later(process.threadDelay(), () -> over.link.toServer(delayOf(request), () -> over.backend.execute(request)));
        laterByTheClock(lease.replyLimit(), () -> end(null));
    }

    /** The session is over: by an error, by silence, or because it can't be relied on. */
    private void end(Problem refusal) {
        if (world.isTracing()) {
            world.say(process.name(), "session over" + (refusal == null ? "" : ": " + refusal.code()));
        }
        hangUp();
        conversation.disconnected(Loss.DISCONNECTED);
        boolean refused = refusal != null && Problems.isRefusal(refusal);
        become(State.PAUSING);
        laterByTheClock(
                (long) ((refused ? REFUSED_RETRY : retry) * (0.5 + world.uniform())), this::connectUnlessFinished);
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

    boolean isOver() {
        return state == State.OVER;
    }
}
