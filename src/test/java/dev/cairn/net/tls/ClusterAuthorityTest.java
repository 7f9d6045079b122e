package dev.cairn.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Secret;
import dev.cairn.net.DialFailure;
import java.time.Instant;
import java.util.Date;
import org.junit.jupiter.api.Test;

/** One secret, one authority, on every node and in every version. */
final class ClusterAuthorityTest {
    private static final Secret SECRET = new Secret("00112233445566778899aabbccddeeff".repeat(2));
    private static final Secret OTHER = new Secret("ff".repeat(32));

    private final ClusterAuthority authority = ClusterAuthority.of(SECRET);
    private final NodeIdentity node = NodeIdentity.fresh();

    @Test
    void a_secret_stands_for_the_same_authority_in_every_version() {
        assertThat(authority.fingerprint()).isEqualTo("bd81b8965dead563");
        assertThat(ClusterAuthority.of(new Secret(SECRET.reveal().toUpperCase(java.util.Locale.ROOT)))
                        .fingerprint())
                .isEqualTo(authority.fingerprint());
        assertThat(ClusterAuthority.of(OTHER).fingerprint()).isNotEqualTo(authority.fingerprint());
    }

    @Test
    void a_secret_that_is_none_is_refused_without_being_shown() {
        assertThatThrownBy(() -> ClusterAuthority.of(new Secret("abc")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageNotContaining("abc");
    }

    @Test
    void a_node_makes_the_same_certificate_at_every_start() throws Exception {
        assertThat(new MeshTls(authority, node).certificate())
                .isEqualTo(new MeshTls(ClusterAuthority.of(SECRET), node).certificate());
    }

    @Test
    void a_certificate_bears_the_id_of_its_node_and_holds_at_any_time() throws Exception {
        var certificate = new MeshTls(authority, node).certificate();
        assertThat(certificate.getSubjectX500Principal().getName())
                .isEqualTo("CN=" + node.id().toHex());
        assertThat(authority.verify(certificate)).isEqualTo(node.id());
        certificate.checkValidity(Date.from(Instant.parse("2500-01-01T00:00:00Z")));
        assertThat(certificate.getBasicConstraints()).isEqualTo(-1);
        assertThat(certificate.getKeyUsage()[0]).isTrue();
    }

    @Test
    void a_certificate_of_another_secret_is_refused_by_its_name() {
        var stranger = new MeshTls(ClusterAuthority.of(OTHER), node).certificate();
        assertThatThrownBy(() -> authority.verify(stranger))
                .isInstanceOfSatisfying(
                        RefusedCertificateException.class,
                        refused -> assertThat(refused.failure())
                                .isEqualTo(new DialFailure.OtherCluster(
                                        ClusterAuthority.of(OTHER).fingerprint(), authority.fingerprint())));
    }
}
