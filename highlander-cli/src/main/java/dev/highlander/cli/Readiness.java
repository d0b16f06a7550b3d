package dev.highlander.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Waits until a command that was just started is ready; one for each start. */
final class Readiness {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long POLL = 100_000_000L;
    private static final int CONNECT_MILLIS = 1_000;
    private static final long CHECK_SECONDS = 10;

    private final ReadyWhen when;
    private final Launch launch;

    Readiness(ReadyWhen when, Launch launch) {
        this.when = when;
        this.launch = launch;
    }

    /** Completes {@code ready} as soon as the command is; gives up when {@code ready} is completed by somebody else. */
    void await(String name, CompletableFuture<Boolean> ready) {
        if (when instanceof ReadyWhen.Line) {
            launch.tap().ifPresent(tap -> tap.seen().thenRun(() -> ready.complete(true)));
            return;
        }
        Thread thread = new Thread(() -> poll(ready), name + "-ready");
        thread.setDaemon(true);
        thread.start();
    }

    private void poll(CompletableFuture<Boolean> ready) {
        while (!ready.isDone()) {
            if (isReady(ready)) {
                ready.complete(true);
                return;
            }
            LockSupport.parkNanos(POLL);
        }
    }

    private boolean isReady(CompletableFuture<Boolean> ready) {
        try {
            return when instanceof ReadyWhen.Port port
                    ? accepts(port)
                    : when instanceof ReadyWhen.Check check && succeeds(check, ready);
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "Not ready yet.", e);
            return false;
        }
    }

    private static boolean accepts(ReadyWhen.Port port) throws IOException {
        List<String> hosts = port.host().isEmpty() ? List.of("127.0.0.1", "::1") : List.of(port.host());
        IOException last = new IOException("no host");
        for (String host : hosts) {
            try (Socket socket = new Socket()) {
                socket.connect(new InetSocketAddress(host, port.number()), CONNECT_MILLIS);
                return true;
            } catch (IOException e) {
                last = e;
            }
        }
        throw last;
    }

    /** With the command's environment, so that it dies with the command's other processes, and knows what they know. */
    private boolean succeeds(ReadyWhen.Check check, CompletableFuture<Boolean> ready) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("/bin/sh", "-c", check.script())
                .redirectOutput(Redirect.DISCARD)
                .redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().putAll(launch.environment());
        Process process = builder.start();
        process.getOutputStream().close();
        var unused = ready.thenRun(process::destroyForcibly);
        try {
            if (process.waitFor(CHECK_SECONDS, TimeUnit.SECONDS)) {
                return process.exitValue() == 0;
            }
            process.descendants().forEach(ProcessHandle::destroyForcibly);
            process.destroyForcibly();
            return false;
        } catch (InterruptedException e) {
            throw new IllegalStateException("Nobody interrupts this thread.", e);
        }
    }
}
