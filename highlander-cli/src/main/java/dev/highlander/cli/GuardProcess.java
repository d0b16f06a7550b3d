package dev.highlander.cli;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
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
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The process of a guard, and the pipes to it: orders go in, a line each, and its answers come back. It has a session of
 * its own where there is a {@code setsid}, so that neither a terminal's signals nor a stop of the whole process group
 * reach it.
 */
final class GuardProcess {
    /** What it is called in a list of processes. */
    static final String NAME = "highlander-guard";

    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long PATIENCE_SECONDS = 10;
    private static final long LAST_WORDS_MILLIS = 200;

    private final Process process;
    private final OutputStream orders;
    private final boolean ownSession;
    private final CompletableFuture<String> able = new CompletableFuture<>();
    private final CompletableFuture<@Nullable Void> heard = new CompletableFuture<>();
    private final CompletionStage<@Nullable Void> ended;

    private GuardProcess(Process process, boolean ownSession, Consumer<String> answers) {
        this.process = process;
        this.orders = process.getOutputStream();
        this.ownSession = ownSession;
        // Its last words, which the reader may not have come to yet, say more than its end.
        this.ended = process.onExit()
                .thenCompose(exited -> heard.completeOnTimeout(null, LAST_WORDS_MILLIS, TimeUnit.MILLISECONDS))
                .thenRun(() -> able.complete("unable it ended at once"));
        Thread reader = new Thread(() -> read(answers), NAME);
        reader.setDaemon(true);
        reader.start();
    }

    /**
     * Starts one.
     *
     * @param words the program
     * @param prepare completes what is to start it; its environment has nothing but a path and a locale
     * @param answers is told each line but the first
     */
    static GuardProcess start(
            List<String> words,
            Map<String, String> environment,
            Function<ProcessBuilder, ProcessBuilder> prepare,
            Consumer<String> answers)
            throws IOException {
        Optional<Path> setsid = Program.find("setsid", environment);
        List<String> all = new ArrayList<>();
        setsid.ifPresent(path -> all.add(path.toString()));
        all.addAll(words);
        ProcessBuilder builder = new ProcessBuilder(all).redirectError(ProcessBuilder.Redirect.DISCARD);
        builder.environment().clear();
        builder.environment().put("PATH", environment.getOrDefault("PATH", "/bin:/usr/bin"));
        builder.environment().put("LC_ALL", "C");
        return new GuardProcess(prepare.apply(builder).start(), setsid.isPresent(), answers);
    }

    /**
     * The rest of its first line, {@code able …}.
     *
     * @throws IOException if that says that there can be none here, or does not come; it is killed then
     */
    String awaitAble() throws IOException, InterruptedException {
        String answer;
        try {
            answer = able.get(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (ExecutionException | TimeoutException e) {
            answer = "unable it does not answer";
        }
        if (!answer.equals("able") && !answer.startsWith("able ")) {
            process.destroyForcibly();
            throw new IOException(answer.startsWith("unable ") ? answer.substring(7) : answer);
        }
        return answer.substring(4).strip();
    }

    private void read(Consumer<String> answers) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = lines.readLine(); line != null; line = lines.readLine()) {
                if (!able.complete(line)) {
                    answers.accept(line);
                }
            }
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The guard can't be heard any more.", e);
        } finally {
            heard.complete(null);
        }
    }

    /** Completes when it has ended and all that it said was told. */
    CompletionStage<@Nullable Void> ended() {
        return ended;
    }

    boolean isAlive() {
        return process.isAlive();
    }

    void order(String lines) {
        synchronized (orders) {
            try {
                orders.write((lines + "\n").getBytes(StandardCharsets.UTF_8));
                orders.flush();
            } catch (IOException e) {
                LOG.log(Level.DEBUG, "The guard is gone.", e);
            }
        }
    }

    /** No more orders come, as if this process were dead; returns when it has ended. */
    void strike() throws InterruptedException {
        try {
            orders.close();
        } catch (IOException e) {
            LOG.log(Level.DEBUG, "The guard is gone.", e);
        }
        process.waitFor();
    }

    /** For a log. */
    @Override
    public String toString() {
        return process.pid() + (ownSession ? " in a session of its own" : " in this session, since there is no setsid");
    }
}
