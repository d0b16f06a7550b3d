package dev.highlander.embedded;

import java.io.BufferedReader;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Another JVM that starts a server and says where, to be killed. */
final class OtherJvm implements AutoCloseable {
    final Process process;
    final String user;
    final long serverPid;
    final Path data;
    final int port;

    private OtherJvm(Process process, String line) {
        String[] said = line.split(" ", -1);
        this.process = process;
        this.user = said[0];
        this.serverPid = Long.parseLong(said[1]);
        this.port = Integer.parseInt(said[2]);
        this.data = Path.of(said[3]);
    }

    /** What the other JVM does. */
    public static void main(String[] arguments) throws IOException {
        PostgresServer server = PostgresServer.start(18);
        System.out.println(Account.uid() + " " + server.pid() + " " + server.port() + " " + server.dataDirectory());
        if (System.in.read() != -1) {
            server.close();
        }
    }

    static OtherJvm start(List<String> prefix, String classPath, Path temporary) throws IOException {
        List<String> command = new ArrayList<>(prefix);
        command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        command.addAll(List.of("-XX:TieredStopAtLevel=1", "-Djava.io.tmpdir=" + temporary, "-cp", classPath));
        command.add(OtherJvm.class.getName());
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        BufferedReader output = process.inputReader();
        StringBuilder said = new StringBuilder();
        for (String line = output.readLine(); line != null; line = output.readLine()) {
            if (line.matches("\\d+ \\d+ \\d+ /.*")) {
                return new OtherJvm(process, line);
            }
            said.append(line).append('\n');
        }
        throw new AssertionError(said);
    }

    static String classPath() {
        return System.getProperty("java.class.path");
    }

    static List<Path> classPathEntries() {
        return List.of(classPath().split(File.pathSeparator, -1)).stream()
                .map(Path::of)
                .toList();
    }

    /** Tells whether the server has ended; a zombie has, though a process of its number is still listed. */
    boolean serverIsGone() {
        Path stat = Path.of("/proc", Long.toString(serverPid), "stat");
        try {
            return Files.exists(stat)
                    ? Files.readString(stat).contains(") Z ")
                    : ProcessHandle.of(serverPid).isEmpty();
        } catch (IOException gone) {
            return true;
        }
    }

    @Override
    public void close() {
        process.destroyForcibly();
    }
}
