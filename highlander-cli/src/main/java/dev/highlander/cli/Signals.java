package dev.highlander.cli;

import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.lang.System.Logger.Level;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/** The signals of the operating system, which Java has no public interface for: caught, and sent. */
final class Signals {
    private static final System.Logger LOG = System.getLogger("dev.highlander.cli");
    private static final long PATIENCE_SECONDS = 10;

    private Signals() {}

    /**
     * Has {@code handler} called for each signal of that name, on a thread of its own. Nothing happens where this JVM or
     * this system has no such signal, or where whoever started this process has it ignored, as {@code nohup} does.
     */
    static void handle(String name, Consumer<String> handler) {
        try {
            // By reflection: the compiler warns of this class in a way that can't be switched off.
            Class<?> signal = Class.forName("sun.misc.Signal");
            Class<?> callback = Class.forName("sun.misc.SignalHandler");
            Object proxy = Proxy.newProxyInstance(
                    Signals.class.getClassLoader(), new Class<?>[] {callback}, (self, method, args) -> {
                        switch (method.getName()) {
                            case "handle" -> handler.accept(name);
                            case "hashCode" -> {
                                return System.identityHashCode(self);
                            }
                            case "equals" -> {
                                return self == args[0];
                            }
                            default -> {}
                        }
                        return null;
                    });
            signal.getMethod("handle", signal, callback)
                    .invoke(null, signal.getConstructor(String.class).newInstance(name), proxy);
        } catch (ReflectiveOperationException | RuntimeException e) {
            LOG.log(Level.DEBUG, "SIG" + name + " can't be caught here.", e);
        }
    }

    /** Sends a signal to all that {@code targets} names. */
    static void send(String name, Consumer<Consumer<ProcessHandle>> targets) {
        List<String> words = new ArrayList<>(List.of("/bin/sh", "-c", "kill -s \"$0\" \"$@\"", name));
        targets.accept(one -> words.add(Long.toString(one.pid())));
        if (words.size() == 4) {
            return;
        }
        ProcessBuilder builder =
                new ProcessBuilder(words).redirectOutput(Redirect.DISCARD).redirectError(Redirect.DISCARD);
        builder.environment().clear();
        try {
            Process kill = builder.start();
            kill.getOutputStream().close();
            boolean unused = kill.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS);
        } catch (IOException e) {
            LOG.log(Level.WARNING, "SIG" + name + " can't be sent.", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
