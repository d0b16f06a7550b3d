package dev.highlander.cluster;

import dev.highlander.lock.Key;
import java.time.Duration;
import java.time.Instant;

/**
 * That two terms of one key ran at once, on two sides of a split: told on both nodes once the loser has stopped.
 *
 * <p>The times are of two wall clocks, so a difference between these is in the result.
 *
 * @param winner the term that went on
 * @param loser the term that was stopped
 * @param from when the later of the two was granted
 * @param to when the loser was seen to have stopped
 */
public record Overlap(Key key, Contender winner, Contender loser, Instant from, Instant to) {
    /** For how long both ran; zero where the clocks of the two nodes differ by more than that. */
    public Duration length() {
        Duration between = Duration.between(from, to);
        return between.isNegative() ? Duration.ZERO : between;
    }
}
