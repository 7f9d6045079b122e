package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.HexFormat;

/** One upload spoken to by raw requests. */
final class Upload {
    private final Wire wire;
    private final String path;
    private final String id;

    private Upload(Wire wire, String path, String id) {
        this.wire = wire;
        this.path = path;
        this.id = id;
        assertThat(id).isNotEmpty();
    }

    static Upload start(Wire wire, String bucket, String key) {
        String path = Wire.path(bucket, key);
        return started(wire, path, wire.call("POST", path + "?uploads").send());
    }

    /** The upload that an answer tells of. */
    static Upload started(Wire wire, String path, Answer answer) {
        return new Upload(wire, path, answer.element("UploadId"));
    }

    String id() {
        return id;
    }

    String path() {
        return path;
    }

    String target(int number) {
        return path + "?partNumber=" + number + "&uploadId=" + id;
    }

    String part(int number, byte[] data) {
        Answer answer = wire.call("PUT", target(number)).body(data).send();
        assertThat(answer.status()).as(answer.toString()).isEqualTo(200);
        assertThat(answer.header("etag")).isEqualTo("\"" + HexFormat.of().formatHex(SigV4.digest("MD5", data)) + "\"");
        return answer.header("etag");
    }

    Answer copy(int number, String source, String range) {
        Call call = wire.call("PUT", target(number)).header("x-amz-copy-source", source);
        return (range.isEmpty() ? call : call.header("x-amz-copy-source-range", range)).send();
    }

    Answer complete(Object... numbersAndTags) {
        return completion(numbersAndTags).send();
    }

    Answer completeSized(int number, String etag, int size) {
        return completion(number, etag)
                .header("x-amz-mp-object-size", Integer.toString(size))
                .send();
    }

    private Call completion(Object... numbersAndTags) {
        StringBuilder list = new StringBuilder("<CompleteMultipartUpload>");
        for (int i = 0; i < numbersAndTags.length; i += 2) {
            list.append("<Part><PartNumber>").append(numbersAndTags[i]).append("</PartNumber><ETag>");
            list.append(numbersAndTags[i + 1]).append("</ETag></Part>");
        }
        return wire.call("POST", path + "?uploadId=" + id).body(list + "</CompleteMultipartUpload>");
    }

    byte[] content() {
        return wire.call("GET", path).send().body();
    }
}
