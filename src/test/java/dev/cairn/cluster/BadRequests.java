package dev.cairn.cluster;

import static dev.cairn.cluster.Row.row;

import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.Base64;
import java.util.stream.Stream;

/** Tables of requests that must be refused and store nothing: forged and damaged ones. */
final class BadRequests {
    static final String BUCKET = CairnProcess.BUCKET;
    static final byte[] BODY = "some bytes that must not be stored".getBytes(StandardCharsets.UTF_8);
    private static final String OTHER_MD5 = Base64.getEncoder().encodeToString(SigV4.digest("MD5", new byte[1]));

    private BadRequests() {}

    static Stream<Row> forged() {
        return Stream.of(
                row(
                        "wrong signature",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k).breakSignature().send()),
                row(
                        "wrong secret",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k)
                                .as(CairnProcess.ACCESS_KEY, "x".repeat(40))
                                .send()),
                row(
                        "unknown key id",
                        "403 InvalidAccessKeyId",
                        (w, k) -> put(w, k)
                                .as("NOSUCHKEY00000000000", CairnProcess.SECRET_KEY)
                                .send()),
                row(
                        "no credentials",
                        "403 AccessDenied",
                        (w, k) -> put(w, k).anonymous().send()),
                row(
                        "16 minutes late",
                        "403 RequestTimeTooSkewed",
                        (w, k) -> put(w, k).at(minutesAhead(-16)).send()),
                row(
                        "16 minutes early",
                        "403 RequestTimeTooSkewed",
                        (w, k) -> put(w, k).at(minutesAhead(16)).send()),
                row(
                        "presigned expired",
                        "403 AccessDenied",
                        (w, k) -> put(w, k)
                                .at(minutesAhead(-2))
                                .presigned(Duration.ofMinutes(1))
                                .send()),
                row(
                        "presigned for later",
                        "403 AccessDenied|403 RequestTimeTooSkewed",
                        (w, k) -> put(w, k)
                                .at(minutesAhead(16))
                                .presigned(Duration.ofMinutes(1))
                                .send()),
                row(
                        "presigned and tampered with",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k)
                                .presigned(Duration.ofMinutes(1))
                                .breakSignature()
                                .send()),
                row(
                        "presigned for 8 days",
                        "400 AuthorizationQueryParametersError",
                        (w, k) -> put(w, k).presigned(Duration.ofDays(8)).send()),
                row(
                        "presigned half",
                        "400 AuthorizationQueryParametersError",
                        (w, k) -> w.call(
                                        "PUT",
                                        Wire.path(BUCKET, k) + "?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=60")
                                .anonymous()
                                .body(BODY)
                                .send()),
                row(
                        "presigned with a copy source beside it",
                        "403 AccessDenied",
                        (w, k) -> put(w, k)
                                .presigned(Duration.ofMinutes(1))
                                .unsignedHeader("x-amz-copy-source", "/" + BUCKET + "/anything")
                                .send()),
                row(
                        "unsigned metadata",
                        "403 AccessDenied",
                        (w, k) -> put(w, k)
                                .unsignedHeader("x-amz-meta-colour", "red")
                                .send()),
                row(
                        "signed header not sent",
                        "403 SignatureDoesNotMatch|403 AccessDenied",
                        (w, k) -> put(w, k)
                                .header("x-amz-meta-colour", "red")
                                .withoutHeader("x-amz-meta-colour")
                                .send()),
                row(
                        "malformed authorization",
                        "400 AuthorizationHeaderMalformed",
                        (w, k) -> put(w, k)
                                .anonymous()
                                .unsignedHeader("Authorization", "AWS4-HMAC-SHA256 Credential=nonsense")
                                .send()),
                row(
                        "basic authorization",
                        "400 InvalidArgument|400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .anonymous()
                                .unsignedHeader("Authorization", "Basic dXNlcjpwYXNz")
                                .send()),
                row(
                        "signature version 2",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .anonymous()
                                .unsignedHeader("Authorization", "AWS " + CairnProcess.ACCESS_KEY + ":c2lnbmF0dXJl")
                                .send()),
                row(
                        "presigned version 2",
                        "400 InvalidRequest",
                        (w, k) -> w.call(
                                        "PUT",
                                        Wire.path(BUCKET, k) + "?AWSAccessKeyId=" + CairnProcess.ACCESS_KEY
                                                + "&Expires=4102444800&Signature=c2ln")
                                .anonymous()
                                .body(BODY)
                                .send()),
                row(
                        "another region",
                        "400 AuthorizationHeaderMalformed",
                        (w, k) -> put(w, k).inRegion("eu-north-7").send()));
    }

    static Stream<Row> damaged() {
        byte[] large = new byte[100 << 20];
        String crc = Checksum.CRC32.of(BODY);
        return Stream.of(
                row(
                        "payload hash missing",
                        "400 InvalidRequest|403 AccessDenied",
                        (w, k) ->
                                put(w, k).withoutHeader("x-amz-content-sha256").send()),
                row(
                        "payload hash of something else",
                        "400 XAmzContentSHA256Mismatch",
                        (w, k) -> put(w, k).payload(SigV4.EMPTY_SHA256).send()),
                row(
                        "payload hash malformed",
                        "400 InvalidArgument",
                        (w, k) -> put(w, k).payload("cafe").send()),
                row(
                        "unsigned stream without trailer",
                        "400 InvalidArgument|400 InvalidRequest",
                        (w, k) -> put(w, k).awsChunked(false, 8192).send()),
                row(
                        "elliptic curve signature",
                        "400 *|501 *",
                        (w, k) -> put(w, k)
                                .payload("STREAMING-AWS4-ECDSA-P256-SHA256-PAYLOAD")
                                .send()),
                row(
                        "MD5 undecodable",
                        "400 InvalidDigest",
                        (w, k) -> put(w, k).header("content-md5", "%%%").send()),
                row(
                        "MD5 too short",
                        "400 InvalidDigest",
                        (w, k) -> put(w, k).header("content-md5", "YWJj").send()),
                row(
                        "MD5 of something else",
                        "400 BadDigest",
                        (w, k) -> put(w, k).header("content-md5", OTHER_MD5).send()),
                row(
                        "two checksums",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .header("x-amz-checksum-crc32", crc)
                                .header("x-amz-checksum-sha1", Checksum.SHA1.of(BODY))
                                .send()),
                row(
                        "checksum header and trailer",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .header("x-amz-checksum-sha1", Checksum.SHA1.of(BODY))
                                .trailer("x-amz-checksum-crc32", crc)
                                .send()),
                row(
                        "unknown checksum",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k).header("x-amz-checksum-md4", "AAAA").send()),
                row(
                        "unknown checksum algorithm",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .header("x-amz-sdk-checksum-algorithm", "MD4")
                                .send()),
                row(
                        "checksum of another algorithm than named",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .header("x-amz-sdk-checksum-algorithm", "SHA256")
                                .header("x-amz-checksum-crc32", crc)
                                .send()),
                row(
                        "trailer of an unknown algorithm",
                        "400 InvalidRequest",
                        (w, k) -> put(w, k)
                                .awsChunked(false, 8192)
                                .trailer("x-amz-checksum-md4", "AAAA")
                                .send()),
                row(
                        "trailer missing, signed",
                        "400 MalformedTrailerError",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .trailer("x-amz-checksum-crc32", crc)
                                .forgetTrailers()
                                .send()),
                row(
                        "trailer missing, unsigned",
                        "400 MalformedTrailerError",
                        (w, k) -> put(w, k)
                                .awsChunked(false, 8192)
                                .trailer("x-amz-checksum-crc32", crc)
                                .forgetTrailers()
                                .send()),
                row(
                        "trailer signature wrong",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .trailer("x-amz-checksum-crc32", crc)
                                .breakTrailerSignature()
                                .send()),
                row(
                        "first chunk signature wrong",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k).awsChunked(true, 16).breakChunk(0).send()),
                row(
                        "last chunk signature wrong",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k).awsChunked(true, 8192).breakChunk(1).send()),
                row(
                        "chunk signature wrong in the middle of 100 MiB",
                        "403 SignatureDoesNotMatch",
                        (w, k) -> put(w, k)
                                .body(large)
                                .awsChunked(true, 64 << 10)
                                .breakChunk(800)
                                .send()),
                row(
                        "decoded length too large",
                        "400 IncompleteBody",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .header("x-amz-decoded-content-length", "1000")
                                .send()),
                row(
                        "decoded length too small",
                        "400 *",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .header("x-amz-decoded-content-length", "5")
                                .send()),
                row(
                        "decoded length malformed",
                        "400 *",
                        (w, k) -> put(w, k)
                                .awsChunked(true, 8192)
                                .header("x-amz-decoded-content-length", "-1")
                                .send()),
                row("chunk size is no number", "400 *", (w, k) -> unsignedStream(w, k, "zz\r\nab\r\n0\r\n\r\n")),
                row(
                        "chunk size overflows",
                        "400 *",
                        (w, k) -> unsignedStream(w, k, "ffffffffffffffffffff\r\nab\r\n0\r\n\r\n")),
                row("chunk header without end", "400 *", (w, k) -> unsignedStream(w, k, "0".repeat(100_000))),
                row("garbage after a chunk", "400 *", (w, k) -> unsignedStream(w, k, "2\r\nabGARBAGE\r\n0\r\n\r\n")));
    }

    static Call put(Wire wire, String key) {
        return wire.call("PUT", Wire.path(BUCKET, key)).body(BODY);
    }

    static Instant minutesAhead(int minutes) {
        return Instant.now().plus(Duration.ofMinutes(minutes));
    }

    private static Answer unsignedStream(Wire wire, String key, String framed) {
        return wire.call("PUT", Wire.path(BUCKET, key))
                .body(framed)
                .payload("STREAMING-UNSIGNED-PAYLOAD-TRAILER")
                .header("content-encoding", "aws-chunked")
                .header("x-amz-decoded-content-length", "2")
                .header("x-amz-trailer", "x-amz-checksum-crc32")
                .send();
    }
}
