package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.PercentCoding;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.ObjectVersion;
import java.time.Instant;

/** Says in the answer about an object when it will go by itself. */
final class Expirations {
    private static final String HEADER = "x-amz-expiration";

    private Expirations() {}

    static void tell(Answer answer, Bucket bucket, Bytes key, ObjectVersion object) {
        bucket.setting(BucketSetting.LIFECYCLE)
                .flatMap(rules -> rules.endOf(
                        key,
                        object.length(),
                        object.attributes().tags(),
                        Instant.ofEpochMilli(object.modifiedMillis())))
                .ifPresent(end -> {
                    StringBuilder id = new StringBuilder();
                    PercentCoding.encodeQuery(end.ruleId(), id);
                    answer.field(
                            HEADER, "expiry-date=\"%s\", rule-id=\"%s\"".formatted(HttpDates.format(end.at()), id));
                });
    }
}
