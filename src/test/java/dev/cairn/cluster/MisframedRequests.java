package dev.cairn.cluster;

import static dev.cairn.cluster.BadRequests.BODY;
import static dev.cairn.cluster.BadRequests.BUCKET;
import static dev.cairn.cluster.BadRequests.put;
import static dev.cairn.cluster.Row.row;

import java.util.stream.Stream;

/** Requests whose framing or target is wrong, and the one answer each deserves. */
final class MisframedRequests {
    private MisframedRequests() {}

    static Stream<Row> misframed() {
        return Stream.of(
                row(
                        "no length",
                        "411 MissingContentLength",
                        (w, k) -> put(w, k).length("none").send()),
                row(
                        "chunked transfer without length",
                        "411 MissingContentLength",
                        (w, k) -> put(w, k)
                                .payload("UNSIGNED-PAYLOAD")
                                .length("none")
                                .transferChunked()
                                .send()),
                row(
                        "length and chunked transfer",
                        "400 *",
                        (w, k) -> put(w, k)
                                .length(Integer.toString(BODY.length))
                                .transferChunked()
                                .send()),
                row(
                        "length is no number",
                        "400 *",
                        (w, k) -> put(w, k).length("many").send()),
                row(
                        "length is negative",
                        "400 *",
                        (w, k) -> put(w, k).length("-5").send()),
                row(
                        "two lengths",
                        "400 *",
                        (w, k) ->
                                put(w, k).unsignedHeader("Content-Length", "7").send()),
                row(
                        "body longer than declared",
                        "400 XAmzContentSHA256Mismatch",
                        (w, k) -> put(w, k).length("3").send()),
                row(
                        "more than 5 GiB",
                        "400 EntityTooLarge",
                        (w, k) -> put(w, k)
                                .payload("UNSIGNED-PAYLOAD")
                                .length(Long.toString((5L << 30) + 1))
                                .header("expect", "100-continue")
                                .sendHeadOnly()),
                row(
                        "32 KiB of headers and more",
                        "431 *|400 *",
                        (w, k) -> put(w, k)
                                .unsignedHeader("x-padding", "p".repeat(70_000))
                                .send()),
                row(
                        "metadata over 2 KiB",
                        "400 MetadataTooLarge",
                        (w, k) -> put(w, k)
                                .header("x-amz-meta-a", "v".repeat(2048))
                                .send()),
                row(
                        "bad bucket name",
                        "400 InvalidBucketName",
                        (w, _) -> w.call("PUT", "/Bad_Name").send()),
                row(
                        "bucket that is not there",
                        "404 NoSuchBucket",
                        (w, k) -> w.call("PUT", Wire.path("no-such-bucket", k))
                                .body(BODY)
                                .send()));
    }

    static Stream<Row> misdirected() {
        return Stream.of(
                row("escape that is none", "400 InvalidURI|400 *", (w, _) -> at(w, "PUT", "/" + BUCKET + "/%zz")),
                row("escape cut off", "400 InvalidURI|400 *", (w, _) -> at(w, "PUT", "/" + BUCKET + "/a%4")),
                row(
                        "key that is not UTF-8",
                        "400 InvalidURI|400 InvalidRequest",
                        (w, _) -> at(w, "PUT", "/" + BUCKET + "/%E4")),
                row(
                        "overlong UTF-8",
                        "400 InvalidURI|400 InvalidRequest",
                        (w, _) -> at(w, "PUT", "/" + BUCKET + "/%C0%AE")),
                row("raw byte above 127", "400 *", (w, _) -> at(w, "PUT", "/" + BUCKET + "/\u00e4")),
                row("target without slash", "400 *", (w, _) -> at(w, "PUT", BUCKET + "/key")),
                row("asterisk", "400 *|405 *|403 *", (w, _) -> at(w, "PUT", "*")),
                row("unknown method", "405 *|400 *|501 *", (w, k) -> at(w, "PATCH", Wire.path(BUCKET, k))),
                row("lower-case method", "405 *|400 *|501 *|403 *", (w, k) -> at(w, "put", Wire.path(BUCKET, k))),
                row(
                        "request line of 40 kB",
                        "414 *|400 *|431 *",
                        (w, _) -> at(w, "PUT", "/" + BUCKET + "/" + "k".repeat(40_000))),
                row(
                        "key of 1025 bytes",
                        "400 KeyTooLongError",
                        (w, _) -> at(w, "PUT", "/" + BUCKET + "/" + "k".repeat(1025))),
                row(
                        "key of 1026 bytes in 513 characters",
                        "400 KeyTooLongError",
                        (w, _) -> at(w, "PUT", "/" + BUCKET + "/" + "%C3%A4".repeat(513))),
                row(
                        "two hosts",
                        "400 *|403 *",
                        (w, k) -> put(w, k).unsignedHeader("Host", "elsewhere").send()),
                row(
                        "no host",
                        "400 *|403 *",
                        (w, k) -> put(w, k).withoutHeader("host").send()));
    }

    private static Answer at(Wire wire, String method, String target) {
        return wire.call(method, target).body(BODY).send();
    }
}
