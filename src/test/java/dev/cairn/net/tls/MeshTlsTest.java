package dev.cairn.net.tls;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Secret;
import dev.cairn.net.DialFailure;
import java.nio.ByteBuffer;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLEngineResult.HandshakeStatus;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLHandshakeException;
import org.junit.jupiter.api.Test;

/** Handshakes without sockets: who is let in, and what the other one is told. */
final class MeshTlsTest {
    private static final ClusterAuthority AUTHORITY = ClusterAuthority.of(new Secret("01".repeat(32)));

    private final MeshTls caller = new MeshTls(AUTHORITY, NodeIdentity.fresh());
    private final MeshTls called = new MeshTls(AUTHORITY, NodeIdentity.fresh());

    private record Ends(SSLEngine client, SSLEngine server) {}

    @Test
    void nodes_of_one_cluster_know_each_other_after_the_handshake() throws Exception {
        Ends ends = shake(caller.calling(called.self()), called.accepting());
        assertThat(ends.client().getSession().getProtocol()).isEqualTo("TLSv1.3");
        assertThat(caller.peer(ends.client().getSession())).isEqualTo(called.self());
        assertThat(called.peer(ends.server().getSession())).isEqualTo(caller.self());
    }

    @Test
    void whoever_of_the_cluster_answers_is_taken_by_a_dialler_that_does_not_know_him() throws Exception {
        Ends ends = shake(caller.callingAnyone(), called.accepting());
        assertThat(caller.peer(ends.client().getSession())).isEqualTo(called.self());
    }

    @Test
    void another_node_than_the_expected_one_is_refused() {
        var expected = NodeIdentity.fresh().id();
        assertThatThrownBy(() -> shake(caller.calling(expected), called.accepting()))
                .isInstanceOf(SSLHandshakeException.class)
                .satisfies(failed ->
                        assertThat(refusal(failed)).isEqualTo(new DialFailure.OtherNode(called.self(), expected)));
    }

    @Test
    void a_pin_holds_after_an_earlier_connection_to_the_same_place() throws Exception {
        shake(caller.callingAnyone(), called.accepting());
        assertThatThrownBy(() -> shake(caller.calling(NodeIdentity.fresh().id()), called.accepting()))
                .isInstanceOf(SSLHandshakeException.class);
    }

    @Test
    void a_node_with_another_secret_is_refused() {
        var other = new MeshTls(ClusterAuthority.of(new Secret("02".repeat(32))), NodeIdentity.fresh());
        assertThatThrownBy(() -> shake(caller.callingAnyone(), other.accepting()))
                .satisfies(failed -> assertThat(refusal(failed)).isInstanceOf(DialFailure.OtherCluster.class));
    }

    @Test
    void a_caller_without_a_certificate_is_refused() throws Exception {
        SSLContext trusting = SSLContext.getInstance("TLSv1.3");
        trusting.init(null, new javax.net.ssl.TrustManager[] {new TrustsAnyone()}, null);
        assertThatThrownBy(() -> shake(trusting, called.accepting()))
                .isInstanceOf(SSLException.class)
                .hasMessageContaining("Empty client certificate chain");
    }

    @Test
    void an_older_tls_is_refused() {
        assertThatThrownBy(() -> {
                    SSLEngine client = caller.callingAnyone().createSSLEngine();
                    client.setEnabledProtocols(new String[] {"TLSv1.2"});
                    shake(client, called.accepting());
                })
                .isInstanceOf(SSLException.class);
    }

    private static DialFailure refusal(Throwable failed) {
        for (Throwable at = failed; at != null; at = at.getCause()) {
            if (at instanceof RefusedCertificateException refused) {
                return refused.failure();
            }
        }
        throw new AssertionError("no refusal in it", failed);
    }

    private static Ends shake(SSLContext client, SSLContext server) throws SSLException {
        return shake(client.createSSLEngine("node", 3901), server);
    }

    /** Runs both ends in turn until neither has anything left to say. */
    private static Ends shake(SSLEngine client, SSLContext accepting) throws SSLException {
        SSLEngine server = accepting.createSSLEngine();
        client.setUseClientMode(true);
        server.setUseClientMode(false);
        server.setNeedClientAuth(true);
        server.setEnabledProtocols(new String[] {MeshTls.PROTOCOL});
        ByteBuffer toServer = ByteBuffer.allocate(1 << 16);
        ByteBuffer toClient = ByteBuffer.allocate(1 << 16);
        client.beginHandshake();
        server.beginHandshake();
        for (int round = 0; round < 100; round++) {
            step(client, toClient, toServer);
            step(server, toServer, toClient);
        }
        assertThat(client.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        assertThat(server.getHandshakeStatus()).isEqualTo(HandshakeStatus.NOT_HANDSHAKING);
        return new Ends(client, server);
    }

    private static void step(SSLEngine engine, ByteBuffer in, ByteBuffer out) throws SSLException {
        for (Runnable task = engine.getDelegatedTask(); task != null; task = engine.getDelegatedTask()) {
            task.run();
        }
        if (engine.getHandshakeStatus() == HandshakeStatus.NEED_WRAP) {
            engine.wrap(ByteBuffer.allocate(0), out);
        } else {
            in.flip();
            engine.unwrap(in, ByteBuffer.allocate(1 << 16));
            in.compact();
        }
    }
}
