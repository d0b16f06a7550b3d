package dev.highlander.postgres;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.net.InetSocketAddress;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Which addresses a lifeline may have: literal ones, of one machine. */
class ListenAddressTest {
    @ParameterizedTest
    @ValueSource(strings = {"10.0.0.5:7000", "127.0.0.1:0", "[fd00:0:0:0:0:0:0:5]:65535"})
    void isReadAndWrittenAlike(String text) {
        assertThat(ListenAddress.parse(text)).hasToString(text);
    }

    @Test
    void anIpv6AddressMayBeShort() {
        assertThat(ListenAddress.parse("[fd00::5]:7000")).isEqualTo(ListenAddress.parse("[fd00:0:0:0:0:0:0:5]:7000"));
        assertThat(ListenAddress.parse("[::1]:7000").isLoopback()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "7000",
                ":7000",
                "localhost:7000",
                "db.example:7000",
                "10.0.0.5",
                "10.1:7000",
                "10.0.0.256:7000",
                "10.0.0.5:-1",
                "10.0.0.5:7000 ",
                "fd00::5:7000",
                "[fd00::5]",
                "[fd00::5%eth0]:7000",
                "[::ffff:300.0.0.1]:1",
                "10.0.0.5:7000\n"
            })
    void whatIsNoLiteralAddressIsRefused_withAnExample(String text) {
        assertThatThrownBy(() -> ListenAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("is no literal address with a port. Give an address of this machine, not a name");
    }

    @ParameterizedTest
    @CsvSource(delimiter = '|', textBlock = """
            0.0.0.0:7000     | Nobody can dial 0.0.0.0, which stands for all addresses of a machine.
            [::]:7000        | Nobody can dial 0:0:0:0:0:0:0:0, which stands for all addresses of a machine.
            224.0.0.1:7000   | 224.0.0.1 is a multicast address.
            169.254.1.1:7000 | 169.254.1.1 is a link-local address, which means another machine on each link.
            [fe80::1]:7000   | is a link-local address, which means another machine on each link.
            10.0.0.5:65536   | The port 65536 is not between 0 and 65535.
            """)
    void anAddressOfSeveralMachinesIsRefused(String text, String expected) {
        assertThatThrownBy(() -> ListenAddress.parse(text))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining(expected);
    }

    @Test
    void aNameThatWasNotFoundIsRefused() {
        assertThatThrownBy(() -> ListenAddress.of(InetSocketAddress.createUnresolved("db.example", 7000)))
                .hasMessageContaining("The host db.example is unknown.");
    }
}
