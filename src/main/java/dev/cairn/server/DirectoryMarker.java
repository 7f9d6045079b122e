package dev.cairn.server;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The file {@code cairn-directory} at the top of every metadata and data directory: whose it is, and at which start of the node it was last
 * in use. An empty mount point, a directory of another node and a copy of last week all look like directories; this file tells them apart.
 */
record DirectoryMarker(Kind kind, NodeId node, Bytes directory, Generation generation) {
    static final String FILE = "cairn-directory";
    private static final String FORMAT = "2";
    private static final int MAX_BYTES = 4096;

    enum Kind {
        METADATA,
        DATA;

        String word() {
            return this == METADATA ? "metadata" : "data";
        }
    }

    /** One start of a node. The name tells two starts with the same count apart, of a node and of a copy of it. */
    record Generation(long count, Bytes name) {}

    DirectoryMarker at(Generation now) {
        return new DirectoryMarker(kind, node, directory, now);
    }

    /** The marker of a directory; empty when it has none, or when there is no such directory. */
    static Optional<DirectoryMarker> read(Path root) throws IOException {
        Path file = root.resolve(FILE);
        try {
            if (Files.size(file) > MAX_BYTES) {
                throw new IOException(file + " is no marker of a directory: it is longer than " + MAX_BYTES + " bytes");
            }
            return Optional.of(parse(file, Files.readString(file, StandardCharsets.US_ASCII)));
        } catch (NoSuchFileException none) {
            return Optional.empty();
        }
    }

    private static DirectoryMarker parse(Path file, String text) throws IOException {
        Map<String, String> fields = new HashMap<>();
        for (String line : text.lines().toList()) {
            int colon = line.indexOf(": ");
            if (colon > 0) {
                fields.put(line.substring(0, colon), line.substring(colon + 2));
            }
        }
        String format = fields.getOrDefault("format", "");
        if (!format.equals(FORMAT)) {
            throw new IOException("%s has format '%s', this version knows '%s' only: it was written by another version"
                    .formatted(file, format, FORMAT));
        }
        try {
            return new DirectoryMarker(
                    Kind.valueOf(field(fields, "kind").toUpperCase(Locale.ROOT)),
                    NodeId.ofHex(field(fields, "node")),
                    Bytes.ofHex(field(fields, "directory")),
                    new Generation(
                            Long.parseLong(field(fields, "generation")),
                            Bytes.ofHex(field(fields, "generation-name"))));
        } catch (IllegalArgumentException damaged) {
            throw new IOException(file + " is damaged: " + damaged.getMessage(), damaged);
        }
    }

    private static String field(Map<String, String> fields, String name) {
        String value = fields.get(name);
        if (value == null) {
            throw new IllegalArgumentException("no " + name);
        }
        return value;
    }

    /** Puts this marker in place of the one that is there, if any; durable when it returns. */
    void write(Path root) throws IOException {
        Path draft = root.resolve(FILE + ".new");
        try (FileChannel out = FileChannel.open(
                draft,
                Set.of(StandardOpenOption.CREATE, StandardOpenOption.TRUNCATE_EXISTING, StandardOpenOption.WRITE))) {
            ByteBuffer rest = ByteBuffer.wrap(text().getBytes(StandardCharsets.US_ASCII));
            while (rest.hasRemaining()) {
                out.write(rest);
            }
            out.force(true);
        }
        Files.move(draft, root.resolve(FILE), StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel names = FileChannel.open(root, StandardOpenOption.READ)) {
            names.force(true);
        }
    }

    private String text() {
        return """
                Made by Cairn, which refuses directories that are not its own: do not edit, copy or delete.
                format: %s
                kind: %s
                node: %s
                directory: %s
                generation: %d
                generation-name: %s
                """.formatted(
                        FORMAT,
                        kind.word(),
                        node.toHex(),
                        directory.toHex(),
                        generation.count(),
                        generation.name().toHex());
    }
}
