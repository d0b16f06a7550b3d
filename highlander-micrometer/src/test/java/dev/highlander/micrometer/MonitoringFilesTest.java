package dev.highlander.micrometer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.highlander.Highlander;
import dev.highlander.lock.Key;
import dev.highlander.lock.Lease;
import dev.highlander.lock.Loss;
import dev.highlander.supervisor.ChildSpec;
import dev.highlander.testkit.FakeLocks;
import dev.highlander.testkit.ManualTime;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.File;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** The dashboard and the alerts ask for metrics and labels that there are, in files that load. */
class MonitoringFilesTest {
    private static final Path DASHBOARD = Path.of("../docs/monitoring/grafana-dashboard.json");
    private static final Path ALERTS = Path.of("../docs/monitoring/prometheus-alerts.yaml");
    private static final Pattern METRIC = Pattern.compile("\\bhighlander_[a-z_]+");
    private static final Pattern SELECTOR = Pattern.compile("(highlander_[a-z_]+)\\{([^}]*)}");
    private static final Pattern LABEL = Pattern.compile("([a-z_]+) *(=~|!~|!=|=)");
    /** What Prometheus adds to each series. */
    private static final Set<String> OF_THE_TARGET = Set.of("job", "instance");

    @Test
    void the_dashboard_has_panels_with_ids_of_their_own_that_do_not_cover_each_other() throws IOException {
        JsonNode dashboard = new ObjectMapper().readTree(Files.readString(DASHBOARD));
        Set<Integer> ids = new HashSet<>();
        Set<String> cells = new HashSet<>();
        for (JsonNode panel : dashboard.get("panels")) {
            assertThat(ids.add(panel.get("id").asInt())).isTrue();
            assertThat(panel.get("title").asString()).isNotBlank();
            JsonNode place = panel.get("gridPos");
            for (int x = 0; x < place.get("w").asInt(); x++) {
                for (int y = 0; y < place.get("h").asInt(); y++) {
                    int column = place.get("x").asInt() + x;
                    assertThat(column).isLessThan(24);
                    assertThat(cells.add(column + "/" + (place.get("y").asInt() + y)))
                            .isTrue();
                }
            }
        }
        assertThat(dashboard.get("title").asString()).isEqualTo("Highlander");
        assertThat(dashboard.get("schemaVersion").asInt()).isPositive();
    }

    @Test
    void every_variable_that_the_dashboard_uses_is_one_that_it_has() throws IOException {
        String text = Files.readString(DASHBOARD);
        Set<String> known = new HashSet<>(Set.of("__rate_interval", "__all"));
        new ObjectMapper()
                .readTree(text)
                .get("templating")
                .get("list")
                .forEach(variable -> known.add(variable.get("name").asString()));
        Set<String> used = new HashSet<>();
        Pattern.compile("\\$\\{?([a-z_]+)").matcher(text).results().forEach(match -> used.add(match.group(1)));

        assertThat(known).containsAll(used);
    }

    @Test
    void every_metric_and_label_that_dashboard_and_alerts_ask_for_is_there_to_be_scraped() throws Exception {
        String scraped = scrape();
        List<String> asked = new ArrayList<>(expressionsOfTheDashboard());
        asked.addAll(expressionsOfTheAlerts());
        assertThat(asked).hasSizeGreaterThan(15);

        Set<String> names = new TreeSet<>();
        scraped.lines().filter(line -> !line.startsWith("#")).forEach(line -> names.add(line.split("[{ ]", 2)[0]));
        for (String expression : asked) {
            assertThat(METRIC.matcher(expression).results().map(MatchResult::group))
                    .as(expression)
                    .isNotEmpty()
                    .allMatch(names::contains);
            SELECTOR.matcher(expression)
                    .results()
                    .forEach(selector -> LABEL.matcher(selector.group(2))
                            .results()
                            .map(label -> label.group(1))
                            .filter(label -> !OF_THE_TARGET.contains(label))
                            .forEach(label -> assertThat(scraped)
                                    .as(expression)
                                    .containsPattern(Pattern.compile(
                                            "(?m)^" + selector.group(1) + "\\{[^}]*\\b" + label + "=\""))));
        }
    }

    @Test
    void every_alert_says_what_is_wrong_and_what_to_do() throws IOException {
        for (Map<?, ?> rule : alerts()) {
            assertThat((String) rule.get("alert")).matches("Highlander[A-Za-z]+");
            Map<?, ?> annotations = (Map<?, ?>) rule.get("annotations");
            assertThat((String) annotations.get("summary")).endsWith(".");
            assertThat((String) annotations.get("description")).endsWith(".");
            assertThat(((Map<?, ?>) rule.get("labels")).get("severity")).isIn("warning", "critical");
        }
    }

    /** By Prometheus' own checker, where it is installed. */
    @Test
    void promtool_accepts_the_alerts() throws Exception {
        boolean there = List.of(System.getenv("PATH").split(File.pathSeparator)).stream()
                .anyMatch(directory -> Files.isExecutable(Path.of(directory, "promtool")));
        assumeTrue(there, "promtool, of Prometheus, is not on the PATH");
        Process process = new ProcessBuilder("promtool", "check", "rules", ALERTS.toString())
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);

        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).as(said).isZero();
    }

    private static List<String> expressionsOfTheDashboard() throws IOException {
        List<String> found = new ArrayList<>();
        new ObjectMapper()
                .readTree(Files.readString(DASHBOARD))
                .get("panels")
                .forEach(panel -> panel.get("targets")
                        .forEach(target -> found.add(target.get("expr").asString())));
        return found;
    }

    private static List<String> expressionsOfTheAlerts() throws IOException {
        return alerts().stream().map(rule -> (String) rule.get("expr")).toList();
    }

    private static List<Map<?, ?>> alerts() throws IOException {
        Map<?, ?> file = (Map<?, ?>) new Load(LoadSettings.builder().build()).loadFromString(Files.readString(ALERTS));
        List<Map<?, ?>> rules = new ArrayList<>();
        for (Object group : (List<?>) file.get("groups")) {
            for (Object rule : (List<?>) ((Map<?, ?>) group).get("rules")) {
                rules.add((Map<?, ?>) rule);
            }
        }
        return rules;
    }

    /** After one grant, one run and one conflict. */
    private static String scrape() throws Exception {
        PrometheusMeterRegistry registry = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
        try (ManualTime time = ManualTime.running();
                FakeLocks locks = FakeLocks.withLease(time, Lease.DEFAULT)) {
            locks.automatic();
            Highlander highlander =
                    Highlander.with(locks).withoutShutdownHook().listener(HighlanderMetrics.of(registry, locks));
            try (var singleton = highlander.start(ChildSpec.task("relay", () -> new CountDownLatch(1).await()))) {
                assertThat(singleton.awaitRunning(Duration.ofSeconds(30))).isTrue();
                locks.lose(Key.of("relay"), Loss.CONFLICT);
                time.runUntil(
                        () -> registry.get("highlander.conflicts").counter().count() > 0);
                return registry.scrape();
            }
        }
    }
}
