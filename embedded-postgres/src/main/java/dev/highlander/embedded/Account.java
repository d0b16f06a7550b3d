package dev.highlander.embedded;

import com.sun.security.auth.module.UnixSystem;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;

/**
 * The account a server runs under: our own, or an unprivileged one when we are root, which Postgres refuses to be.
 *
 * <p>Each command it puts in front of a program ends by replacing itself with that program, so the process we start is
 * the program itself, under the same process id.
 */
final class Account {
    private static final int NOBODY = 65534;

    private final List<String> prefix;
    private final OptionalInt owner;

    private Account(List<String> prefix, OptionalInt owner) {
        this.prefix = prefix;
        this.owner = owner;
    }

    /** The account to use on this machine. */
    static Account current() {
        if (!isRoot()) {
            return ours();
        }
        if (works(unshared())) {
            return unshared();
        }
        if (works(nobody())) {
            return nobody();
        }
        throw new PostgresServerException("Postgres refuses to run as root, and neither 'unshare -U' nor"
                + " 'setpriv --reuid' gives another account here. Run as an ordinary user, or install util-linux and"
                + " allow one of them.");
    }

    static Account ours() {
        return new Account(List.of(), OptionalInt.empty());
    }

    /** Root seen as nobody from within a user namespace of its own: files stay root's. */
    static Account unshared() {
        return new Account(List.of("unshare", "-U"), OptionalInt.empty());
    }

    /** An account that is really another: it has to own its files and reach their folder. */
    static Account nobody() {
        return new Account(
                List.of("setpriv", "--reuid=" + NOBODY, "--regid=" + NOBODY, "--clear-groups"), OptionalInt.of(NOBODY));
    }

    static boolean isRoot() {
        return uid() == 0;
    }

    static long uid() {
        return new UnixSystem().getUid();
    }

    static boolean works(Account account) {
        List<String> command = new ArrayList<>(account.prefix);
        command.add("true");
        try {
            return Programs.run(command).exit() == 0;
        } catch (IOException notFound) {
            return false;
        }
    }

    /** The command line that runs a program under this account. */
    List<String> command(Path program, String... arguments) {
        List<String> command = new ArrayList<>(prefix);
        command.add(program.toString());
        command.addAll(List.of(arguments));
        return command;
    }

    /** Hands a file or folder we made to this account. */
    void own(Path path) throws IOException {
        if (owner.isPresent()) {
            Files.setAttribute(path, "unix:uid", owner.getAsInt());
            Files.setAttribute(path, "unix:gid", owner.getAsInt());
        }
    }

    /** Puts a program into a session of its own, out of reach of a signal to our process group, where setsid exists. */
    static List<String> ownSession(List<String> command) {
        for (String folder : System.getenv().getOrDefault("PATH", "").split(File.pathSeparator, -1)) {
            Path setsid = Path.of(folder, "setsid");
            if (Files.isExecutable(setsid)) {
                List<String> longer = new ArrayList<>(command);
                longer.add(0, setsid.toString());
                return longer;
            }
        }
        return command;
    }
}
