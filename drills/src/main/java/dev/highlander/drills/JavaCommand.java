package dev.highlander.drills;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The command line of another JVM like this one, made for a short start rather than for a long life. */
final class JavaCommand {
    private JavaCommand() {}

    static List<String> of(Class<?> main, List<String> arguments) {
        List<String> words = new ArrayList<>();
        words.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
        words.addAll(List.of("-Xshare:auto", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xmx96m"));
        words.addAll(List.of("-cp", System.getProperty("java.class.path")));
        words.add(main.getName());
        words.addAll(arguments);
        return words;
    }
}
