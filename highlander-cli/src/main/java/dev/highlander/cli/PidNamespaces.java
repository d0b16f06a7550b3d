package dev.highlander.cli;

import java.io.File;
import java.io.IOException;
import java.lang.ProcessBuilder.Redirect;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * Process id namespaces: the kernel kills all inside when their first process dies, and that dies with the thread of this
 * process that has started it, so even if the guard is killed as well. The command sees other process ids, and only its
 * own processes; an ordinary user's is in a user namespace, where programs can't become another user.
 */
final class PidNamespaces implements Means {
    /**
     * It stays the parent of the command and of whatever loses its parent. Its own words are not for the user, such as
     * that the command was killed.
     */
    private static final String FIRST = "exec 3>&2 2>/dev/null; (exec \"$@\" 2>&3 3>&-); exit $?";

    private static final long PATIENCE_SECONDS = 10;

    private final List<String> prefix;
    private final boolean root;

    private PidNamespaces(List<String> prefix, boolean root) {
        this.prefix = List.copyOf(prefix);
        this.root = root;
    }

    /**
     * Tried.
     *
     * @throws IOException if there can be none here
     */
    static PidNamespaces open(Map<String, String> environment) throws IOException, InterruptedException {
        String setpriv = tool("setpriv", environment);
        String unshare = tool("unshare", environment);
        String why = "";
        for (boolean root : new boolean[] {true, false}) {
            List<String> prefix = new ArrayList<>(List.of(setpriv, "--pdeathsig", "KILL", unshare));
            prefix.addAll(root ? List.of() : List.of("--user", "--map-current-user"));
            prefix.addAll(List.of("--pid", "--fork", "--kill-child", "--propagation", "slave", "--mount-proc", "--"));
            prefix.addAll(List.of("/bin/sh", "-c", FIRST, "highlander-init"));
            PidNamespaces namespaces = new PidNamespaces(prefix, root);
            why = namespaces.tryOut(environment);
            if (why.isEmpty()) {
                return namespaces;
            }
        }
        throw new IOException(why);
    }

    private static String tool(String name, Map<String, String> environment) throws IOException {
        Path found = Program.find(name, environment).orElse(null);
        if (found == null) {
            throw new IOException("there is no " + name + " on the PATH; it is of util-linux");
        }
        return found.toString();
    }

    /** What went wrong, or nothing. */
    private String tryOut(Map<String, String> environment) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(words(List.of("sh", "-c", "exit 7")))
                .redirectInput(Redirect.from(new File("/dev/null")))
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", environment.getOrDefault("PATH", "/bin:/usr/bin"));
        builder.environment().put("LC_ALL", "C");
        Process trial = builder.start();
        String told = new String(trial.getInputStream().readNBytes(200), StandardCharsets.UTF_8);
        if (!trial.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
            trial.destroyForcibly();
            return "unshare does not answer";
        }
        return trial.exitValue() == 7
                ? ""
                : told.isBlank()
                        ? "unshare fails"
                        : told.strip().lines().findFirst().orElse("");
    }

    List<String> words(List<String> command) {
        List<String> words = new ArrayList<>(prefix);
        words.addAll(command);
        return words;
    }

    @Override
    public Enclosure enclose(String cookie) {
        return new PidNamespace(this);
    }

    @Override
    public String toString() {
        return "namespace: a process id namespace of their own" + (root ? "" : ", and a user namespace");
    }
}
