package dev.cairn.model;

import dev.cairn.kernel.codec.Digests;
import dev.cairn.kernel.codec.Protos;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;

/** The ETag of a multipart object: MD5 of the binary MD5s of its parts, and their number. */
final class MultipartEtag {
    private MultipartEtag() {}

    static String of(List<Part> parts) {
        MessageDigest md5 = Digests.md5();
        parts.forEach(part -> Protos.bytes(part.value().getMd5()).updateDigest(md5));
        return HexFormat.of().formatHex(md5.digest()) + "-" + parts.size();
    }
}
