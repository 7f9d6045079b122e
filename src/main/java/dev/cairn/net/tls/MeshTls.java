package dev.cairn.net.tls;

import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.DialFailure;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Mutual TLS 1.3 of one node: it shows its own certificate and lets in those of its cluster alone. Every context for dialling is new, so that
 * no session of an earlier connection stands in for the check of a certificate. Safe from any thread.
 */
public final class MeshTls {
    public static final String PROTOCOL = "TLSv1.3";

    private final ClusterAuthority authority;
    private final NodeIdentity self;
    private final X509Certificate certificate;

    public MeshTls(ClusterAuthority authority, NodeIdentity self) {
        this.authority = authority;
        this.self = self;
        try {
            byte[] encoded = authority.certify(self).getEncoded();
            this.certificate = (X509Certificate)
                    CertificateFactory.getInstance("X.509").generateCertificate(new ByteArrayInputStream(encoded));
        } catch (IOException | CertificateException e) {
            throw new AssertionError("a certificate made here is not one", e);
        }
    }

    public NodeId self() {
        return self.id();
    }

    X509Certificate certificate() {
        return certificate;
    }

    /** For the side that is called. */
    public SSLContext accepting() {
        return context(_ -> {});
    }

    /** For calling a node that is known: refuses every other one that answers. */
    public SSLContext calling(NodeId expected) {
        return context(found -> {
            if (!found.equals(expected)) {
                throw new RefusedCertificateException(new DialFailure.OtherNode(found, expected));
            }
        });
    }

    /** For calling whoever of the cluster is there. */
    public SSLContext callingAnyone() {
        return context(_ -> {});
    }

    /** The node at the other end of an established connection. */
    public NodeId peer(SSLSession session) throws RefusedCertificateException {
        try {
            return verified(session.getPeerCertificates());
        } catch (SSLPeerUnverifiedException e) {
            throw new RefusedCertificateException(new DialFailure.NotANode("it has no certificate"));
        }
    }

    private NodeId verified(Certificate @Nullable [] chain) throws RefusedCertificateException {
        if (chain == null || chain.length != 1 || !(chain[0] instanceof X509Certificate leaf)) {
            throw new RefusedCertificateException(
                    new DialFailure.NotANode("it shows a chain of certificates instead of one"));
        }
        return authority.verify(leaf);
    }

    private SSLContext context(Pin pin) {
        try {
            SSLContext context = SSLContext.getInstance(PROTOCOL);
            context.init(new KeyManager[] {new OwnKey()}, new TrustManager[] {new Trust(pin)}, null);
            return context;
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** Which nodes of the cluster are let in. */
    @FunctionalInterface
    private interface Pin {
        void check(NodeId found) throws RefusedCertificateException;
    }

    /** The one certificate this node has, for keys of its kind. */
    private final class OwnKey extends X509ExtendedKeyManager {
        private static final String ALIAS = "node";

        private @Nullable String alias(@Nullable String... keyTypes) {
            return Arrays.asList(keyTypes).contains(self.publicKey().getAlgorithm()) ? ALIAS : null;
        }

        @Override
        public @Nullable String chooseEngineClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias(keyTypes);
        }

        @Override
        public @Nullable String chooseEngineServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable SSLEngine engine) {
            return alias(keyType);
        }

        @Override
        public @Nullable String chooseClientAlias(
                String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(keyTypes);
        }

        @Override
        public @Nullable String chooseServerAlias(
                String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
            return alias(keyType);
        }

        @Override
        public String[] getClientAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
            return new String[] {ALIAS};
        }

        @Override
        public X509Certificate[] getCertificateChain(String alias) {
            return new X509Certificate[] {certificate};
        }

        @Override
        public PrivateKey getPrivateKey(String alias) {
            return self.privateKey();
        }
    }

    /** Lets in the nodes of the cluster, or one of them; host names are not looked at, since a node is its key. */
    private final class Trust extends X509ExtendedTrustManager {
        private final Pin pin;

        Trust(Pin pin) {
            this.pin = pin;
        }

        private void check(X509Certificate[] chain) throws CertificateException {
            pin.check(verified(chain));
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable SSLEngine engine)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType, @Nullable Socket socket)
                throws CertificateException {
            check(chain);
        }

        @Override
        public void checkClientTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public void checkServerTrusted(X509Certificate[] chain, String authType) throws CertificateException {
            check(chain);
        }

        @Override
        public X509Certificate[] getAcceptedIssuers() {
            return new X509Certificate[0];
        }
    }
}
