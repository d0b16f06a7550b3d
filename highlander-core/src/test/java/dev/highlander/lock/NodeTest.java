package dev.highlander.lock;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class NodeTest {
    @Test
    void thisProcessIsNamedAfterItsHostAndPid() {
        Node node = Node.here();
        assertThat(node.name()).endsWith(":" + ProcessHandle.current().pid());
        assertThat(node.name().getBytes(StandardCharsets.UTF_8)).hasSizeBetween(2, Node.MAX_BYTES);
    }

    @Test
    void twoRunsOfOneNameAreTwoNodes() {
        assertThat(Node.named("a")).isNotEqualTo(Node.named("a"));
    }

    @Test
    void aBadNameIsRefusedWithItsRemedy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Node.named(""))
                .withMessage("The node name is empty. Give it at least one visible character.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> Node.named("x".repeat(64)))
                .withMessage("The node name \"xxxxxxxxxxxxxxxxxxxx...\" has 64 bytes. Use at most 63 bytes of UTF-8.");
        assertThat(Node.named("x".repeat(63)).name()).hasSize(63);
    }

    @Test
    void aBadNamespaceIsRefusedWithItsRemedy() {
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Namespace("\t"))
                .withMessage("The namespace is empty. Give it at least one visible character.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Namespace("a\nb"))
                .withMessage("The namespace has a control character (U+000A) at position 1. Use printable characters"
                        + " only.");
        assertThatIllegalArgumentException()
                .isThrownBy(() -> new Namespace("x".repeat(201)))
                .withMessageContaining("has 201 bytes. Use at most 200 bytes");
        assertThat(new Namespace("x".repeat(200)).name()).hasSize(200);
    }

    @Test
    void aHostNameIsCutAndKeptPrintable() {
        assertThat(Text.cut("höst\nname", 63)).isEqualTo("h_st_name");
        assertThat(Text.cut("abcdef", 3)).isEqualTo("abc");
        assertThat(Text.cut("abc", 3)).isEqualTo("abc");
    }
}
