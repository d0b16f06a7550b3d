package dev.highlander.postgres;

import java.util.List;

/** Requests and replies, short enough for a timeline. */
final class SimText {
    private SimText() {}

    static String of(Request request) {
        if (request instanceof Request.Try attempt) {
            return "try " + keys(attempt.locks());
        }
        if (request instanceof Request.Mark mark) {
            return "mark " + mark.nonce();
        }
        if (request instanceof Request.Run run) {
            return "run " + keys(run.locks());
        }
        if (request instanceof Request.Clean clean) {
            return "clean "
                    + keys(clean.terms().stream().map(Request.Term::lock).toList());
        }
        if (request instanceof Request.Open) {
            return "open";
        }
        return request instanceof Request.Unlock unlock ? "unlock " + keys(unlock.locks()) : "beat";
    }

    static String of(Reply reply) {
        if (reply instanceof Reply.Got got) {
            return "got " + keys(List.copyOf(got.locks()));
        }
        if (reply instanceof Reply.Ran ran) {
            return "token " + ran.tokens().values();
        }
        return reply instanceof Reply.Did did ? "did " + keys(List.copyOf(did.locks())) : "good";
    }

    private static String keys(List<LockId> locks) {
        return locks.stream().map(lock -> "#" + lock.objId()).toList().toString();
    }
}
