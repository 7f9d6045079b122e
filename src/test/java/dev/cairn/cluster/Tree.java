package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** A directory of over 1,000 files between nothing and tens of megabytes, with names that clients and servers get wrong. */
record Tree(Path root, Map<String, byte[]> digests) {
    private static final int PLAIN_FILES = 940;
    private static final List<String> NAMES = List.of(
            "space here",
            " leading space",
            "trailing space ",
            "plus+plus",
            "per%cent",
            "%41",
            "%2F",
            "100%",
            "a%20b",
            "#hash",
            "question?mark=1",
            "a&b=c;d",
            "semi;colon",
            "colon:colon",
            "at@sign",
            "$dollar",
            "com,ma",
            "quote'single",
            "quote\"double",
            "back`tick",
            "(round)[square]{curly}",
            "less<greater>",
            "pipe|pipe",
            "star*star",
            "caret^tilde~",
            "!bang",
            ".hidden",
            "..twodots",
            "...",
            "dot.",
            "-dash",
            "--",
            "_",
            "ü",
            "ÄÖÜß",
            "e\u0301 combining",
            "日本語",
            "한국어",
            "עברית",
            "🙂 smile",
            "\u00a0nbsp",
            "zero\u200bwidth",
            "x".repeat(200),
            "acl",
            "uploads",
            "tagging&versioning",
            "x-id=GetObject",
            "index.html",
            "CON");

    /** Writes the tree; the largest file has this many MiB. */
    static Tree generate(Path root, int largestMib) throws IOException {
        Map<String, byte[]> digests = new TreeMap<>();
        Random random = new Random(20_261_122);
        for (int i = 0; i < PLAIN_FILES; i++) {
            int size = i % 50 == 0 ? 0 : i % 40 == 0 ? random.nextInt(200_000) : random.nextInt(8_000);
            write(root, digests, "plain/" + i % 10 + "/file-" + i + ".bin", size, i);
        }
        for (String name : NAMES) {
            write(root, digests, "names/" + name, 40, name.hashCode());
        }
        for (String name : NAMES.subList(0, 24)) {
            write(root, digests, "directories/" + name + "/inside " + name, 40, name.length());
        }
        write(root, digests, "deep/" + "level/".repeat(60) + "bottom", 100, 1);
        for (int size :
                new int[] {1, 65_535, 65_536, 65_537, 1 << 20, (1 << 20) + 1, 5 << 20, 8 << 20, (17 << 20) + 3}) {
            write(root, digests, "sizes/" + size, size, size);
        }
        write(root, digests, "sizes/largest", largestMib << 20, 99);
        return new Tree(root, digests);
    }

    /** Fails unless the directory holds exactly these files with exactly these bytes. */
    void assertSameAs(Path copy) {
        try (Stream<Path> files = Files.walk(copy)) {
            Map<String, byte[]> found = new TreeMap<>();
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                found.put(copy.relativize(file).toString(), digest(file));
            }
            assertThat(found.keySet()).isEqualTo(digests.keySet());
            digests.forEach(
                    (name, digest) -> assertThat(found.get(name)).as(name).isEqualTo(digest));
        } catch (IOException e) {
            throw new IllegalStateException(e);
        }
    }

    private static void write(Path root, Map<String, byte[]> digests, String name, int size, long seed)
            throws IOException {
        Path file = root.resolve(name);
        Files.createDirectories(file.getParent());
        Random random = new Random(seed);
        byte[] piece = new byte[1 << 20];
        try (OutputStream out = Files.newOutputStream(file)) {
            for (int left = size; left > 0; left -= piece.length) {
                random.nextBytes(piece);
                out.write(piece, 0, Math.min(left, piece.length));
            }
        }
        digests.put(name, digest(file));
    }

    static byte[] digest(Path file) throws IOException {
        return SigV4.digest("SHA-256", Files.readAllBytes(file));
    }
}
