package dev.highlander.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/**
 * A guard that is a process beside this one: {@code guard.sh}, where the orders are described. It has a session of its own
 * where there is a {@code setsid}, so that neither a terminal's signals nor a stop of the whole process group reach it.
 */
final class ShellGuard implements Guard {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final String SCRIPT = script();
    private static final long PATIENCE_SECONDS = 10;
    private static final long LAST_WORDS_MILLIS = 200;

    private final Process process;
    private final OutputStream orders;
    private final CompletableFuture<String> able = new CompletableFuture<>();
    private final CompletableFuture<String> failed = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> heard = new CompletableFuture<>();
    private final AtomicBoolean done = new AtomicBoolean();

    private ShellGuard(Process process) {
        this.process = process;
        this.orders = process.getOutputStream();
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

    /**
     * A new one, that has tried its tools and guards nothing yet.
     *
     * @throws IOException if there can be none here
     */
    static ShellGuard start(Map<String, String> environment) throws IOException, InterruptedException {
        Optional<Path> setsid = Program.find("setsid", environment);
        List<String> words = new ArrayList<>();
        setsid.ifPresent(path -> words.add(path.toString()));
        // In an argument, the script would fill a screen of whoever lists the processes.
        words.addAll(List.of("/bin/sh", "-c", "eval \"$GUARD\"", "highlander-guard"));
        ProcessBuilder builder = new ProcessBuilder(words).redirectError(Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().put("PATH", environment.getOrDefault("PATH", "/bin:/usr/bin"));
        builder.environment().put("LC_ALL", "C");
        builder.environment()
                .put("MARK", "highlander-guard-" + ProcessHandle.current().pid());
        builder.environment().put("GUARD", SCRIPT);
        ShellGuard guard = new ShellGuard(builder.start());
        guard.listen();
        String answer = guard.awaitAnswer();
        if (!answer.equals("able")) {
            guard.process.destroyForcibly();
            throw new IOException(answer);
        }
        LOG.log(
                Level.INFO,
                "Commands are guarded by process {0}, a shell{1}.",
                Long.toString(guard.process.pid()),
                setsid.isPresent() ? " in a session of its own" : " in this session, since there is no setsid");
        return guard;
    }

    private String awaitAnswer() throws InterruptedException {
        try {
            return able.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            return "it does not answer";
        }
    }

    private void listen() {
        Thread reader = new Thread(this::read, "highlander-guard");
        reader.setDaemon(true);
        reader.start();
        // Its last words, which the reader may not have come to yet, say more than its end.
        var unused = process.onExit()
                .thenCompose(exited -> heard.completeOnTimeout(null, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS))
                .thenRun(() -> {
                    able.complete("it ended at once");
                    if (!done.get()) {
                        failed.complete(KILLED);
                    }
                });
    }

    private void read() {
        try (BufferedReader answers =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = answers.readLine(); line != null; line = answers.readLine()) {
                if (line.equals(EXPIRED)) {
                    failed.complete(line);
                } else {
                    able.complete(line.startsWith("unable ") ? line.substring(7) : line);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The guard can't be heard any more.", e);
        } finally {
            heard.complete(null);
        }
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
        synchronized (orders) {
            try {
                orders.write((lines + "\n").getBytes(StandardCharsets.UTF_8));
                orders.flush();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "The guard is gone.", e);
            }
        }
    }

    @Override
    public void done() {
        if (!done.getAndSet(true)) {
            order("done");
        }
    }

    @Override
    public void strike() throws InterruptedException {
        try {
            orders.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The guard is gone.", e);
        }
        process.waitFor();
    }
}
