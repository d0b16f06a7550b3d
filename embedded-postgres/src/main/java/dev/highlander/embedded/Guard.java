package dev.highlander.embedded;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.io.IOException;
import java.io.OutputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * A shell that outlives this JVM by a moment: when the pipe from us ends, it stops the server and removes its files.
 *
 * <p>That end is seen however we die, SIGKILL included. It is also the orderly way to remove the files, and the way the
 * next start removes what a run left whose guard was killed too. It stays out of our process group.
 */
final class Guard implements AutoCloseable {
    /** The data directory, then what to remove. The pipe says whether a server is to be expected. */
    private static final String SCRIPT = """
            trap '' HUP INT TERM
            data=$1; shift
            state=stopped
            while read -r line; do state=$line; done

            # Whether process $pid is the server: by its command line, as its number may have gone to another.
            # A zombie has none, so it counts as gone.
            is_server() {
                if [ -d /proc/self ]; then
                    [ -r "/proc/$pid/cmdline" ] && grep -qF -e "$data" "/proc/$pid/cmdline"
                else
                    ps -ww -o command= -p "$pid" | grep -qF -e "$data"
                fi
            }
            find_server() {
                pid=
                [ -r "$data/postmaster.pid" ] && read -r pid < "$data/postmaster.pid"
                [ -n "$pid" ] && is_server
            }

            # One that was only just started has not written its number yet.
            tries=0
            until find_server; do
                pid=
                tries=$((tries + 1))
                if [ "$state" = stopped ] || [ $tries -gt 60 ]; then break; fi
                sleep 0.05
            done
            if [ -n "$pid" ]; then
                kill -s QUIT "$pid"
                tries=0
                while is_server && [ $tries -lt 200 ]; do
                    tries=$((tries + 1))
                    sleep 0.05
                done
                is_server && kill -s KILL "$pid"
            fi
            if [ $# -gt 0 ]; then
                rm -rf -- "$@" || { sleep 1; rm -rf -- "$@"; }
            fi
            """;

    private final Process shell;
    private final OutputStream pipe;

    private Guard(Process shell) {
        this.shell = shell;
        this.pipe = shell.getOutputStream();
    }

    /** Guards the server that will run on a data directory, and removes the given files after its end. */
    static Guard over(Path data, List<Path> remove) throws IOException {
        List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", SCRIPT, "postgres-guard", data.toString()));
        remove.forEach(path -> command.add(path.toString()));
        return new Guard(Programs.builder(Account.ownSession(command))
                .redirectOutput(Redirect.DISCARD)
                .start());
    }

    /** Says that a server may be running from now on. */
    void expectServer() {
        say("running");
    }

    /** Says that the server has ended. */
    void expectNothing() {
        say("stopped");
    }

    private void say(String state) {
        try {
            pipe.write((state + "\n").getBytes(US_ASCII));
            pipe.flush();
        } catch (IOException killed) {
            // Nothing guards us now; what is left then goes with the next start.
        }
    }

    /** Lets the guard do its work and waits for its end. */
    @Override
    public void close() {
        letGo();
        Programs.waitFor(shell, Duration.ofSeconds(20));
    }

    /** Lets the guard do its work. */
    void letGo() {
        try {
            pipe.close();
        } catch (IOException killed) {
            // as above
        }
    }
}
