package dev.cairn.api.s3;

import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.block.StoredBody;
import dev.cairn.kernel.codec.Bytes;

/** Entity tags of bodies: their MD5, but of a sealed one something that tells nothing of what is in it. */
final class BodyEtag {
    private static final int BYTES = 16;

    private BodyEtag() {}

    static String of(StoredBody body, BodyDigests.Result result) {
        return digest(body, result).toHex();
    }

    static Bytes digest(StoredBody body, BodyDigests.Result result) {
        return body.salt().isEmpty() ? result.md5() : body.salt().slice(0, BYTES);
    }
}
