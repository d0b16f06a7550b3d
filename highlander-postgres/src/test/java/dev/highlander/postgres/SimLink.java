package dev.highlander.postgres;

import java.util.ArrayDeque;

/** A connection: two queues that keep their order, however late they are; what is cut off arrives when it heals. */
final class SimLink {
    private final SimWorld world;
    private final SimWeather weather;
    private final SimNode node;
    private final Queue up = new Queue(true);
    private final Queue down = new Queue(false);

    SimLink(SimWorld world, SimWeather weather, SimNode node) {
        this.world = world;
        this.weather = weather;
        this.node = node;
        node.network().add(this);
    }

    void toServer(long extraDelay, Runnable arrival) {
        up.send(extraDelay, arrival);
    }

    void toNode(long extraDelay, Runnable arrival) {
        down.send(extraDelay, arrival);
    }

    /** Looks again whether it is cut. */
    void flow() {
        up.flow();
        down.flow();
    }

    private final class Queue {
        private final boolean upwards;
        private final ArrayDeque<Runnable> held = new ArrayDeque<>();
        private long last;

        Queue(boolean upwards) {
            this.upwards = upwards;
        }

        void send(long extraDelay, Runnable arrival) {
            last = Math.max(last, world.now() + weather.delay() + extraDelay);
            world.at(last, () -> {
                held.add(arrival);
                flow();
            });
        }

        void flow() {
            while (!held.isEmpty() && !node.isCut(upwards)) {
                held.poll().run();
            }
        }
    }
}
