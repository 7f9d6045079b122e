package dev.cairn.server;

import dev.cairn.kernel.env.DiskSpace;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Set;

/**
 * A file that only takes up room in the metadata directory. Should somebody fill the disk to its last byte, giving it back lets the
 * store open its log again, so that reads and deletes go on without a tool.
 */
record EmergencySpace(Path metadataDir, DiskSpace space) {
    private static final int BYTES = 24 << 20;
    private static final int STEP = 1 << 20;

    private Path file() {
        return metadataDir.resolve("emergency-space");
    }

    /** Gives the room back when hardly any other is left; true when it did. */
    boolean giveBackIfNeeded() throws IOException {
        return space.look() < BYTES && Files.deleteIfExists(file());
    }

    /** Takes the room, unless the disk is small or has little left. */
    void take() throws IOException {
        if (Files.exists(file()) || space.look() < 8L * BYTES) {
            return;
        }
        try (FileChannel out =
                FileChannel.open(file(), Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            ByteBuffer zeros = ByteBuffer.allocate(STEP);
            for (int written = 0; written < BYTES; written += STEP) {
                out.write(zeros.clear());
            }
        }
    }
}
