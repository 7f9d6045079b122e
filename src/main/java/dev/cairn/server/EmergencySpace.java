package dev.cairn.server;

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
record EmergencySpace(Path file) {
    private static final int BYTES = 24 << 20;
    private static final int STEP = 1 << 20;

    static EmergencySpace in(Path metadataDir) {
        return new EmergencySpace(metadataDir.resolve("emergency-space"));
    }

    /** True when there was something to give back. */
    boolean giveBack() throws IOException {
        return Files.deleteIfExists(file);
    }

    /** Takes the room, unless the disk is small or has little left. */
    void take() throws IOException {
        long free = file.getParent().toFile().getUsableSpace();
        if (Files.exists(file) || free < 8L * BYTES) {
            return;
        }
        try (FileChannel out = FileChannel.open(file, Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE))) {
            ByteBuffer zeros = ByteBuffer.allocate(STEP);
            for (int written = 0; written < BYTES; written += STEP) {
                out.write(zeros.clear());
            }
        }
    }
}
