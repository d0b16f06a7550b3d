package tlc2;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;

/**
 * Stands in for the model checker's main class, which is on no registry, to test how it is called and how its answer is
 * read. It checks nothing but that what it is given is there.
 */
public final class TLC {
    private TLC() {}

    public static void main(String[] args) throws IOException {
        List<String> all = Arrays.asList(args);
        String config = all.get(all.indexOf("-config") + 1);
        String module = all.get(all.size() - 1);
        boolean fits = Files.readString(Path.of(module)).contains("MODULE " + module.replace(".tla", ""))
                && Files.readString(Path.of(config)).contains("SPECIFICATION")
                && Files.isDirectory(Path.of(all.get(all.indexOf("-metadir") + 1)));
        if (!fits) {
            System.out.println("Error: nothing to check.");
            System.exit(1);
        }
        boolean violated = config.contains("mut-") || config.contains("q-M");
        System.out.println(
                violated
                        ? "Error: Invariant OnlyOne is violated."
                        : "Model checking completed. No error has been found.");
        System.exit(violated ? 12 : 0);
    }
}
