package dev.highlander.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.time.Duration;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DurationsTest {
    @ParameterizedTest
    @CsvSource({
        "1ms, PT0.001S",
        "500ms, PT0.5S",
        "10s, PT10S",
        "2m, PT2M",
        "1h, PT1H",
        "007s, PT7S",
        "2562047h, PT2562047H"
    })
    void reads(String text, Duration expected) {
        assertThat(Durations.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0s         | The duration 0s is zero. Use more than zero.
            000ms      | The duration 000ms is zero. Use more than zero.
            -5s        | The duration -5s is negative. Use more than zero.
            10         | The duration 10 has no unit. Write a whole number and a unit, such as 500ms, 10s, 2m or 1h.
            ''         | "" is no duration. Write a whole number and a unit, such as 500ms, 10s, 2m or 1h.
            s          | "s" is no duration. Write
            1.5s       | "1.5s" is no duration. Write
            10 s       | "10 s" is no duration. Write
            10sec      | "10sec" is no duration. Write
            PT10S      | "PT10S" is no duration. Write
            1d         | "1d" is no duration. Write
            ٣s         | "٣s" is no duration. Write
            2562048h   | The duration 2562048h is longer than can be counted. Use less than 292 years.
            99999999999999999999h | The duration 99999999999999999999h is longer than can be counted.
            9223372036854775807h  | The duration 9223372036854775807h is longer than can be counted.
            """)
    void saysWhatIsWrong(String text, String expected) {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Durations.parse(text))
                .withMessageStartingWith(expected);
    }

    @ParameterizedTest
    @CsvSource({"0, PT0S", "0s, PT0S", "000ms, PT0S", "1ms, PT0.001S", "30s, PT30S"})
    void aLimitMayBeZero(String text, Duration expected) {
        assertThat(Durations.parseLimit(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.625S, 625 ms",
        "PT1S, 1 s",
        "PT1.05S, 1 s",
        "PT12.5S, 12.5 s",
        "PT59.999S, 59.9 s",
        "PT60S, 1 min",
        "PT75S, 1 min 15 s",
        "PT75M, 75 min",
    })
    void saysInWords(Duration duration, String expected) {
        assertThat(Durations.words(duration)).isEqualTo(expected);
    }
}
