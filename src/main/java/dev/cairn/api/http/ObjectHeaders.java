package dev.cairn.api.http;

import dev.cairn.kernel.codec.Chars;
import dev.cairn.model.ObjectMeta;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The headers a new object keeps and gives back on reads, in a fixed order with lower-case names; user metadata is at most
 * {@value #MAX_USER_METADATA_BYTES} bytes, the others together at most {@value #MAX_SYSTEM_BYTES}. What Cairn cannot do yet is
 * refused and never dropped in silence. Immutable.
 */
public record ObjectHeaders(List<Field> fields) {
    public static final int MAX_USER_METADATA_BYTES = 2048;
    public static final int MAX_SYSTEM_BYTES = 8192;
    public static final String DEFAULT_STORAGE_CLASS = "STANDARD";
    public static final String DEFAULT_CONTENT_TYPE = "binary/octet-stream";

    private static final String META = "x-amz-meta-";
    public static final String ENCRYPTION = "x-amz-server-side-encryption";
    public static final String REDIRECT = "x-amz-website-redirect-location";
    private static final String STORAGE_CLASS = ObjectMeta.STORAGE_CLASS;
    private static final List<String> PLAIN =
            List.of("cache-control", "content-disposition", "content-language", "expires");
    private static final Set<String> STORAGE_CLASSES = Set.of(
            DEFAULT_STORAGE_CLASS,
            "REDUCED_REDUNDANCY",
            "STANDARD_IA",
            "ONEZONE_IA",
            "INTELLIGENT_TIERING",
            "GLACIER",
            "GLACIER_IR",
            "DEEP_ARCHIVE",
            "OUTPOSTS",
            "SNOW",
            "EXPRESS_ONEZONE");
    private static final List<String> UNSUPPORTED_PREFIXES = List.of(
            "x-amz-server-side-encryption",
            "x-amz-copy-source-server-side-encryption",
            "x-amz-object-lock-",
            "x-amz-write-offset-bytes");
    private static final Set<String> UNSUPPORTED_CONDITIONS = Set.of("if-match", "if-none-match");

    /** One header to keep: its lower-case name, and its value: text in user metadata, elsewhere every octet received in one char. */
    public record Field(String name, String value) {}

    public ObjectHeaders {
        fields = List.copyOf(fields);
    }

    /** What a PutObject, CreateMultipartUpload or replacing CopyObject with these headers stores. */
    public static ObjectHeaders parse(Headers headers) {
        refuseUnsupported(headers);
        var fields = new ArrayList<Field>();
        fields.add(new Field(
                "content-type",
                headers.get("content-type").filter(type -> !type.isBlank()).orElse(DEFAULT_CONTENT_TYPE)));
        String encoding = contentEncoding(headers.all("content-encoding"));
        if (!encoding.isEmpty()) {
            fields.add(new Field("content-encoding", encoding));
        }
        for (String name : PLAIN) {
            headers.get(name).ifPresent(value -> fields.add(new Field(name, value)));
        }
        headers.get(REDIRECT).ifPresent(value -> fields.add(new Field(REDIRECT, redirect(value))));
        headers.get(STORAGE_CLASS).ifPresent(value -> {
            if (!storageClass(value).equals(DEFAULT_STORAGE_CLASS)) {
                fields.add(new Field(STORAGE_CLASS, value));
            }
        });
        int systemBytes = 0;
        for (var field : fields) {
            systemBytes += field.name().length() + field.value().length();
        }
        if (systemBytes > MAX_SYSTEM_BYTES) {
            throw tooLarge(MAX_SYSTEM_BYTES);
        }
        fields.forEach(ObjectHeaders::requirePrintable);
        addUserMetadata(headers, fields);
        return new ObjectHeaders(fields);
    }

    /** The value of a kept header. */
    public Optional<String> get(String lowerCaseName) {
        return fields.stream()
                .filter(field -> field.name().equals(lowerCaseName))
                .map(Field::value)
                .findFirst();
    }

    /** Refuses what a write asks for and Cairn does not do, so that nobody believes it was done; for any writing request. */
    public static void refuseUnsupported(Headers headers) {
        for (var entry : headers.entries()) {
            String name = entry.getKey().toLowerCase(Locale.ROOT);
            boolean isCustomerKey =
                    name.startsWith(CustomerKey.PREFIX) || name.startsWith(CustomerKey.COPY_SOURCE_PREFIX);
            if (name.equals(ENCRYPTION) && !entry.getValue().startsWith("aws:")) {
                requireAes256(entry.getValue());
                continue;
            }
            if (UNSUPPORTED_CONDITIONS.contains(name)
                    || !isCustomerKey && UNSUPPORTED_PREFIXES.stream().anyMatch(name::startsWith)) {
                throw S3Error.NOT_IMPLEMENTED
                        .exception("A header you provided implies functionality that is not implemented.")
                        .with("Header", name);
            }
        }
    }

    private static void requireAes256(String algorithm) {
        if (!algorithm.equals("AES256")) {
            throw S3Exception.invalidArgument(
                    ENCRYPTION, algorithm, "The encryption method specified is not supported");
        }
    }

    /** The content codings of the object itself, as they were written: {@code aws-chunked} is one of the transfer. */
    private static String contentEncoding(List<String> values) {
        var kept = new ArrayList<String>();
        for (String value : values) {
            for (String coding : value.split(",")) {
                String name = coding.strip();
                if (!name.isEmpty() && !name.equalsIgnoreCase("aws-chunked")) {
                    kept.add(coding);
                }
            }
        }
        return String.join(",", kept).strip();
    }

    private static String storageClass(String value) {
        if (!STORAGE_CLASSES.contains(value)) {
            throw S3Error.INVALID_STORAGE_CLASS.exception().with("StorageClassRequested", value);
        }
        return value;
    }

    private static String redirect(String location) {
        boolean fits = location.startsWith("/") || location.startsWith("http://") || location.startsWith("https://");
        if (!fits || location.length() > 2048) {
            throw S3Exception.invalidArgument(
                    REDIRECT, location, "The website redirect location must begin with /, http:// or https://.");
        }
        return location;
    }

    private static void addUserMetadata(Headers headers, List<Field> fields) {
        var metadata = new java.util.LinkedHashMap<String, String>();
        for (Map.Entry<String, String> entry : headers.entries()) {
            String name = entry.getKey().toLowerCase(Locale.ROOT);
            if (name.length() > META.length() && name.startsWith(META)) {
                requireToken(name);
                metadata.merge(name, entry.getValue(), (first, next) -> first + "," + next);
            }
        }
        int bytes = 0;
        for (var entry : metadata.entrySet()) {
            requireNoControls(entry.getKey(), entry.getValue());
            String text = MetadataText.decoded(entry.getValue());
            bytes += entry.getKey().length() - META.length() + text.getBytes(StandardCharsets.UTF_8).length;
            fields.add(new Field(entry.getKey(), text));
        }
        if (bytes > MAX_USER_METADATA_BYTES) {
            throw tooLarge(MAX_USER_METADATA_BYTES);
        }
    }

    /** A presigned URL can name what no header can; stored, it could never be sent back. */
    private static void requireToken(String name) {
        if (!RequestHead.isToken(name)) {
            throw S3Exception.invalidArgument(META, "", "The name of a metadata entry must be a token.");
        }
    }

    private static S3Exception tooLarge(int bound) {
        return S3Error.METADATA_TOO_LARGE.exception().with("MaxSizeAllowed", String.valueOf(bound));
    }

    private static void requirePrintable(Field field) {
        requireNoControls(field.name(), field.value());
        if (!Chars.all(field.value(), c -> c <= 0xff)) {
            throw S3Exception.invalidArgument(field.name(), "", "A header value must consist of octets.");
        }
    }

    private static void requireNoControls(String name, String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c < 0x20 && c != '\t' || c == 0x7f) {
                throw S3Exception.invalidArgument(name, "", "A header value must not contain control characters.");
            }
        }
    }

    /** Whether a kept header is user metadata, whose value is text and not octets. */
    public static boolean isUserMetadata(String name) {
        return name.startsWith(META);
    }
}
