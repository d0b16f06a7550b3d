package dev.highlander.dist;

import static org.assertj.core.api.Assertions.assertThat;

import dev.highlander.dist.Packaged.Ended;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/** The examples are well-formed and leave a stop the time that it needs. None of them is run: there is nothing to run it. */
class ExamplesIT {
    private Packaged packaged;

    @BeforeEach
    void unpack() throws Exception {
        packaged = Packaged.warm();
    }

    @AfterEach
    void remove() {
        packaged.close();
    }

    private String example(String name) throws IOException {
        return Files.readString(packaged.home().resolve("examples").resolve(name));
    }

    private static String find(String text, String pattern) {
        Matcher matcher = Pattern.compile(pattern, Pattern.MULTILINE).matcher(text);
        assertThat(matcher.find()).as(pattern).isTrue();
        return matcher.group(1);
    }

    private void assertEnoughTimeToStop(String grace, String seconds) throws Exception {
        Ended ended = packaged.run("explain", "--grace", grace, "--stop-within", seconds + "s");
        assertThat(ended.status()).as(ended.err()).isZero();
    }

    @Test
    @SuppressWarnings("unchecked")
    void theManifestOfKubernetesIsOneDeployment_withTheSecretInAVariable() throws Exception {
        Map<String, Object> root = (Map<String, Object>)
                new Load(LoadSettings.builder().build()).loadFromString(example("kubernetes.yaml"));

        assertThat(root).containsEntry("kind", "Deployment").containsEntry("apiVersion", "apps/v1");
        Map<String, Object> pod = (Map<String, Object>)
                ((Map<String, Object>) ((Map<String, Object>) root.get("spec")).get("template")).get("spec");
        Map<String, Object> container = ((List<Map<String, Object>>) pod.get("containers")).get(0);
        assertThat(container.get("env").toString()).contains("DATABASE_URL", "secretKeyRef");
        assertThat(container.get("securityContext").toString()).contains("readOnlyRootFilesystem=true");
        assertThat(container.get("env").toString()).contains("HIGHLANDER_HTTP", "0.0.0.0:8080");
        assertThat(container.get("readinessProbe").toString()).contains("path=/health");
        assertThat(container.get("livenessProbe").toString()).contains("tcpSocket");
        String grace = find(example("Containerfile"), "\"--grace\", \"([0-9]+s)\"");
        assertEnoughTimeToStop(grace, pod.get("terminationGracePeriodSeconds").toString());
    }

    @Test
    void theUnitLeavesTimeToStop() throws Exception {
        String unit = example("highlander@.service");

        assertEnoughTimeToStop(find(unit, "--grace ([0-9]+s)"), find(unit, "^TimeoutStopSec=([0-9]+)$"));
        assertThat(unit).contains("KillMode=mixed");
    }

    @Test
    void theContainerFileHasInstructionsOnly_andAnOrdinaryUser() throws Exception {
        String file = example("Containerfile").replace("\\\n", " ");

        assertThat(file.lines().filter(line -> !line.isBlank() && !line.startsWith("#")))
                .allMatch(line -> line.matches("(FROM|ARG|ADD|COPY|RUN|ENV|USER|ENTRYPOINT|CMD) .*"));
        assertThat(find(file, "^USER ([0-9]+)")).isNotEqualTo("0");
        assertThat(find(file, "^ADD highlander-\\$\\{(VERSION)}\\.tar\\.gz")).isEqualTo("VERSION");
    }
}
