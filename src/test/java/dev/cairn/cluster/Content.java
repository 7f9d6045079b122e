package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;
import java.util.Random;
import java.util.stream.Stream;

/** Bodies of objects that tests make up, and what servers should say of them. */
final class Content {
    private Content() {}

    static byte[] bytes(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    static String etag(byte[] data) {
        return "\"" + HexFormat.of().formatHex(SigV4.digest("MD5", data)) + "\"";
    }

    static byte[] joined(byte[]... pieces) {
        byte[] all = new byte[Stream.of(pieces).mapToInt(piece -> piece.length).sum()];
        int at = 0;
        for (byte[] piece : pieces) {
            System.arraycopy(piece, 0, all, at, piece.length);
            at += piece.length;
        }
        return all;
    }

    static void refused(Answer answer, String expected) {
        assertThat(answer.status() + " " + answer.code()).as(answer.toString()).isEqualTo(expected);
    }
}
