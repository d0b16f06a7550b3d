package dev.highlander.cluster;

import dev.highlander.Highlander;
import dev.highlander.WhenStuck;
import dev.highlander.lock.Node;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/** A node in a JVM of its own, which writes down what it runs: {@code START key micros}, {@code STOP key micros}. */
final class NodeProcess implements AutoCloseable {
    private final Process process;
    private final BlockingQueue<String> lines = new LinkedBlockingQueue<>();

    private NodeProcess(Process process) {
        this.process = process;
        Thread reader = new Thread(this::read, "output of a node");
        reader.setDaemon(true);
        reader.start();
    }

    /** {@code keys} are numbered; {@code quorum} is zero for none. */
    static NodeProcess start(String name, List<Integer> ports, int index, int quorum, int keys) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-Xmx128m",
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-cp",
                System.getProperty("java.class.path"),
                NodeProcess.class.getName(),
                name,
                String.valueOf(index),
                String.valueOf(quorum),
                String.valueOf(keys)));
        ports.forEach(port -> command.add(String.valueOf(port)));
        return new NodeProcess(new ProcessBuilder(command)
                .redirectError(ProcessBuilder.Redirect.DISCARD)
                .start());
    }

    private void read() {
        try (BufferedReader in =
                new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8))) {
            for (String line = in.readLine(); line != null; line = in.readLine()) {
                lines.add(line);
            }
        } catch (IOException e) {
            lines.add("END");
        }
    }

    /** The next thing that this node says within two minutes. */
    String next() throws InterruptedException {
        String line = lines.poll(120, TimeUnit.SECONDS);
        if (line == null) {
            throw new AssertionError("A node was silent for two minutes.");
        }
        return line;
    }

    @Nullable
    String poll() {
        return lines.poll();
    }

    long pid() {
        return process.pid();
    }

    void signal(String name) throws IOException, InterruptedException {
        int status = new ProcessBuilder("kill", "-" + name, String.valueOf(pid()))
                .start()
                .waitFor();
        if (status != 0) {
            throw new AssertionError("kill -" + name + " failed with status " + status);
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }

    public static void main(String[] args) throws Exception {
        List<String> addresses = new ArrayList<>();
        for (int i = 4; i < args.length; i++) {
            addresses.add("127.0.0.1:" + args[i]);
        }
        int quorum = Integer.parseInt(args[2]);
        ClusterBuilder builder = ClusterLocks.builder()
                .bind(addresses.get(Integer.parseInt(args[1])))
                .peers(addresses)
                .detection(Detection.QUICK)
                .node(Node.named("node-" + args[1]));
        ClusterLocks locks = (quorum > 0 ? builder.quorum(quorum) : builder).join(args[0]);
        Highlander highlander = Highlander.with(locks).whenStuck(WhenStuck.REPORT);
        CountDownLatch joined = new CountDownLatch(1);
        locks.listen(condition -> joined.countDown());
        for (int key = 0; key < Integer.parseInt(args[3]); key++) {
            String name = "key-" + key;
            highlander.start(highlander.task(name, term -> {
                say("START " + name);
                try {
                    new CountDownLatch(1).await();
                } finally {
                    say("STOP " + name);
                }
            }));
        }
        joined.await();
        int members = -1;
        while (true) {
            if (locks.members() != members) {
                members = locks.members();
                say("MEMBERS " + members);
            }
            Thread.sleep(20);
        }
    }

    private static synchronized void say(String what) {
        Instant now = Instant.now();
        System.out.println(what + " " + (now.getEpochSecond() * 1_000_000 + now.getNano() / 1000));
        System.out.flush();
    }
}
