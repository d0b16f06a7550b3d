package dev.highlander.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import java.util.function.IntConsumer;
import java.util.function.Supplier;

/**
 * Decides what becomes of a signal to this process. TERM and the first INT are orderly stops; a second INT kills the
 * command. All others are the command's, HUP too, as long as one runs; without one HUP ends this process and the others
 * are of no interest to anybody.
 *
 * <p>A terminal sends its signals to all processes in its foreground, so to the command as well: those are not sent a
 * second time.
 */
final class Forwarder {
    private static final int HUP = 1;
    private static final int INT = 2;
    private static final int TERM = 15;

    /** A command, as far as signals are concerned. */
    interface Target {
        void stopSignal(StopSignal signal);

        void forward(String signal);

        void kill();
    }

    private final Supplier<Optional<Target>> running;
    private final BooleanSupplier foreground;
    private final BooleanSupplier hungUp;
    private final IntConsumer exit;
    private boolean interrupted;

    /**
     * @param running the command, if one runs
     * @param foreground whether this process and the command are in the foreground of a terminal
     * @param hungUp whether they had a terminal that is gone
     * @param exit ends this process in an orderly way; it need not return
     */
    Forwarder(
            Supplier<Optional<Target>> running, BooleanSupplier foreground, BooleanSupplier hungUp, IntConsumer exit) {
        this.running = running;
        this.foreground = foreground;
        this.hungUp = hungUp;
        this.exit = exit;
    }

    /** Those that it decides on. The stop signals of terminals only where there is no terminal, whose job control they are. */
    static List<String> signals(boolean withTerminal) {
        List<String> all =
                new ArrayList<>(List.of("TERM", "INT", "HUP", "USR1", "USR2", "ALRM", "WINCH", "URG", "PWR"));
        if (!withTerminal) {
            all.addAll(List.of("TTIN", "TTOU"));
        }
        return all;
    }

    void received(String signal) {
        if (signal.equals("TERM")) {
            exit.accept(128 + TERM);
            return;
        }
        Optional<Target> command = running.get();
        switch (signal) {
            case "INT" -> interrupt(command);
            case "HUP" -> {
                if (command.isEmpty()) {
                    exit.accept(128 + HUP);
                } else if (!hungUp.getAsBoolean()) {
                    command.get().forward(signal);
                }
            }
            case "WINCH" -> {
                if (!foreground.getAsBoolean()) {
                    command.ifPresent(one -> one.forward(signal));
                }
            }
            default -> command.ifPresent(one -> one.forward(signal));
        }
    }

    private void interrupt(Optional<Target> command) {
        boolean again;
        synchronized (this) {
            again = interrupted;
            interrupted = true;
        }
        if (again) {
            command.ifPresent(Target::kill);
        } else {
            command.ifPresent(one -> one.stopSignal(foreground.getAsBoolean() ? StopSignal.SENT : StopSignal.INT));
        }
        exit.accept(128 + INT);
    }
}
