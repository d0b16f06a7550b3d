package dev.highlander.cli;

import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** A process id namespace of one command: outside of it a waiting {@code unshare}, inside the first process, then the command. */
record PidNamespace(PidNamespaces means) implements Enclosure {
    /** What it starts is killed when it ends, so it does not. */
    private static final ExecutorService STARTER = Executors.newSingleThreadExecutor(work -> {
        Thread thread = new Thread(work, "highlander-starter");
        thread.setDaemon(true);
        return thread;
    });

    @Override
    public Process start(ProcessBuilder command) throws IOException {
        command.command(means.words(List.copyOf(command.command())));
        Future<Process> started = STARTER.submit(command::start);
        boolean interrupted = false;
        try {
            while (true) {
                try {
                    return started.get();
                } catch (InterruptedException e) {
                    interrupted = true; // a process that nobody knows would be worse
                }
            }
        } catch (ExecutionException e) {
            throw e.getCause() instanceof IOException known ? known : new IOException(e.getCause());
        } finally {
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }

    @Override
    public Optional<String> order() {
        return Optional.of("namespace yes");
    }

    private static Optional<ProcessHandle> first(Process started) {
        return eldest(started.toHandle());
    }

    /** The later ones have lost their parents. */
    private static Optional<ProcessHandle> eldest(ProcessHandle parent) {
        return parent.children()
                .min(Comparator.comparing(
                                (ProcessHandle one) -> one.info().startInstant().orElse(Instant.MAX))
                        .thenComparing(ProcessHandle::pid));
    }

    @Override
    public Optional<ProcessHandle> command(Process started) {
        return first(started).flatMap(PidNamespace::eldest);
    }

    @Override
    public Set<ProcessHandle> keepers(Process started) {
        Set<ProcessHandle> keepers = new HashSet<>(Set.of(started.toHandle()));
        first(started).ifPresent(keepers::add);
        return keepers;
    }
}
