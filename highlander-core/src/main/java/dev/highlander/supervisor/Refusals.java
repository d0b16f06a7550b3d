package dev.highlander.supervisor;

import dev.highlander.supervisor.Member.Phase;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a supervisor answers when it does not do what it was asked for, and what to do then.
 *
 * @param supervisor its name
 */
record Refusals(String supervisor) {
    RuntimeException ending() {
        return new IllegalStateException("Supervisor " + supervisor + " is ending or has ended. Start another one.");
    }

    RuntimeException unknown(String id, List<String> known) {
        return new IllegalArgumentException(
                "Supervisor " + supervisor + " has no child " + id + ". It has " + known + ".");
    }

    RuntimeException present(Member same) {
        return new IllegalArgumentException("Supervisor " + supervisor + " has a child " + same.traits.id() + " already"
                + (same.isPresent() ? "." : ", which does not run: restart or delete it."));
    }

    RuntimeException running(Member member, String what) {
        String state = member.isPresent() ? member.phase == Phase.STUCK ? "is stuck" : "runs" : "is being restarted";
        return new IllegalStateException("Child " + member.traits.id() + " of supervisor " + supervisor + " " + state
                + ", so it can't be " + what + ". Terminate it first.");
    }

    RuntimeException notStarted(Member member, @Nullable Throwable cause) {
        String what = "Child " + member.traits.id() + " of supervisor " + supervisor + " could not be started.";
        return new StartFailedException(what, cause);
    }

    RuntimeException calledOff(Member member) {
        String what = "The start of child " + member.traits.id() + " was called off: it was terminated.";
        return new StartFailedException(what, null);
    }

    RuntimeException stuck(Member member, @Nullable Throwable cause) {
        RuntimeException refusal = new ChildStuckException(supervisor, List.of(member.traits.id()));
        if (cause != null) {
            refusal.initCause(cause);
        }
        return refusal;
    }
}
