package dev.cairn.server;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.util.Set;

/** The key pair of a node, made at its first start and kept in its metadata directory; the node id is the hash of the public half. */
record NodeIdentity(NodeId id) {
    private static final String PRIVATE_KEY = "node_key";
    private static final String PUBLIC_KEY = "node_key.pub";

    /** Whether a node has lived in this directory. */
    static boolean isMade(Path metadataDir) {
        return Files.exists(metadataDir.resolve(PUBLIC_KEY));
    }

    static NodeIdentity open(Path metadataDir) throws IOException {
        Path publicKey = metadataDir.resolve(PUBLIC_KEY);
        if (!isMade(metadataDir)) {
            make(metadataDir);
        }
        return new NodeIdentity(new NodeId(Sha256.of(Bytes.wrap(Files.readAllBytes(publicKey)))));
    }

    /** The public half comes last: a node that has it has both. */
    private static void make(Path metadataDir) throws IOException {
        try {
            KeyPair pair = KeyPairGenerator.getInstance("Ed25519").generateKeyPair();
            write(metadataDir.resolve(PRIVATE_KEY), pair.getPrivate().getEncoded(), "rw-------");
            write(metadataDir.resolve(PUBLIC_KEY), pair.getPublic().getEncoded(), "rw-r--r--");
        } catch (GeneralSecurityException e) {
            throw new AssertionError(e);
        }
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
}
