package dev.highlander.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.UUID;

/**
 * Control groups (version 2) inside the one that this process is in, for which it needs no more than to be allowed to make
 * some there: as root, or where a service manager has delegated the group. Nothing leaves such a group by forgetting its
 * environment, its parent, its session or its user, and the kernel kills all of it at once (Linux 5.14).
 */
record ControlGroups(Path home) implements Means {
    private static final String PREFIX = "highlander-";
    private static final Path OWN = Path.of("/proc/self");

    /**
     * Tried: a group is made, entered, left, and removed.
     *
     * @throws IOException if there can be none here
     */
    static ControlGroups open() throws IOException {
        ControlGroups groups = new ControlGroups(own());
        ControlGroup trial = groups.make("trial-" + UUID.randomUUID());
        try {
            trial.enter();
            trial.leave();
        } catch (IOException e) {
            throw new IOException("no process may be moved to a group in " + groups.home + " (" + e.getMessage() + ")");
        } finally {
            trial.close();
        }
        return groups;
    }

    /** The group of this process, as a directory. */
    private static Path own() throws IOException {
        Path group = Path.of(lines("cgroup").stream()
                .filter(line -> line.startsWith("0::"))
                .findFirst()
                .orElseThrow(() -> new IOException("this system has no control groups of version 2"))
                .substring(3));
        for (String mount : lines("mountinfo")) {
            List<String> fields = List.of(mount.split(" ", -1));
            int dash = fields.indexOf("-");
            if (dash > 4 && fields.get(dash + 1).equals("cgroup2")) {
                Path root = Path.of(unescape(fields.get(3)));
                Path here = Path.of(unescape(fields.get(4)));
                if (group.startsWith(root)
                        && Files.exists(here.resolve(root.relativize(group)).resolve("cgroup.procs"))) {
                    return here.resolve(root.relativize(group));
                }
            }
        }
        throw new IOException("the control group of this process, " + group + ", is not mounted");
    }

    private static List<String> lines(String file) throws IOException {
        return Files.readAllLines(OWN.resolve(file), StandardCharsets.UTF_8);
    }

    /** The kernel writes blanks and backslashes of a path in octal. */
    static String unescape(String path) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < path.length(); i++) {
            if (path.charAt(i) == '\\' && i + 3 < path.length()) {
                text.append((char) Integer.parseInt(path.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                text.append(path.charAt(i));
            }
        }
        return text.toString();
    }

    private ControlGroup make(String name) throws IOException {
        ControlGroup group = new ControlGroup(home, home.resolve(PREFIX + name));
        try {
            Files.createDirectory(group.directory());
        } catch (IOException e) {
            throw new IOException("this user may not make a control group in " + home);
        }
        if (!Files.isWritable(group.directory().resolve("cgroup.kill"))) {
            group.close();
            throw new IOException("this kernel can't kill a control group at once; Linux 5.14 can");
        }
        return group;
    }

    @Override
    public Enclosure enclose(String cookie) throws IOException {
        return make(cookie);
    }

    @Override
    public List<ControlGroup> left(String scope) throws IOException {
        List<ControlGroup> left = new ArrayList<>();
        try (DirectoryStream<Path> groups = Files.newDirectoryStream(home, PREFIX + scope + "*")) {
            groups.forEach(directory -> left.add(new ControlGroup(home, directory)));
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
        return left;
    }

    @Override
    public String toString() {
        return "cgroup: a control group of their own in " + home;
    }
}
