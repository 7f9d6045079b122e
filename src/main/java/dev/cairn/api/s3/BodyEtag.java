package dev.cairn.api.s3;

import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.block.StoredBody;
import dev.cairn.kernel.codec.Bytes;

/** Entity tags of bodies: their MD5, but of one that only its client may read ({@code isSecret}) something that tells nothing of what is in it. */
final class BodyEtag {
    private static final int BYTES = 16;

    private BodyEtag() {}

    static String of(StoredBody body, BodyDigests.Result result, boolean isSecret) {
        return digest(body, result, isSecret).toHex();
    }

    static Bytes digest(StoredBody body, BodyDigests.Result result, boolean isSecret) {
        return !isSecret || body.salt().isEmpty() ? result.md5() : body.salt().slice(0, BYTES);
    }
}
