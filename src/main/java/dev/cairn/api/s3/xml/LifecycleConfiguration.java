package dev.cairn.api.s3.xml;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.LifecycleRules;
import dev.cairn.model.LifecycleRules.Expiration;
import dev.cairn.model.LifecycleRules.Filter;
import dev.cairn.model.LifecycleRules.Form;
import dev.cairn.model.LifecycleRules.Noncurrent;
import dev.cairn.model.LifecycleRules.Rule;
import dev.cairn.model.Tags;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeParseException;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;

/** The body of PutBucketLifecycleConfiguration, at most {@value #MAX_RULES} rules, and the answer of the Get. */
public final class LifecycleConfiguration {
    public static final int MAX_BODY_BYTES = 1 << 20;
    static final int MAX_RULES = 1000;
    private static final int MAX_ID = 255;

    private LifecycleConfiguration() {}

    /** Rules without an id get one: their place in the list. */
    public static LifecycleRules parse(Bytes body) {
        List<XmlElement> elements =
                XmlReader.parse(body, MAX_BODY_BYTES, "LifecycleConfiguration").all("Rule");
        if (elements.isEmpty() || elements.size() > MAX_RULES) {
            throw XmlReader.malformed();
        }
        Set<String> ids = new HashSet<>();
        elements.forEach(it -> it.value("ID").filter(id -> !id.isEmpty()).ifPresent(id -> {
            if (!ids.add(id)) {
                throw invalid("Rule ID must be unique. Found same ID for more than one rule");
            }
        }));
        List<Rule> rules = new ArrayList<>();
        for (XmlElement element : elements) {
            rules.add(rule(element, ids));
        }
        return new LifecycleRules(rules);
    }

    private static Rule rule(XmlElement rule, Set<String> ids) {
        String id = rule.value("ID").filter(it -> !it.isEmpty()).orElseGet(() -> unused(ids));
        if (id.length() > MAX_ID) {
            throw invalid("ID length should not exceed allowed limit of " + MAX_ID);
        }
        boolean isEnabled = switch (rule.value("Status").orElse("")) {
            case "Enabled" -> true;
            case "Disabled" -> false;
            default -> throw XmlReader.malformed();
        };
        if (rule.child("Transition").isPresent()
                || rule.child("NoncurrentVersionTransition").isPresent()) {
            throw S3Error.NOT_IMPLEMENTED.exception("There are no other storage classes to move objects to.");
        }
        Filter filter = filter(rule);
        Rule made = new Rule(
                id,
                isEnabled,
                filter,
                rule.child("Expiration").map(LifecycleConfiguration::expiration),
                rule.child("AbortIncompleteMultipartUpload")
                        .map(it -> OptionalInt.of(days(it, "DaysAfterInitiation")))
                        .orElse(OptionalInt.empty()),
                rule.child("NoncurrentVersionExpiration").map(LifecycleConfiguration::noncurrent));
        if (made.expiration().isEmpty()
                && made.abortAfterDays().isEmpty()
                && made.noncurrent().isEmpty()) {
            throw XmlReader.malformed();
        }
        boolean looksCloser = !filter.tags().isEmpty()
                || filter.largerThan().isPresent()
                || filter.smallerThan().isPresent();
        if (looksCloser && made.abortAfterDays().isPresent()) {
            throw S3Error.INVALID_REQUEST.exception(
                    "AbortIncompleteMultipartUpload cannot be specified with Tags or object sizes.");
        }
        if (looksCloser
                && made.expiration()
                        .filter(Expiration.OfMarkers.class::isInstance)
                        .isPresent()) {
            throw S3Error.INVALID_REQUEST.exception("ExpiredObjectDeleteMarker cannot be specified with Tags.");
        }
        return made;
    }

    private static String unused(Set<String> ids) {
        int number = ids.size() + 1;
        while (!ids.add("rule-" + number)) {
            number++;
        }
        return "rule-" + number;
    }

    private static Filter filter(XmlElement rule) {
        Optional<XmlElement> filter = rule.child("Filter");
        Optional<String> alone = rule.child("Prefix").map(XmlElement::text);
        if (filter.isPresent() == alone.isPresent()) {
            throw XmlReader.malformed();
        }
        if (alone.isPresent()) {
            return new Filter(
                    Form.PREFIX_ALONE, alone.map(Bytes::utf8), List.of(), OptionalLong.empty(), OptionalLong.empty());
        }
        Optional<XmlElement> and = filter.get().child("And");
        Filter found = filter(and.orElse(filter.get()), and.isPresent() ? Form.AND : Form.ONE);
        int conditions = found.tags().size()
                + (found.prefix().isPresent() ? 1 : 0)
                + (found.largerThan().isPresent() ? 1 : 0)
                + (found.smallerThan().isPresent() ? 1 : 0);
        if (and.isPresent() ? conditions < 2 || hasConditions(filter.get()) : conditions > 1) {
            throw XmlReader.malformed();
        }
        if (found.largerThan().isPresent()
                && found.smallerThan().isPresent()
                && found.largerThan().getAsLong() >= found.smallerThan().getAsLong()) {
            throw S3Error.INVALID_REQUEST.exception("ObjectSizeGreaterThan must be less than ObjectSizeLessThan.");
        }
        return found;
    }

    private static boolean hasConditions(XmlElement filter) {
        return filter.child("Prefix").isPresent()
                || filter.child("Tag").isPresent()
                || filter.child("ObjectSizeGreaterThan").isPresent()
                || filter.child("ObjectSizeLessThan").isPresent();
    }

