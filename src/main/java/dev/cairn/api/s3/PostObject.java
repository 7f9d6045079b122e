package dev.cairn.api.s3;

import dev.cairn.api.auth.Authentication;
import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.auth.RequestBody;
import dev.cairn.api.auth.SignedPolicy;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.ETags;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.api.http.StoredChecksums;
import dev.cairn.api.http.StoredHeaders;
import dev.cairn.api.http.checksum.BodyDigests;
import dev.cairn.api.http.checksum.ChecksumAlgorithm;
import dev.cairn.api.http.checksum.ChecksumRequest;
import dev.cairn.api.s3.form.FileLength;
import dev.cairn.api.s3.form.FormFields;
import dev.cairn.api.s3.form.FormReader;
import dev.cairn.api.s3.form.PostPolicy;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.block.StoredBody;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectAttributes;
import dev.cairn.model.ObjectMeta;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.Quotas;
import dev.cairn.model.Tags;
import dev.cairn.proto.ChecksumValue;
import io.smallrye.mutiny.Uni;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Takes the form of a browser: its fields say what the object is to be, and a policy among them, signed by the holder of a key, that they may say so. Nothing
 * of the file is read before that is proved.
 */
final class PostObject implements OperationHandler {
    /** Those that say of the object what headers of the same name say in a PutObject. */
    private static final Set<String> HEADERS = Set.of(
            "cache-control",
            "content-disposition",
            "content-encoding",
            "content-language",
            "content-md5",
            "content-type",
            "expires");

    private static final String AMZ = "x-amz-";
    /** Those that prove the form. */
    private static final Set<String> PROOF =
            Set.of("x-amz-algorithm", "x-amz-credential", "x-amz-date", "x-amz-signature", "x-amz-trailer");

    private final ObjectStore objects;
    private final Quotas quotas;
    private final Buckets buckets;
    private final AccessKeys keys;
    private final Authenticator authenticator;
    private final String region;

    PostObject(
            ObjectStore objects,
            Quotas quotas,
            Buckets buckets,
            AccessKeys keys,
            Authenticator authenticator,
            String region) {
        this.objects = objects;
        this.quotas = quotas;
        this.buckets = buckets;
        this.keys = keys;
        this.authenticator = authenticator;
        this.region = region;
    }

    /** Who sends a form, and how long its file may be. */
    private record Sender(Caller caller, PostPolicy.Range length) {}

    @Override
    public Uni<Answer> handle(S3Request request) {
        RequestBody body = request.sender() instanceof Authentication.Verified
                ? request.body()
                : RequestBody.unsigned(request.headers(), request.rawBody());
        FormReader form = FormReader.of(request.headers().get("content-type"), body);
        return form.fields()
                .chain(fields -> sender(request, fields)
                        .chain(sender -> bucket(request.bucketName(), sender.caller())
                                .chain(bucket ->
                                        store(request, bucket, fields, form, sender.length(), body.length()))));
    }

    private Uni<Sender> sender(S3Request request, FormFields fields) {
        if (fields.key().isEmpty()) {
            throw S3Exception.invalidArgument(
                    "key",
                    "",
                    "Bucket POST must contain a field named 'key'.  If it is specified, please check the order of the"
                            + " fields.");
        }
        Optional<String> text = fields.get("policy");
        if (text.isEmpty()) {
            // Whoever has signed the whole request needs no other proof; everybody else may not write anywhere.
            return Uni.createFrom().item(new Sender(request.caller(), PostPolicy.Range.ANY));
        }
        return authenticator
                .verify(
                        SignedPolicy.of(text.get(), fields::get),
                        region,
                        id -> keys.find(id).map(found -> found.map(key -> key.secret())))
                .chain(keys::find)
                .map(key -> new Sender(
                        new Caller.Key(key.orElseThrow(S3Error.INVALID_ACCESS_KEY_ID::exception)),
                        PostPolicy.parse(text.get()).require(fields, request.bucketName(), request.receivedAt())));
    }

    private Uni<Bucket> bucket(String name, Caller caller) {
        if (!(caller instanceof Caller.Key(var key))) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return buckets.resolve(name, Optional.of(key.id())).map(found -> {
            Bucket bucket =
                    found.orElseThrow(() -> S3Error.NO_SUCH_BUCKET.exception().with("BucketName", name));
            if (!Authorizer.isGranted(caller, Permission.WRITE, bucket)) {
                throw S3Error.ACCESS_DENIED.exception();
            }
            return bucket;
        });
    }

