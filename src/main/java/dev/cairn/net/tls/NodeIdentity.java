package dev.cairn.net.tls;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.PastLives;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.spec.PKCS8EncodedKeySpec;
import java.security.spec.X509EncodedKeySpec;
import java.util.Set;

/**
 * The Ed25519 key pair of a node, made at its first start and kept in its metadata directory; the node id is the SHA-256 of the public half
 * as X.509 writes it. Immutable.
 */
public final class NodeIdentity {
    static final String ALGORITHM = "Ed25519";
    private static final String PRIVATE_KEY = "node_key";
    private static final String PUBLIC_KEY = "node_key.pub";
    private static final String OWNER_ONLY = "rw-------";
    private static final int MAX_BYTES = 1024;

    private final NodeId id;
    private final KeyPair keys;

    private NodeIdentity(KeyPair keys) {
        this.id = idOf(keys.getPublic());
        this.keys = keys;
    }

    public NodeId id() {
        return id;
    }

    PublicKey publicKey() {
        return keys.getPublic();
    }

    PrivateKey privateKey() {
        return keys.getPrivate();
    }

    /** The key as it signs what the node says of its own life. */
    public PastLives.Seal seal() {
        return new PastLives.Seal() {
            @Override
            public Bytes of(Bytes statement) {
                try {
                    return Bytes.wrap(sign(keys.getPrivate(), statement.toArray()));
                } catch (GeneralSecurityException e) {
                    throw new IllegalStateException(e);
                }
            }

            @Override
            public boolean isMine(Bytes statement, Bytes seal) {
                try {
                    return isSigned(keys.getPublic(), statement.toArray(), seal.toArray());
                } catch (GeneralSecurityException _) {
                    return false;
                }
            }
        };
    }

    static NodeId idOf(PublicKey key) {
        return new NodeId(Sha256.of(Bytes.wrap(key.getEncoded())));
    }

    /** Whether a node has lived in this directory. */
    public static boolean isMade(Path metadataDir) {
        return Files.exists(metadataDir.resolve(PUBLIC_KEY));
    }

    /** The identity kept in this directory; makes one where none is. Refuses a private half that others may read or that is of another pair. */
    public static NodeIdentity open(Path metadataDir) throws IOException {
        try {
            if (!isMade(metadataDir)) {
                make(metadataDir);
            }
            return read(metadataDir);
        } catch (GeneralSecurityException e) {
            throw new IOException("the node key in " + metadataDir + " is damaged: " + e.getMessage(), e);
        }
    }

    /** A node that is kept nowhere. */
    static NodeIdentity fresh() {
        try {
            return new NodeIdentity(KeyPairGenerator.getInstance(ALGORITHM).generateKeyPair());
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
    }

    /** The public half comes last: a node that has it has both. */
    private static void make(Path metadataDir) throws IOException {
        NodeIdentity made = fresh();
        write(metadataDir.resolve(PRIVATE_KEY), made.privateKey().getEncoded(), OWNER_ONLY);
        write(metadataDir.resolve(PUBLIC_KEY), made.publicKey().getEncoded(), "rw-r--r--");
        try (FileChannel names = FileChannel.open(metadataDir, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private static NodeIdentity read(Path metadataDir) throws IOException, GeneralSecurityException {
        Path secretFile = metadataDir.resolve(PRIVATE_KEY);
        requirePrivate(secretFile);
        KeyFactory factory = KeyFactory.getInstance(ALGORITHM);
        PublicKey open = factory.generatePublic(new X509EncodedKeySpec(bytes(metadataDir.resolve(PUBLIC_KEY))));
        PrivateKey secret = factory.generatePrivate(new PKCS8EncodedKeySpec(bytes(secretFile)));
        if (!areOnePair(open, secret)) {
            throw new IOException("%s and %s in %s are not halves of one pair: restore both from a backup"
                    .formatted(PRIVATE_KEY, PUBLIC_KEY, metadataDir));
        }
        return new NodeIdentity(new KeyPair(open, secret));
    }

    private static void requirePrivate(Path file) throws IOException {
        Set<PosixFilePermission> mode;
        try {
            mode = Files.getPosixFilePermissions(file);
        } catch (NoSuchFileException missing) {
            throw new IOException(file + " does not exist: restore it from a backup", missing);
        }
        if (!PosixFilePermissions.fromString(OWNER_ONLY).containsAll(mode)) {
            throw new IOException("%s is open to others (mode %s): run chmod 600 %s"
                    .formatted(file, PosixFilePermissions.toString(mode), file));
        }
    }

    private static byte[] bytes(Path file) throws IOException {
        if (Files.size(file) > MAX_BYTES) {
            throw new IOException(file + " is longer than " + MAX_BYTES + " bytes: not a key");
        }
        return Files.readAllBytes(file);
    }

    private static boolean areOnePair(PublicKey open, PrivateKey secret) throws GeneralSecurityException {
        byte[] probe = open.getEncoded();
        return isSigned(open, probe, sign(secret, probe));
    }

    private static byte[] sign(PrivateKey secret, byte[] text) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initSign(secret);
        signature.update(text);
        return signature.sign();
    }

    private static boolean isSigned(PublicKey open, byte[] text, byte[] signed) throws GeneralSecurityException {
        Signature signature = Signature.getInstance(ALGORITHM);
        signature.initVerify(open);
        signature.update(text);
        return signature.verify(signed);
    }

    private static void write(Path file, byte[] bytes, String mode) throws IOException {
        Files.deleteIfExists(file);
        try (FileChannel out = FileChannel.open(
                file,
                Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(mode)))) {
            ByteBuffer rest = ByteBuffer.wrap(bytes);
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
    }

    @Override
    public String toString() {
        return "node " + id;
    }
}
