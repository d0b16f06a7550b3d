package dev.highlander.drills;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.util.function.Consumer;

/** What a node is told while it runs: words on its standard input, whose end means that whoever started it is gone. */
public final class Orders {
    /** Gives way to another node. */
    static final String YIELD = "yield";

    private Orders() {}

    /** Reads until the end of the input, then ends this process and all that it has started, the hard way. */
    public static void obey(Consumer<String> order) {
        Thread reader = new Thread(() -> read(order), "orders");
        reader.setDaemon(true);
        reader.start();
    }

    private static void read(Consumer<String> order) {
        try (BufferedReader input = new BufferedReader(new InputStreamReader(System.in, US_ASCII))) {
            for (String line = input.readLine(); line != null; line = input.readLine()) {
                order.accept(line);
            }
        } catch (IOException e) {
            System.err.println("No more orders: " + e);
        }
        ProcessHandle.current().descendants().forEach(ProcessHandle::destroyForcibly);
        Runtime.getRuntime().halt(0);
    }
}
