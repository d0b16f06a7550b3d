package dev.highlander.cli;

import java.io.IOException;
import java.io.InputStream;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;

/** A guard of one term that is a shell beside this process: {@code guard.sh}, where the orders are described. */
final class ShellGuard implements Guard {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final String SCRIPT = script();

    private final GuardProcess process;
    private final CompletableFuture<String> failed = new CompletableFuture<>();
    private final AtomicBoolean done = new AtomicBoolean();

    private ShellGuard(Map<String, String> environment) throws IOException {
        // In an argument, the script would fill a screen of whoever lists the processes.
        this.process = GuardProcess.start(
                List.of("/bin/sh", "-c", "eval \"$GUARD\"", GuardProcess.NAME),
                environment,
                ShellGuard::prepare,
                line -> {
                    if (line.equals(EXPIRED)) {
                        failed.complete(line);
                    }
                });
        var unused = process.ended().thenRun(() -> {
            if (!done.get()) {
                failed.complete(KILLED);
            }
        });
    }

    private static String script() {
        try (InputStream text = ShellGuard.class.getResourceAsStream("guard.sh")) {
            if (text == null) {
                throw new IllegalStateException("guard.sh is not in the archive.");
            }
            return new String(text.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new IllegalStateException("guard.sh can't be read.", e);
        }
    }

    private static ProcessBuilder prepare(ProcessBuilder builder) {
        builder.environment()
                .put("MARK", GuardProcess.NAME + "-" + ProcessHandle.current().pid());
        builder.environment().put("GUARD", SCRIPT);
        return builder;
    }

    /**
     * A new one, that has tried its tools and guards nothing yet.
     *
     * @throws IOException if there can be none here
     */
    static ShellGuard start(Map<String, String> environment) throws IOException, InterruptedException {
        ShellGuard guard = new ShellGuard(environment);
        String unused = guard.process.awaitAble();
        LOG.log(Level.INFO, "Commands are guarded by process {0}, a shell.", guard.process);
        return guard;
    }

    @Override
    public boolean isAlive() {
        return process.isAlive();
    }

    @Override
    public CompletionStage<String> failed() {
        return failed;
    }

    @Override
    public void order(String lines) {
        process.order(lines);
    }

    @Override
    public void done() {
        if (!done.getAndSet(true)) {
            process.order("done");
        }
    }

    @Override
    public void strike() throws InterruptedException {
        process.strike();
    }
}
