package dev.highlander.postgres;

import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import java.time.Instant;
import java.util.Optional;
import java.util.UUID;

/**
 * A term, as the ledger has it.
 *
 * @param key the key
 * @param token its fencing token
 * @param node the name of the node
 * @param run the id of that run of the node
 * @param address where its connection came from, unless that was a socket of the server's machine
 * @param lease the node's lease
 * @param started when its child was about to be started, by the server's clock
 * @param ended when its child was seen to be down or, for a lost term, when the next one began
 * @param outcome how it is with it
 * @param reason why it ended, in a few words; empty unless it ended cleanly
 */
public record LedgerTerm(
        Key key,
        long token,
        String node,
        UUID run,
        Optional<String> address,
        Lease lease,
        Instant started,
        Optional<Instant> ended,
        Outcome outcome,
        Optional<String> reason) {
    /** How a term ended. */
    public enum Outcome {
        /** Not yet, as far as the ledger knows. */
        HELD,
        /** Its child was seen to be down before the key was given back. */
        CLEAN,
        /** Its node crashed, hung, was cut off or had its session ended, and a later term began. */
        LOST
    }
}
