package dev.cairn.net.tls;

import dev.cairn.kernel.Secret;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.DialFailure;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.EdECPrivateKeySpec;
import java.security.spec.NamedParameterSpec;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Date;
import javax.crypto.KDF;
import javax.crypto.spec.HKDFParameterSpec;
import javax.security.auth.x500.X500Principal;
import org.bouncycastle.asn1.edec.EdECObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.ExtendedKeyUsage;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509CertificateHolder;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.math.ec.rfc8032.Ed25519;
import org.bouncycastle.operator.ContentSigner;

/**
 * The certificate authority that the secret of a cluster stands for: every node that has the secret derives the same Ed25519 key from it
 * (HKDF-SHA256, RFC 5869) and signs its own certificate with it. A certificate says: whoever holds this key knows the secret. It cannot say
 * more, so its subject is the hash of the key itself, and it does not expire: who must go is shut out by a new secret, and a node whose clock
 * stands at 1970 is let in. Immutable.
 */
public final class ClusterAuthority {
    private static final Bytes SALT = Bytes.utf8("cairn");
    private static final Bytes PURPOSE = Bytes.utf8("cluster authority 1");
    private static final Bytes KEY_PREFIX = Bytes.ofHex("302a300506032b6570032100");
    private static final String KEY_DERIVATION = "HKDF-SHA256";
    private static final String ISSUER = "CN=Cairn cluster ";
    private static final int SECRET_DIGITS = 64;
    private static final int FINGERPRINT_DIGITS = 16;
    private static final Instant NOT_BEFORE = Instant.parse("2020-01-01T00:00:00Z");
    private static final Instant NOT_AFTER = Instant.parse("9999-12-31T23:59:59Z");

    private final PrivateKey privateKey;
    private final PublicKey publicKey;

    private ClusterAuthority(PrivateKey privateKey, PublicKey publicKey) {
        this.privateKey = privateKey;
        this.publicKey = publicKey;
    }

    /** The authority of a secret of 64 hex digits. */
    public static ClusterAuthority of(Secret clusterSecret) {
        String digits = clusterSecret.reveal();
        if (digits.length() != SECRET_DIGITS) {
            throw new IllegalArgumentException("the secret of a cluster is 64 hex digits");
        }
        try {
            byte[] seed = seed(Bytes.ofHex(digits));
            KeyFactory factory = KeyFactory.getInstance(NodeIdentity.ALGORITHM);
            byte[] point = new byte[Ed25519.PUBLIC_KEY_SIZE];
            Ed25519.generatePublicKey(seed, 0, point, 0);
            return new ClusterAuthority(
                    factory.generatePrivate(new EdECPrivateKeySpec(NamedParameterSpec.ED25519, seed)),
                    factory.generatePublic(new X509EncodedKeySpec(
                            KEY_PREFIX.concat(Bytes.wrap(point)).toArray())));
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    private static byte[] seed(Bytes secret) throws GeneralSecurityException {
        return KDF.getInstance(KEY_DERIVATION)
                .deriveData(HKDFParameterSpec.ofExtract()
                        .addIKM(secret.toArray())
                        .addSalt(SALT.toArray())
                        .thenExpand(PURPOSE.toArray(), Ed25519.SECRET_KEY_SIZE));
    }

    /** Tells clusters apart without telling their secrets. */
    public String fingerprint() {
        return Sha256.of(Bytes.wrap(publicKey.getEncoded())).toHex().substring(0, FINGERPRINT_DIGITS);
    }

    /** The certificate of a node; the same at every start. */
    X509CertificateHolder certify(NodeIdentity node) {
        try {
            return new X509v3CertificateBuilder(
                            X500Name.getInstance(issuer().getEncoded()),
                            new BigInteger(1, node.id().value().slice(0, 16).toArray()),
                            Date.from(NOT_BEFORE),
                            Date.from(NOT_AFTER),
                            X500Name.getInstance(subject(node.id()).getEncoded()),
                            SubjectPublicKeyInfo.getInstance(node.publicKey().getEncoded()))
                    .addExtension(Extension.basicConstraints, true, new BasicConstraints(false))
                    .addExtension(Extension.keyUsage, true, new KeyUsage(KeyUsage.digitalSignature))
                    .addExtension(Extension.extendedKeyUsage, false, new ExtendedKeyUsage(new KeyPurposeId[] {
                        KeyPurposeId.id_kp_serverAuth, KeyPurposeId.id_kp_clientAuth
                    }))
                    .build(new Signer(privateKey));
        } catch (IOException e) {
            throw new AssertionError("memory cannot fail", e);
        }
    }

    /** The node a certificate of this cluster is for; refuses every other certificate. */
    NodeId verify(X509Certificate certificate) throws RefusedCertificateException {
        if (!isSignedHere(certificate)) {
            throw new RefusedCertificateException(stranger(certificate.getIssuerX500Principal()));
        }
        NodeId node = NodeIdentity.idOf(certificate.getPublicKey());
        if (!certificate.getSubjectX500Principal().equals(subject(node)) || certificate.getBasicConstraints() >= 0) {
            throw new RefusedCertificateException(
                    new DialFailure.NotANode("its certificate does not bear the id of its key"));
        }
        return node;
    }

    private boolean isSignedHere(X509Certificate certificate) {
        try {
            if (!certificate.getSigAlgOID().equals(EdECObjectIdentifiers.id_Ed25519.getId())) {
                return false;
            }
            certificate.verify(publicKey);
            return true;
        } catch (GeneralSecurityException _) {
            return false;
        }
    }

    private X500Principal issuer() {
        return new X500Principal(ISSUER + fingerprint());
    }

    private static X500Principal subject(NodeId node) {
        return new X500Principal("CN=" + node.toHex());
    }

    private DialFailure stranger(X500Principal issuer) {
        String name = issuer.getName();
        return name.startsWith(ISSUER)
                ? new DialFailure.OtherCluster(name.substring(ISSUER.length()), fingerprint())
                : new DialFailure.NotANode("its certificate is not of a Cairn cluster");
    }

    /** Signs what is written to it with the provider of the platform. */
    private static final class Signer implements ContentSigner {
        private final PrivateKey key;
        private final ByteArrayOutputStream signed = new ByteArrayOutputStream();

        Signer(PrivateKey key) {
            this.key = key;
        }

        @Override
        public AlgorithmIdentifier getAlgorithmIdentifier() {
            return new AlgorithmIdentifier(EdECObjectIdentifiers.id_Ed25519);
        }

        @Override
        public OutputStream getOutputStream() {
            return signed;
        }

        @Override
        public byte[] getSignature() {
            try {
                Signature signature = Signature.getInstance(NodeIdentity.ALGORITHM);
                signature.initSign(key);
                signature.update(signed.toByteArray());
                return signature.sign();
            } catch (GeneralSecurityException e) {
                throw new AssertionError(e);
            }
        }
    }

    @Override
    public String toString() {
        return "cluster " + fingerprint();
    }
}
