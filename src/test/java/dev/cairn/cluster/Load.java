package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Random;

/** What one client does to a bucket, through one server or now one and now another: it owns its keys, so their history is a line. */
final class Load {
    private static final int KEYS_PER_WRITER = 40;
    private static final int MIN_PART = 5 << 20;
    /** What all its keys begin with. */
    static final String PREFIX = "load/";

    private final String bucket;
    private final Journal journal;
    private final int writer;
    private final Random random;
    private Wire wire;

    Load(String bucket, Journal journal, Wire wire, int writer, long seed) {
        this.bucket = bucket;
        this.journal = journal;
        this.wire = wire;
        this.writer = writer;
        this.random = new Random(seed);
    }

    /** One operation. Throws {@code IllegalStateException} when there is no answer, or 503; the journal knows what is open then. */
    void step(Wire through) {
        wire = through;
        step();
    }

    void step() {
        String key = PREFIX + writer + "/" + random.nextInt(KEYS_PER_WRITER);
        int dice = random.nextInt(100);
        if (dice < 70) {
            put(key, bytes(size()));
        } else if (dice < 85) {
            delete(key);
        } else if (dice < 93) {
            deleteTwo(key, PREFIX + writer + "/" + random.nextInt(KEYS_PER_WRITER));
        } else {
            multipart(key);
        }
    }

    private int size() {
        return switch (random.nextInt(3)) {
            case 0 -> 1024 + random.nextInt(15_000);
            case 1 -> 16_000 + random.nextInt(200_000);
            default -> 1 + random.nextInt(3 << 20);
        };
    }

    private void put(String key, byte[] body) {
        String value = SigV4.sha256Hex(body);
        journal.begin(key, value);
        expect(200, wire.call("PUT", Wire.path(bucket, key)).body(body).send());
        journal.acknowledge(key, value);
    }

    private void delete(String key) {
        journal.begin(key, Journal.ABSENT);
        expect(204, wire.call("DELETE", Wire.path(bucket, key)).send());
        journal.acknowledge(key, Journal.ABSENT);
    }

    private void deleteTwo(String one, String two) {
        journal.begin(one, Journal.ABSENT);
        journal.begin(two, Journal.ABSENT);
        String document =
                "<Delete><Object><Key>" + one + "</Key></Object><Object><Key>" + two + "</Key></Object></Delete>";
        byte[] md5 = SigV4.digest("MD5", document.getBytes(StandardCharsets.UTF_8));
        Answer answer = wire.call("POST", "/" + bucket + "?delete")
                .header("content-md5", Base64.getEncoder().encodeToString(md5))
                .body(document)
                .send();
        expect(200, answer);
        assertThat(answer.elements("Error")).isEmpty();
        journal.acknowledge(one, Journal.ABSENT);
        journal.acknowledge(two, Journal.ABSENT);
    }

    private void multipart(String key) {
        String path = Wire.path(bucket, key);
        Answer started = wire.call("POST", path + "?uploads").send();
        expect(200, started);
        String upload = started.element("UploadId");
        byte[] first = bytes(MIN_PART);
        byte[] second = bytes(1 + random.nextInt(1 << 20));
        byte[] whole = new byte[first.length + second.length];
        System.arraycopy(first, 0, whole, 0, first.length);
        System.arraycopy(second, 0, whole, first.length, second.length);
        String list = part(path, upload, 1, first) + part(path, upload, 2, second);
        String value = SigV4.sha256Hex(whole);
        if (random.nextInt(4) == 0) {
            expect(204, wire.call("DELETE", path + "?uploadId=" + upload).send());
            return;
        }
        journal.begin(key, value);
        expect(
                200,
                wire.call("POST", path + "?uploadId=" + upload)
                        .body("<CompleteMultipartUpload>" + list + "</CompleteMultipartUpload>")
                        .send());
        journal.acknowledge(key, value);
    }

    private String part(String path, String upload, int number, byte[] body) {
        Answer answer = wire.call("PUT", path + "?partNumber=" + number + "&uploadId=" + upload)
                .body(body)
                .send();
        expect(200, answer);
        return "<Part><PartNumber>" + number + "</PartNumber><ETag>" + answer.header("etag") + "</ETag></Part>";
    }

    private byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        random.nextBytes(bytes);
        return bytes;
    }

    /** Anything but this answer, or 503 with everything still open, is a failure of the test. */
    private void expect(int status, Answer answer) {
        if (answer.status() == 503) {
            throw new IllegalStateException("overloaded");
        }
        assertThat(answer.status()).as(answer.toString()).isEqualTo(status);
    }
}