    private Uni<Answer> store(
            S3Request request, Bucket bucket, FormFields fields, FormReader form, PostPolicy.Range length, long most) {
        Bytes key = key(fields);
        Headers headers = headers(fields);
        ObjectHeaders stored = ObjectHeaders.parse(headers);
        Tags tags = fields.bytes("tagging")
                .map(document -> TagSet.parse(document, TagSet.OF_OBJECT))
                .orElse(Tags.NONE);
        ObjectAttributes attributes = new ObjectAttributes(tags, Acls.of(headers, bucket));
        BodyDigests digests =
                BodyDigests.of(headers, ChecksumRequest.from(headers).orElse(ChecksumAlgorithm.CRC64NVME));
        PostPolicy.Range allowed = new PostPolicy.Range(length.min(), Math.min(length.max(), PutObject.MAX_BYTES));
        // The form is a little longer than the file.
        return quotas.requireObject(bucket, key, most)
                .chain(() -> Sealing.of(headers, bucket, objects))
                .chain(sealing -> objects.storeUpTo(
                                bucket.id(),
                                key,
                                new FileLength(form.file(), allowed),
                                most,
                                digests::update,
                                sealing.key())
                        .chain(body -> {
                            BodyDigests.Result result = verified(body, digests);
                            ObjectMeta meta = new ObjectMeta(
                                    StoredHeaders.of(stored),
                                    BodyEtag.of(body, result, sealing.brought().isPresent()),
                                    result.checksum()
                                            .map(StoredChecksums::of)
                                            .orElseGet(ChecksumValue::getDefaultInstance),
                                    attributes,
                                    sealing.encryption());
                            return objects.publish(bucket.id(), key, body, meta)
                                    .map(_ -> answer(request, fields, key, meta.etag(), result))
                                    .invoke(sealing::tell);
                        }));
    }

    private BodyDigests.Result verified(StoredBody body, BodyDigests digests) {
        try {
            return digests.finish(Headers.of());
        } catch (RuntimeException broken) {
            objects.discard(body);
            throw broken;
        }
    }

    private static Bytes key(FormFields fields) {
        String text = fields.key().orElse("");
        Bytes key = Bytes.utf8(text);
        if (text.isEmpty()) {
            throw S3Exception.invalidArgument("key", "", "User key must have a length greater than 0.");
        }
        if (key.length() > RequestTarget.MAX_KEY_BYTES) {
            throw S3Error.KEY_TOO_LONG.exception().with("MaxSizeAllowed", String.valueOf(RequestTarget.MAX_KEY_BYTES));
        }
        if (fields.bytes("key")
                .filter(sent -> !Bytes.utf8(sent.toUtf8()).equals(sent))
                .isPresent()) {
            throw S3Exception.invalidArgument("key", text, "The key is not UTF-8.");
        }
        return key;
    }

    /** As a PutObject would have them: each octet in one char. */
    private static Headers headers(FormFields fields) {
        List<Map.Entry<String, String>> headers = new ArrayList<>();
        for (String name : fields.names()) {
            String value = new String(fields.bytes(name).orElse(Bytes.EMPTY).toArray(), StandardCharsets.ISO_8859_1);
            if (name.equals("acl")) {
                headers.add(Map.entry("x-amz-acl", value));
            } else if (HEADERS.contains(name) || name.startsWith(AMZ) && !PROOF.contains(name)) {
                headers.add(Map.entry(name, value));
            }
        }
        return Headers.of(headers);
    }

    private static Answer answer(
            S3Request request, FormFields fields, Bytes key, String plainEtag, BodyDigests.Result result) {
        String etag = ETags.quoted(plainEtag);
        String location = location(request.origin(), key);
        Answer answer = fields.get("success_action_redirect")
                .or(() -> fields.get("redirect"))
                .flatMap(url -> redirect(url, request.bucketName(), key, etag))
                .map(url -> Answer.of(303).field("Location", url))
                .orElseGet(() -> switch (fields.get("success_action_status").orElse("")) {
                    case "200" -> Answer.of(200).field("Location", location);
                    case "201" ->
                        Answer.xml(
                                        201,
                                        created(request.bucketName(), key, etag, location)
                                                .bytes())
                                .field("Location", location);
                    default -> Answer.of(204).field("Location", location);
                });
        answer.field("ETag", etag);
        ObjectAnswers.addChecksum(answer, result.checksum());
        return answer;
    }

    private static XmlWriter created(String bucket, Bytes key, String etag, String location) {
        return XmlWriter.document("PostResponse")
                .element("Location", location)
                .element("Bucket", bucket)
                .element("Key", key.toUtf8())
                .element("ETag", etag);
    }

    private static String location(Origin origin, Bytes key) {
        StringBuilder url = new StringBuilder(origin.url());
        if (url.isEmpty() || url.charAt(url.length() - 1) != '/') {
            url.append('/');
        }
        PercentCoding.encodePath(key.toUtf8(), url);
        return url.toString();
    }

    /** What is no address of a page is no reason to refuse a file that is stored. */
    private static Optional<String> redirect(String url, String bucket, Bytes key, String etag) {
        try {
            URI to = new URI(url);
            boolean isPage = "http".equalsIgnoreCase(to.getScheme()) || "https".equalsIgnoreCase(to.getScheme());
            if (!isPage || to.getRawAuthority() == null) {
                return Optional.empty();
            }
            String page = to.toASCIIString();
            int fragment = page.indexOf('#');
            StringBuilder found = new StringBuilder(fragment < 0 ? page : page.substring(0, fragment));
            found.append(to.getRawQuery() == null ? '?' : '&').append("bucket=");
            PercentCoding.encodeQuery(bucket, found);
            PercentCoding.encodeQuery(key.toUtf8(), found.append("&key="));
            PercentCoding.encodeQuery(etag, found.append("&etag="));
            found.append(fragment < 0 ? "" : page.substring(fragment));
            return Optional.of(found.toString());
        } catch (URISyntaxException _) {
            return Optional.empty();
        }
    }
}
