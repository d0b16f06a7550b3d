package dev.highlander.postgres;

import java.util.List;
import java.util.SplittableRandom;

/** The chances of one part of the world. Each part has its own, so that a fault more or less here changes nothing there. */
final class SimChance {
    private final SplittableRandom random;

    private SimChance(long seed) {
        random = new SplittableRandom(seed);
    }

    /** The chances of {@code part}, of which there may be several; the same for the same arguments. */
    static SimChance of(long seed, String part, long number) {
        return new SimChance(mix(mix(mix(seed) + part.hashCode()) + number));
    }

    /** A number in [0, 1) for one question, put once. */
    static double once(long seed, int part, long number) {
        return (mix(mix(seed + part) + number) >>> 11) * 0x1.0p-53;
    }

    /** Scatters: one step of the generator SplitMix64. */
    static long mix(long number) {
        long z = number + 0x9E3779B97F4A7C15L;
        z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
        z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
        return z ^ (z >>> 31);
    }

    boolean chance(double probability) {
        return random.nextDouble() < probability;
    }

    double uniform() {
        return random.nextDouble();
    }

    /** From zero to {@code bound}, without it. */
    int below(int bound) {
        return random.nextInt(bound);
    }

    /** From zero to {@code bound}. */
    long upTo(long bound) {
        return bound <= 0 ? 0 : random.nextLong(bound + 1);
    }

    <T> T oneOf(List<T> all) {
        return all.get(random.nextInt(all.size()));
    }
}
