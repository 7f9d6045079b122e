package dev.cairn.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A node stays who it is, and its key stays its own. */
final class NodeIdentityTest {
    @TempDir
    private Path dir;

    @Test
    void a_node_is_the_same_after_every_start() throws IOException {
        assertThat(NodeIdentity.isMade(dir)).isFalse();
        var made = NodeIdentity.open(dir);
        assertThat(NodeIdentity.isMade(dir)).isTrue();
        assertThat(NodeIdentity.open(dir).id()).isEqualTo(made.id());
    }

    @Test
    void the_id_is_the_hash_of_the_public_key() throws IOException {
        var made = NodeIdentity.open(dir);
        var file = Bytes.wrap(Files.readAllBytes(dir.resolve("node_key.pub")));
        assertThat(made.id().value()).isEqualTo(Sha256.of(file));
    }

    @Test
    void the_private_key_is_made_for_its_owner_alone() throws IOException {
        NodeIdentity.open(dir);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(dir.resolve("node_key"))))
                .isEqualTo("rw-------");
    }

    @Test
    void a_private_key_that_others_may_read_is_refused() throws IOException {
        NodeIdentity.open(dir);
        Files.setPosixFilePermissions(dir.resolve("node_key"), PosixFilePermissions.fromString("rw-r-----"));
        assertThatThrownBy(() -> NodeIdentity.open(dir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("open to others (mode rw-r-----): run chmod 600");
    }

    @Test
    void half_of_another_pair_is_refused(@TempDir Path other) throws IOException {
        NodeIdentity.open(dir);
        NodeIdentity.open(other);
        Files.write(dir.resolve("node_key.pub"), Files.readAllBytes(other.resolve("node_key.pub")));
        assertThatThrownBy(() -> NodeIdentity.open(dir)).hasMessageContaining("are not halves of one pair");
    }

    @Test
    void a_damaged_key_is_refused() throws IOException {
        NodeIdentity.open(dir);
        Files.write(dir.resolve("node_key"), new byte[] {1, 2, 3});
        assertThatThrownBy(() -> NodeIdentity.open(dir))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("is damaged");
        Files.write(dir.resolve("node_key"), new byte[4096]);
        assertThatThrownBy(() -> NodeIdentity.open(dir)).hasMessageContaining("not a key");
    }

    @Test
    void a_lost_private_key_is_named() throws IOException {
        NodeIdentity.open(dir);
        Files.delete(dir.resolve("node_key"));
        assertThatThrownBy(() -> NodeIdentity.open(dir)).hasMessageContaining("node_key does not exist");
    }

    @Test
    void a_start_cut_short_before_the_public_half_begins_anew() throws IOException {
        Files.write(dir.resolve("node_key"), new byte[] {1});
        assertThat(NodeIdentity.open(dir).id()).isEqualTo(NodeIdentity.open(dir).id());
    }
}
