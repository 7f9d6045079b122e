package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Chars;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import io.smallrye.mutiny.Uni;

/** The body of a request without its framing; the end is only reached when exactly {@link #length} bytes came and every signature fits. */
public sealed interface RequestBody extends ByteSource permits ChunkedBody, LengthCheckedBody {
    /** Bytes of the body as the client declared them. */
    long length();

    /** The fields behind the body; complete once the end was reached. */
    Headers trailers();

    /**
     * The body of a verified request. {@code MissingContentLength} unless its length is declared: in {@code Content-Length}, or for
     * chunks in {@code x-amz-decoded-content-length}.
     */
    static RequestBody of(Authentication.Verified request, ByteSource upstream) {
        var headers = request.headers();
        var decoded = headers.get("x-amz-decoded-content-length");
        if (request.payload().isChunked()) {
            return new ChunkedBody(
                    upstream,
                    request,
                    length("x-amz-decoded-content-length", decoded.orElseThrow(RequestBody::missing)));
        }
        // A plain body without Content-Length, sent in the chunks of HTTP, still declares its length this way.
        var plain = headers.get("content-length");
        return new LengthCheckedBody(
                upstream, length("content-length", plain.or(() -> decoded).orElseThrow(RequestBody::missing)));
    }

    /** The body of a request that proves itself by what is in it: plain, and its length declared. */
    static RequestBody unsigned(Headers headers, ByteSource upstream) {
        return new LengthCheckedBody(
                upstream, length("content-length", headers.get("content-length").orElseThrow(RequestBody::missing)));
    }

    /** All of a body that fits into memory, checked against what {@code digests} were promised. */
    static Uni<Bytes> whole(RequestBody body, BodyDigests digests) {
        byte[] whole = new byte[(int) body.length()];
        int[] at = {0};
        return Repeat.whileTrue(() -> body.next().map(piece -> {
                    digests.update(piece);
                    piece.copyTo(whole, at[0]);
                    at[0] += piece.length();
                    return !piece.isEmpty();
                }))
                .map(_ -> {
                    digests.finish(body.trailers());
                    return Bytes.wrap(whole);
                });
    }

    private static S3Exception missing() {
        return S3Error.MISSING_CONTENT_LENGTH.exception();
    }

    private static long length(String name, String text) {
        if (!text.isEmpty() && text.length() <= 18 && Chars.all(text, Chars::isDigit)) {
            return Long.parseLong(text);
        }
        throw S3Exception.invalidArgument(name, text, "The length is not a number.");
    }
}
