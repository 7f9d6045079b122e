package dev.cairn.config;

import dev.cairn.kernel.Secret;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** A file that holds one secret and that nobody but its owner may read. */
public record SecretFile(Path path) {
    /** Name of the token file a single node makes in its metadata directory. */
    public static final String ADMIN_TOKEN = "admin.token";

    private static final int MAX_BYTES = 4096;
    private static final Set<PosixFilePermission> OWNER_ONLY =
            Set.of(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);

    /** The secret, without white space at its end; refuses a file that group or others have any right to. */
    public Secret read() throws IOException {
        var strangers = strangers();
        if (!strangers.isEmpty()) {
            throw new IOException("%s is open to others (mode %s): run chmod 600 %s"
                    .formatted(path, PosixFilePermissions.toString(Files.getPosixFilePermissions(path)), path));
        }
        return readWhateverItsMode();
    }

    /** As {@link #read}, for operators who said {@code allow-world-readable-secrets}. */
    public Secret readWhateverItsMode() throws IOException {
        try {
            if (Files.size(path) > MAX_BYTES) {
                throw new IOException(path + " is longer than " + MAX_BYTES + " bytes: not a secret");
            }
            String text = Files.readString(path, StandardCharsets.UTF_8).stripTrailing();
            if (text.isEmpty()) {
                throw new IOException(path + " is empty");
            }
            return new Secret(text);
        } catch (NoSuchFileException missing) {
            throw new IOException(path + " does not exist", missing);
        } catch (AccessDeniedException denied) {
            throw new IOException(path + " may not be read by this user", denied);
        }
    }

    /** Makes the file with mode 0600 and makes its bytes durable; fails if there is one. */
    public void create(Secret secret) throws IOException {
        var mode = PosixFilePermissions.asFileAttribute(OWNER_ONLY);
        try (var file = FileChannel.open(path, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE), mode)) {
            var bytes = ByteBuffer.wrap((secret.reveal() + "\n").getBytes(StandardCharsets.UTF_8));
            while (bytes.hasRemaining()) {
                file.write(bytes);
            }
            file.force(true);
        }
    }

    /** The rights of group and others. */
    Set<PosixFilePermission> strangers() throws IOException {
        try {
            var rights = Files.getPosixFilePermissions(path);
            rights.removeIf(right -> right.name().startsWith("OWNER_"));
            return rights;
        } catch (NoSuchFileException missing) {
            throw new IOException(path + " does not exist", missing);
        } catch (AccessDeniedException denied) {
            throw new IOException(path + " may not be read by this user", denied);
        }
    }
}
