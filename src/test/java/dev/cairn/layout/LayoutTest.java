package dev.cairn.layout;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class LayoutTest {
    private static final NodeId NODE = new NodeId(Bytes.wrap(new byte[NodeId.BYTES]));
    private static final Layout.Role ROLE = new Layout.Role(NODE, "zone", 1L << 40);

    @ParameterizedTest
    @CsvSource({"0000,0", "00ff,0", "0100,1", "7fff,127", "8000,128", "ffff,255"})
    void eight_bits_are_the_first_byte(String hash, int partition) {
        assertThat(ofBits(8).partitionOf(Bytes.ofHex(hash))).isEqualTo(partition);
    }

    @ParameterizedTest
    @CsvSource({
        "0000,0",
        "0003,0",
        "0004,1",
        "0100,64",
        "7fff,8191",
        "8000,8192",
        "fffb,16382",
        "fffc,16383",
        "ffff,16383"
    })
    void fourteen_bits_reach_into_the_second_byte(String hash, int partition) {
        assertThat(ofBits(14).partitionOf(Bytes.ofHex(hash))).isEqualTo(partition);
    }

    @Test
    void one_node_holds_every_partition_once() {
        var layout = Layout.ofOne(ROLE);
        assertThat(layout.assignment()).hasSize(256).allMatch(List.of(NODE)::equals);
        assertThat(layout.replicasOf(Bytes.ofHex("ab12"))).containsExactly(NODE);
        assertThat(layout.everyNode()).containsExactly(NODE);
        assertThat(layout.replicationFactor()).isEqualTo(1);
    }

    @Test
    void a_layout_with_missing_partitions_or_replicas_cannot_be_made() {
        var one = List.of(NODE);
        assertThatThrownBy(() -> new Layout(1, 8, 1, List.of(ROLE), Collections.nCopies(255, one)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> new Layout(1, 8, 2, List.of(ROLE), Collections.nCopies(256, one)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ofBits(15)).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> ofBits(0)).isInstanceOf(IllegalArgumentException.class);
    }

    private static Layout ofBits(int bits) {
        return new Layout(1, bits, 1, List.of(ROLE), Collections.nCopies(1 << bits, List.of(NODE)));
    }
}
