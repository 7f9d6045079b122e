package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.Query;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.Bucket;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** Lists the names under which the caller can reach buckets that it has any permission on. */
final class ListBuckets implements OperationHandler {
    private static final int MAX_BUCKETS = 10_000;

    private final Buckets buckets;
    private final String region;

    ListBuckets(Buckets buckets, String region) {
        this.buckets = buckets;
        this.region = region;
    }

    /** Which names to show: those that begin with {@code prefix} and come after {@code after}, at most {@code max}. */
    record Page(String prefix, String after, int max) {
        static Page of(Query query) {
            String max = query.get("max-buckets").orElse("");
            return new Page(
                    query.get("prefix").orElse(""),
                    query.get("continuation-token")
                            .map(token -> PlaceToken.parse(token).toUtf8())
                            .orElse(""),
                    max.isEmpty() ? MAX_BUCKETS : Numbers.bounded("max-buckets", max, 1, MAX_BUCKETS));
        }
    }

    @Override
    public Uni<Answer> handle(S3Request request) {
        Page page = Page.of(request.query());
        boolean elsewhere = request.query()
                .get("bucket-region")
                .filter(wanted -> !wanted.isEmpty() && !wanted.equals(region))
                .isPresent();
        String caller = request.key().id();
        return buckets.listHere()
                .map(all -> elsewhere ? Map.<String, Bucket>of() : names(all, caller))
                .map(names -> render(names, page, Principal.of(request.key()), region))
                .map(document -> Answer.xml(200, document.bytes()));
    }

    /** What the caller can call its buckets, in order. A name of its own hides what all keys call so. */
    static Map<String, Bucket> names(List<Bucket> all, String caller) {
        Map<String, Bucket> names = new TreeMap<>();
        for (Bucket bucket : all) {
            if (bucket.grantOf(caller).any()) {
                bucket.aliases().forEach(name -> names.put(name, bucket));
            }
        }
        for (Bucket bucket : all) {
            boolean shown = bucket.grantOf(caller).any();
            bucket.localAliases()
                    .getOrDefault(caller, List.of())
                    .forEach(name -> names.compute(name, (_, _) -> shown ? bucket : null));
        }
        return names;
    }

    static XmlWriter render(Map<String, Bucket> names, Page page, Principal owner, String region) {
        List<Map.Entry<String, Bucket>> wanted = names.entrySet().stream()
                .filter(entry -> entry.getKey().startsWith(page.prefix()))
                .filter(entry -> entry.getKey().compareTo(page.after()) > 0)
                .limit(page.max() + 1L)
                .toList();
        List<Map.Entry<String, Bucket>> shown = wanted.subList(0, Math.min(wanted.size(), page.max()));
        XmlWriter out = XmlWriter.document("ListAllMyBucketsResult");
        owner.write(out, "Owner");
        out.open("Buckets");
        shown.forEach(entry -> out.open("Bucket")
                .element("Name", entry.getKey())
                .element(
                        "CreationDate",
                        HttpDates.iso(Instant.ofEpochMilli(entry.getValue().createdMillis())))
                .element("BucketRegion", region)
                .close());
        out.close();
        if (wanted.size() > shown.size()) {
            out.element(
                    "ContinuationToken",
                    PlaceToken.of(Bytes.utf8(shown.getLast().getKey())));
        }
        if (!page.prefix().isEmpty()) {
            out.element("Prefix", page.prefix());
        }
        return out;
    }
}
