package dev.highlander.supervisor;

import dev.highlander.time.Agenda;
import dev.highlander.time.Time;
import java.lang.System.Logger.Level;
import org.jspecify.annotations.Nullable;

/** Tells what goes wrong under a supervisor, in the log, on a thread that may be held up by it; made when there is need. */
final class SupervisorJournal {
    private static final System.Logger LOG = System.getLogger("dev.highlander.supervisor");

    private final String name;
    private final Time time;
    private @Nullable Agenda lines;

    SupervisorJournal(String name, Time time) {
        this.name = name;
        this.time = time;
    }

    void failed(String id, Exit exit) {
        String what = "Supervisor " + name + ": child " + id
                + (exit.kind() == Exit.Kind.NOT_STARTED ? " could not be restarted." : " has failed.");
        log(Level.WARNING, what, exit.cause().orElse(null));
    }

    void stoppedWith(String id, Throwable cause) {
        log(Level.INFO, "Supervisor " + name + ": child " + id + " was asked to end, and did so with an error.", cause);
    }

    void stuck(String id) {
        String what =
                "Supervisor " + name + ": child " + id + " has ignored its kill and may still run. It is not started"
                        + " again before it has ended. Make it end when it is interrupted.";
        log(Level.ERROR, what, null);
    }

    void broken(String id, Throwable why) {
        String what =
                "Supervisor " + name + ": child " + id + " was started but can't be looked after, so it is killed. It"
                        + " is not started again before it says that it has ended. Mend its ended(), started() and stuck().";
        log(Level.ERROR, what, why);
    }

    void notAsked(String id, Throwable why) {
        String what = "Supervisor " + name + ": child " + id + " could not be asked to end, so it is killed.";
        log(Level.ERROR, what, why);
    }

    void broken(SupervisorMachine.Command command, Throwable cause) {
        log(Level.ERROR, "Supervisor " + name + ": failed at " + command + ", and goes on.", cause);
    }

    void over(Exit exit) {
        if (exit.kind() == Exit.Kind.FAILED) {
            String what = exit.cause().map(Throwable::getMessage).orElse("Supervisor " + name + " has failed.");
            log(Level.ERROR, what, null);
        }
        Agenda present = lines;
        if (present != null) {
            present.execute(present::close);
        }
    }

    private void log(Level level, String what, @Nullable Throwable cause) {
        Agenda present = lines;
        if (present == null) {
            present = time.agenda("supervisor-log " + name);
            lines = present;
        }
        present.execute(() -> LOG.log(level, what, cause));
    }
}
