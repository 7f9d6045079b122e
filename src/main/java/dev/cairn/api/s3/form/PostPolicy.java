package dev.cairn.api.s3.form;

import com.fasterxml.jackson.databind.JsonNode;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.json.Json;
import dev.cairn.kernel.codec.Bytes;
import java.io.IOException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What the holder of a key allows to be uploaded with a form that he has signed, and until when. Immutable. */
public final class PostPolicy {
    /** Fields that no condition has to allow: they prove the policy, or are not of the object. */
    private static final Set<String> FREE = Set.of("policy", "x-amz-signature", "signature", "awsaccesskeyid", "file");

    private static final String IGNORED = "x-ignore-";
    private static final String CONTENT_TYPE = "content-type";

    private final Instant expiration;
    private final List<Condition> conditions;
    private final Range length;

    private record Condition(String field, String value, boolean isPrefix) {
        boolean holds(String actual) {
            return isPrefix ? actual.startsWith(value) : actual.equals(value);
        }

        @Override
        public String toString() {
            return "[\"%s\", \"$%s\", \"%s\"]".formatted(isPrefix ? "starts-with" : "eq", field, value);
        }
    }

    /** Of how many bytes a file may be. */
    public record Range(long min, long max) {
        public static final Range ANY = new Range(0, Long.MAX_VALUE);
    }

    private PostPolicy(Instant expiration, List<Condition> conditions, Range length) {
        this.expiration = expiration;
        this.conditions = conditions;
        this.length = length;
    }

    /** Reads the field {@code policy}. */
    public static PostPolicy parse(String base64) {
        JsonNode policy;
        try {
            policy = new Json()
                    .read(Base64.getMimeDecoder().decode(base64))
                    .orElseThrow(() -> invalid("Invalid Policy: Invalid JSON."));
        } catch (IOException | IllegalArgumentException _) {
            throw invalid("Invalid Policy: Invalid JSON.");
        }
        if (!policy.path("expiration").isTextual()) {
            throw invalid("Invalid Policy: Policy missing expiration.");
        }
        if (!policy.path("conditions").isArray()) {
            throw invalid("Invalid Policy: Policy missing conditions.");
        }
        List<Condition> conditions = new ArrayList<>();
        Range length = Range.ANY;
        for (JsonNode condition : policy.path("conditions")) {
            if (condition.isObject() && !condition.isEmpty()) {
                condition
                        .properties()
                        .forEach(it -> conditions.add(
                                new Condition(FormFields.lowerCase(it.getKey()), text(it.getValue()), false)));
            } else if (condition.isArray() && condition.path(0).asText().equalsIgnoreCase("content-length-range")) {
                length = range(condition);
            } else {
                conditions.add(condition(condition));
            }
        }
        return new PostPolicy(instant(policy.path("expiration").asText()), List.copyOf(conditions), length);
    }

    private static Condition condition(JsonNode condition) {
        String field = condition.path(1).asText();
        if (!condition.isArray() || condition.size() != 3 || !field.startsWith("$") || field.length() < 2) {
            throw invalid("Invalid Policy: Invalid Simple-Condition or condition list: " + Json.compact(condition));
        }
        boolean isPrefix = switch (FormFields.lowerCase(condition.path(0).asText())) {
            case "eq" -> false;
            case "starts-with" -> true;
            default ->
                throw invalid(
                        "Invalid Policy: unknown operation " + condition.path(0).asText());
        };
        return new Condition(FormFields.lowerCase(field.substring(1)), text(condition.path(2)), isPrefix);
    }

    private static String text(JsonNode value) {
        if (!value.isValueNode() || value.isNull()) {
            throw invalid("Invalid Policy: Invalid Simple-Condition: value must be a string.");
        }
        return value.asText();
    }

    private static Range range(JsonNode condition) {
        Optional<Long> min = bytes(condition.path(1));
        Optional<Long> max = bytes(condition.path(2));
        if (condition.size() != 3 || min.isEmpty() || max.isEmpty()) {
            throw invalid("Invalid Policy: content-length-range takes two numbers of bytes.");
        }
        return new Range(min.get(), max.get());
    }

    /** Clients write the numbers as texts, too. */
    private static Optional<Long> bytes(JsonNode value) {
        String text = value.asText();
        return (value.isIntegralNumber() || value.isTextual()) && text.matches("[0-9]{1,18}")
                ? Optional.of(Long.parseLong(text))
                : Optional.empty();
    }

    private static Instant instant(String text) {
        try {
            return OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            throw invalid("Invalid Policy: Invalid 'expiration' value: '" + text + "'");
        }
    }

    /** Passes when the form may be used now and for that bucket, and everything in it is allowed. Gives how long its file may be. */
    public Range require(FormFields form, String bucket, Instant now) {
        if (now.isAfter(expiration)) {
            throw S3Error.ACCESS_DENIED.exception("Invalid according to Policy: Policy expired.");
        }
        Set<String> allowed = new HashSet<>();
        for (Condition condition : conditions) {
            String actual = condition.field().equals("bucket")
                    ? bucket
                    : actual(form, condition.field()).orElse("");
            if (!holds(condition, actual)) {
                throw S3Error.ACCESS_DENIED.exception(
                        "Invalid according to Policy: Policy Condition failed: " + condition);
            }
            allowed.add(condition.field());
        }
        if (!allowed.contains("bucket")) {
            throw extra("bucket");
        }
        for (Map.Entry<String, Bytes> field : form.values().entrySet()) {
            if (!allowed.contains(field.getKey())
                    && !FREE.contains(field.getKey())
                    && !field.getKey().startsWith(IGNORED)) {
                throw extra(field.getKey());
            }
        }
        return length;
    }

    /** The key is what it will be. */
    private static Optional<String> actual(FormFields form, String field) {
        return field.equals("key") ? form.key() : form.get(field);
    }

    /** Of a list of content types each has to fit. */
    private static boolean holds(Condition condition, String actual) {
        if (!condition.field().equals(CONTENT_TYPE) || !condition.isPrefix()) {
            return condition.holds(actual);
        }
        for (String one : actual.split(",", -1)) {
            if (!condition.holds(one.strip())) {
                return false;
            }
        }
        return true;
    }

    private static S3Exception extra(String field) {
        return S3Error.ACCESS_DENIED.exception("Invalid according to Policy: Extra input fields: " + field);
    }

    private static S3Exception invalid(String why) {
        return S3Error.INVALID_POLICY_DOCUMENT.exception(why);
    }
}
