package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/** What a bucket may hold at most, as it is set from the command line and met by S3 clients. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QuotasIT {
    private CairnProcess server;
    private Wire wire;

    @BeforeAll
    void start() {
        server = CairnProcess.start("quotas");
        wire = server.wire();
    }

    @AfterAll
    void stop() {
        server.close();
    }

    private String bucket(String name) {
        assertThat(wire.call("PUT", "/" + name).send().status()).isEqualTo(200);
        return "/" + name;
    }

    private Answer put(String key, int length) {
        return wire.call("PUT", key).body(new byte[length]).send();
    }

    private static void refused(Answer answer) {
        assertThat(answer.status() + " " + answer.code()).as(answer.toString()).isEqualTo("403 QuotaExceeded");
    }

    @Test
    void a_bucket_takes_no_more_bytes_than_it_may() {
        String bucket = bucket("few-bytes");
        assertThat(server.command("bucket", "set-quotas", "few-bytes", "--max-size", "100KiB"))
                .contains("at most 100");
        assertThat(put(bucket + "/a", 60_000).status()).isEqualTo(200);
        refused(put(bucket + "/b", 60_000));
        assertThat(put(bucket + "/a", 90_000).status())
                .as("in place of what was there")
                .isEqualTo(200);
        refused(wire.call("PUT", bucket + "/copy")
                .header("x-amz-copy-source", "few-bytes/a")
                .send());
        String upload = wire.call("POST", bucket + "/c?uploads").send().element("UploadId");
        refused(put(bucket + "/c?partNumber=1&uploadId=" + upload, 60_000));
        assertThat(put(bucket + "/c?partNumber=1&uploadId=" + upload, 9_000).status())
                .isEqualTo(200);
        refused(put(bucket + "/d", 9_000));
        server.command("bucket", "set-quotas", "few-bytes", "--max-size", "none");
        assertThat(put(bucket + "/b", 60_000).status()).isEqualTo(200);
    }

    @Test
    void a_bucket_takes_no_more_objects_than_it_may() {
        String bucket = bucket("few-objects");
        assertThat(server.command("bucket", "set-quotas", "few-objects", "--max-objects", "2"))
                .contains("at most 2 objects");
        assertThat(put(bucket + "/a", 1).status()).isEqualTo(200);
        assertThat(put(bucket + "/b", 1).status()).isEqualTo(200);
        refused(put(bucket + "/c", 1));
        assertThat(put(bucket + "/b", 1).status()).isEqualTo(200);
        wire.call("DELETE", bucket + "/a").send();
        assertThat(put(bucket + "/c", 1).status()).isEqualTo(200);
        server.command("bucket", "set-quotas", "few-objects", "--max-size", "1GiB");
        assertThat(server.command("bucket", "info", "few-objects")).contains("at most 1.0 GiB, at most 2 objects");
    }
}
