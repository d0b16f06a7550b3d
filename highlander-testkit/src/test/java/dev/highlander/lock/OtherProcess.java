package dev.highlander.lock;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** A process, or a part of this one that has its own copies of all classes, which holds a key or says who does. */
public final class OtherProcess implements AutoCloseable {
    private final Process process;
    private final BufferedReader out;

    private OtherProcess(Process process) {
        this.process = process;
        this.out = process.inputReader(StandardCharsets.UTF_8);
    }

    /** One that claims {@code key} until it is told to end, or killed. */
    static OtherProcess holding(Path directory, String key) throws IOException {
        return start("hold", directory, key);
    }

    /** What a process of its own says about the holder of {@code key}. */
    static String asked(Path directory, String key) throws IOException {
        try (OtherProcess process = start("ask", directory, key)) {
            return process.line();
        }
    }

    private static OtherProcess start(String mode, Path directory, String key) throws IOException {
        return new OtherProcess(new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-Xshare:auto",
                        "-XX:TieredStopAtLevel=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        OtherProcess.class.getName(),
                        mode,
                        directory.toString(),
                        key)
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start());
    }

    /** Its next line; null when it has ended. */
    String line() throws IOException {
        return out.readLine();
    }

    /** Lets it release the key and end. */
    void end() throws IOException {
        process.getOutputStream().close();
    }

    void kill() {
        process.destroyForcibly();
    }

    @Override
    public void close() throws IOException {
        end();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }

    public static void main(String[] args) throws Exception {
        Path directory = Path.of(args[1]);
        if (args[0].equals("ask")) {
            try (LocalLocks locks = LocalLocks.open(directory)) {
                System.out.println(locks.holder(Key.of(args[2]))
                        .toCompletableFuture()
                        .get()
                        .map(Holder::node)
                        .orElse("nobody"));
            }
            return;
        }
        AutoCloseable held = hold(directory.toString(), List.of(args[2]), System.out::println);
        BufferedReader in = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8));
        while (in.readLine() != null) {
            // until it is closed
        }
        held.close();
    }

    /** In terms of the JDK alone, to be called across class loaders. Tells the token of each grant, and problems. */
    public static AutoCloseable hold(String directory, List<String> keys, Consumer<String> told) {
        LocalLocks locks = LocalLocks.builder()
                .directory(Path.of(directory))
                .node(Node.named("other"))
                .open();
        Subscription problems = locks.listen(condition -> told.accept(condition.toString()));
        List<Hold> holds = new CopyOnWriteArrayList<>();
        Claimant claimant = new Claimant() {
            @Override
            public void granted(Hold hold) {
                holds.add(hold);
            }

            @Override
            public void startable(Hold hold) {
                told.accept(Long.toString(hold.token()));
            }

            @Override
            public void lost(Hold hold, Loss why) {
                told.accept(why.toString());
            }
        };
        List<Claim> claims =
                keys.stream().map(key -> locks.claim(Key.of(key), claimant)).toList();
        keys.forEach(key -> locks.holder(Key.of(key)).toCompletableFuture().join());
        return () -> {
            claims.forEach(Claim::withdraw);
            holds.forEach(Hold::release);
            problems.close();
            locks.close();
        };
    }
}
