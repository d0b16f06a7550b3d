package dev.highlander.postgres;

import java.util.ArrayDeque;

/**
 * A connection: two queues that keep their order, however late they are. What a cut node sends or is sent arrives when the
 * cut heals; what is lost never does.
 */
final class SimLink {
    private final SimWorld world;
    private final SimWeather weather;
    private final SimNode node;
    private final SimChance chance;
    private final Queue up = new Queue(true);
    private final Queue down = new Queue(false);

    SimLink(SimWorld world, SimWeather weather, SimNode node, SimChance chance) {
        this.world = world;
        this.weather = weather;
        this.node = node;
        this.chance = chance;
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

    /** From now on nothing that goes that way arrives. */
    void lose(boolean upwards, boolean downwards) {
        up.lost |= upwards;
        down.lost |= downwards;
    }

    private final class Queue {
        private final boolean upwards;
        private final ArrayDeque<Runnable> held = new ArrayDeque<>();
        private boolean lost;
        private long last;

        Queue(boolean upwards) {
            this.upwards = upwards;
        }

        void send(long extraDelay, Runnable arrival) {
            last = Math.max(last, world.now() + weather.delay(chance) + extraDelay);
            world.at(last, () -> {
                if (!lost) {
                    held.add(arrival);
                    flow();
                }
            });
        }

        void flow() {
            while (!held.isEmpty() && !node.isCut(upwards)) {
                held.poll().run();
            }
        }
    }
}
