package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.dist.Packaged.Ended;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.lang.ProcessBuilder.Redirect;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Commands of all kinds under the packaged launcher, on lock files. */
class CommandIT {
    private static final Pattern HIGH_WATER = Pattern.compile("VmHWM:\\s+([0-9]+) kB");
    /** Its parent is the wrapper, whose memory it tells. */
    private static final String TELL_MEMORY = "grep VmHWM /proc/$PPID/status >&2";

    private Packaged packaged;

    @BeforeEach
    void unpack() throws Exception {
        packaged = Packaged.warm();
    }

    @AfterEach
    void remove() {
        packaged.close();
    }

    private List<String> words(String script, String... options) {
        List<String> words = new ArrayList<>(List.of(packaged.launcher().toString(), "run", "--key", "k", "--local"));
        words.addAll(
                List.of("--directory", packaged.directory().resolve("locks").toString()));
        words.addAll(List.of(options));
        words.addAll(List.of("--", "sh", "-c", script));
        return words;
    }

    private Ended shell(String script, String... options) throws Exception {
        return packaged.run(words(script, options), "typed");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            exits at once                 | exit 0                                   | 0
            fails                         | exit 3                                   | 3
            has a status like one of ours | exit 64                                  | 64
            is killed                     | kill -KILL $$                            | 137
            ends by a signal              | kill -TERM $$                            | 143
            closes its streams            | exec <&- >&- 2>&-; sleep 0.2; exit 5     | 5
            reads to the end              | test "$(cat)" = typed && exit 6          | 6
            is replaced by another        | exec sh -c 'exit 8'                      | 8
            """)
    void F3_theStatusIsTheCommands(String name, String script, int status) throws Exception {
        Ended ended = shell(script);

        assertThat(ended.status()).as(name + ": " + ended.err()).isEqualTo(status);
        assertThat(ended.err()).doesNotContain("Exception", "\tat ");
    }

    /** The command has the very stream that highlander was given, so nothing passes through the JVM. */
    @Test
    void F3_aGigabyteOfOutputNeedsNoMemory() throws Exception {
        int idle = memory(packaged.builder(words(TELL_MEMORY)));
        int flooded = memory(packaged.builder(words("head -c 1G /dev/zero; " + TELL_MEMORY)));

        assertThat(flooded).as("kB at most, beside %s without output", idle).isLessThan(idle + 16 * 1024);
    }

    private int memory(ProcessBuilder builder) throws Exception {
        File err = packaged.directory().resolve("memory").toFile();
        Process process = builder.redirectOutput(Redirect.to(new File("/dev/null")))
                .redirectError(err)
                .start();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        Matcher told = HIGH_WATER.matcher(Files.readString(err.toPath()));
        assertThat(told.find()).isTrue();
        return Integer.parseInt(told.group(1));
    }

    @Test
    void F3_outputComesByteForByte() throws Exception {
        Process process = packaged.builder(words("head -c 64M /dev/zero; printf '\\377\\000\\n'"))
                .redirectError(Redirect.DISCARD)
                .start();
        long count = 0;
        byte[] last = new byte[0];
        try (InputStream out = process.getInputStream()) {
            byte[] buffer = new byte[1 << 16];
            for (int read = out.read(buffer); read >= 0; read = out.read(buffer)) {
                count += read;
                last = Arrays.copyOfRange(buffer, Math.max(0, read - 3), read);
            }
        }
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(count).isEqualTo((64L << 20) + 3);
        assertThat(last).endsWith((byte) '\n');
    }

    @Test
    void F3_whatForksAwayEndsWithTheCommand() throws Exception {
        Path pid = packaged.directory().resolve("pid");
        Ended ended = shell("setsid sh -c 'echo $$ >" + quoted(pid) + "; exec sleep 1000' & until [ -s " + quoted(pid)
                + " ]; do sleep 0.01; done; exit 4");

        assertThat(ended.status()).as(ended.err()).isEqualTo(4);
        long forked = Long.parseLong(Files.readString(pid).strip());
        assertThat(lives(forked)).isFalse();
    }

    /** One that nobody has waited for yet does not. */
    private static boolean lives(long pid) {
        try {
            String stat = Files.readString(Path.of("/proc", Long.toString(pid), "stat"));
            return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
        } catch (IOException e) {
            return false;
        }
    }

    private static String quoted(Path path) {
        return "\"" + path + "\"";
    }

    @Test
    void F3_whatIgnoresTermIsKilledAfterTheGrace() throws Exception {
        Process process = packaged.builder(
                        words("trap '' TERM; echo up; while :; do sleep 0.1; done", "--grace", "300ms"))
                .redirectError(Redirect.DISCARD)
                .start();
        assertThat(process.inputReader().readLine()).isEqualTo("up");

        process.toHandle().destroy();

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(137);
    }

    @Test
    void F3_thePathOfTheScriptMayGoAwayMeanwhile() throws Exception {
        Path script = packaged.directory().resolve("job");
        Files.writeString(script, "#!/bin/sh\nrm \"$0\"; echo gone\n");
        assertThat(script.toFile().setExecutable(true)).isTrue();
        List<String> words = words("");
        words = new ArrayList<>(words.subList(0, words.indexOf("--") + 1));
        words.add(script.toString());

        assertThat(packaged.run(words, "").out()).isEqualTo("gone\n");
    }
}