    private static Filter filter(XmlElement of, Form form) {
        List<Tags.Tag> tags = new ArrayList<>();
        Set<String> keys = new HashSet<>();
        for (XmlElement tag : of.all("Tag")) {
            String key = tag.child("Key").map(XmlElement::text).orElseThrow(XmlReader::malformed);
            if (!keys.add(key)) {
                throw S3Error.INVALID_REQUEST.exception("Duplicate Tag Keys are not allowed.");
            }
            tags.add(new Tags.Tag(key, tag.child("Value").map(XmlElement::text).orElse("")));
        }
        return new Filter(
                form,
                of.child("Prefix").map(it -> Bytes.utf8(it.text())),
                tags,
                size(of, "ObjectSizeGreaterThan"),
                size(of, "ObjectSizeLessThan"));
    }

    private static OptionalLong size(XmlElement of, String name) {
        Optional<String> text = of.value(name);
        if (text.isEmpty()) {
            return OptionalLong.empty();
        }
        if (!text.get().matches("[0-9]{1,18}")) {
            throw XmlReader.malformed();
        }
        return OptionalLong.of(Long.parseLong(text.get()));
    }

    private static Expiration expiration(XmlElement expiration) {
        Optional<String> date = expiration.value("Date");
        Optional<String> markers = expiration.value("ExpiredObjectDeleteMarker");
        boolean hasDays = expiration.child("Days").isPresent();
        if ((hasDays ? 1 : 0) + (date.isPresent() ? 1 : 0) + (markers.isPresent() ? 1 : 0) != 1) {
            throw XmlReader.malformed();
        }
        if (hasDays) {
            return new Expiration.AfterDays(days(expiration, "Days"));
        }
        return date.<Expiration>map(it -> new Expiration.On(midnight(it)))
                .orElseGet(() -> new Expiration.OfMarkers(isTrue(markers.orElse(""))));
    }

    private static boolean isTrue(String text) {
        return switch (text) {
            case "true" -> true;
            case "false" -> false;
            default -> throw XmlReader.malformed();
        };
    }

    private static Instant midnight(String text) {
        Instant date;
        try {
            date = text.length() == 10
                    ? LocalDate.parse(text).atStartOfDay().toInstant(ZoneOffset.UTC)
                    : OffsetDateTime.parse(text).toInstant();
        } catch (DateTimeParseException _) {
            throw XmlReader.malformed();
        }
        if (!date.truncatedTo(ChronoUnit.DAYS).equals(date)) {
            throw S3Exception.invalidArgument("Date", text, "'Date' must be at midnight GMT");
        }
        return date;
    }

    private static int days(XmlElement of, String name) {
        String text = of.value(name).orElseThrow(XmlReader::malformed);
        if (!text.matches("-?[0-9]{1,9}")) {
            throw XmlReader.malformed();
        }
        int days = Integer.parseInt(text);
        if (days <= 0) {
            throw S3Exception.invalidArgument(name, text, "'" + name + "' must be a positive integer");
        }
        return days;
    }

    private static Noncurrent noncurrent(XmlElement of) {
        return new Noncurrent(
                OptionalInt.of(days(of, "NoncurrentDays")),
                of.child("NewerNoncurrentVersions").isPresent()
                        ? OptionalInt.of(days(of, "NewerNoncurrentVersions"))
                        : OptionalInt.empty());
    }

    private static S3Exception invalid(String text) {
        return S3Error.INVALID_ARGUMENT.exception(text);
    }

    public static XmlWriter render(LifecycleRules rules) {
        XmlWriter out = XmlWriter.document("LifecycleConfiguration");
        rules.rules().forEach(rule -> render(rule, out));
        return out;
    }

    private static void render(Rule rule, XmlWriter out) {
        out.open("Rule").element("ID", rule.id());
        render(rule.filter(), out);
        out.element("Status", rule.isEnabled() ? "Enabled" : "Disabled");
        rule.expiration().ifPresent(it -> {
            out.open("Expiration");
            switch (it) {
                case Expiration.AfterDays(int days) -> out.element("Days", days);
                case Expiration.On(Instant date) -> out.element("Date", date.toString());
                case Expiration.OfMarkers(boolean wanted) ->
                    out.element("ExpiredObjectDeleteMarker", String.valueOf(wanted));
            }
            out.close();
        });
        rule.noncurrent().ifPresent(it -> {
            out.open("NoncurrentVersionExpiration");
            it.days().ifPresent(days -> out.element("NoncurrentDays", days));
            it.newer().ifPresent(count -> out.element("NewerNoncurrentVersions", count));
            out.close();
        });
        rule.abortAfterDays()
                .ifPresent(days -> out.open("AbortIncompleteMultipartUpload")
                        .element("DaysAfterInitiation", days)
                        .close());
        out.close();
    }

    private static void render(Filter filter, XmlWriter out) {
        switch (filter.form()) {
            case PREFIX_ALONE -> conditions(filter, out);
            case ONE -> {
                conditions(filter, out.open("Filter"));
                out.close();
            }
            case AND -> {
                conditions(filter, out.open("Filter").open("And"));
                out.close().close();
            }
        }
    }

    private static void conditions(Filter filter, XmlWriter out) {
        filter.prefix().ifPresent(it -> out.element("Prefix", it.toUtf8()));
        filter.tags()
                .forEach(tag -> out.open("Tag")
                        .element("Key", tag.key())
                        .element("Value", tag.value())
                        .close());
        filter.largerThan().ifPresent(it -> out.element("ObjectSizeGreaterThan", String.valueOf(it)));
        filter.smallerThan().ifPresent(it -> out.element("ObjectSizeLessThan", String.valueOf(it)));
    }
}
