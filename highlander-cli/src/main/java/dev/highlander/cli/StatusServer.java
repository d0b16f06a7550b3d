package dev.highlander.cli;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/** Answers by HTTP how a run is. It changes nothing, and has nothing to tell that is secret. */
final class StatusServer {
    private static final int THREADS = 4;
    /** Seconds; a client that takes longer to ask, or to hear, is hung up on. */
    private static final String LONGEST_EXCHANGE = "10";

    private static final String NOT_YET = "{\"error\":\"starting\"}";

    private final HttpServer server;
    private volatile @Nullable StatusPage page;

    private StatusServer(HttpServer server) {
        this.server = server;
    }

    /** From now on it answers that it is starting. */
    static StatusServer open(InetSocketAddress address) throws IOException {
        // Without it a reply takes 40 ms: half of it waits for the acknowledgement of the other half.
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.maxReqTime", LONGEST_EXCHANGE);
        System.setProperty("sun.net.httpserver.maxRspTime", LONGEST_EXCHANGE);
        StatusServer made = new StatusServer(HttpServer.create(address, 0));
        AtomicInteger threads = new AtomicInteger();
        made.server.setExecutor(Executors.newFixedThreadPool(THREADS, work -> {
            Thread thread = new Thread(work, "highlander-http-" + threads.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        }));
        made.server.createContext("/", made::answer);
        made.server.start();
        return made;
    }

    void show(StatusPage what) {
        page = what;
    }

    /** Where it really listens. */
    String address() {
        return "http://" + shown(server.getAddress());
    }

    static String shown(InetSocketAddress address) {
        String host = address.getAddress().getHostAddress();
        return (host.indexOf(':') < 0 ? host : "[" + host + "]") + ":" + address.getPort();
    }

    private void answer(HttpExchange exchange) throws IOException {
        try (exchange) {
            exchange.getRequestBody().close();
            String method = exchange.getRequestMethod();
            StatusPage present = page;
            if (!method.equals("GET") && !method.equals("HEAD")) {
                exchange.getResponseHeaders().set("Allow", "GET, HEAD");
                reply(exchange, 405, "{\"error\":\"only GET and HEAD are answered\"}");
            } else if (present == null) {
                reply(exchange, 503, NOT_YET);
            } else {
                answer(exchange, present);
            }
        }
    }

    private static void answer(HttpExchange exchange, StatusPage page) throws IOException {
        switch (exchange.getRequestURI().getPath()) {
            case "/health" -> reply(exchange, page.isHealthy() ? 200 : 503, page.health());
            case "/ready" -> reply(exchange, page.isReady() ? 200 : 503, page.readiness());
            case "/", "/state" -> reply(exchange, 200, page.state());
            default -> reply(exchange, 404, "{\"error\":\"there are /health, /ready and /state\"}");
        }
    }

    private static void reply(HttpExchange exchange, int status, String json) throws IOException {
        byte[] body = (json + "\n").getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.getResponseHeaders().set("Cache-Control", "no-store");
        boolean head = exchange.getRequestMethod().equals("HEAD");
        exchange.sendResponseHeaders(status, head ? -1 : body.length);
        if (!head) {
            exchange.getResponseBody().write(body);
        }
    }
}
