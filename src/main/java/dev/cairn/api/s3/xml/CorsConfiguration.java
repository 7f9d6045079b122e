package dev.cairn.api.s3.xml;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Chars;
import dev.cairn.model.CorsRules;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** The body of PutBucketCors, at most {@value #MAX_RULES} rules, and the answer of GetBucketCors. */
public final class CorsConfiguration {
    public static final int MAX_BODY_BYTES = 64 << 10;
    static final int MAX_RULES = 100;
    private static final int MAX_ID = 255;
    private static final Pattern FIELD_NAME = Pattern.compile("[A-Za-z0-9!#$%&'+.^_`|~-]+");
    private static final Set<String> METHODS = Set.of("GET", "PUT", "POST", "DELETE", "HEAD");

    private CorsConfiguration() {}

    public static CorsRules parse(Bytes body) {
        List<XmlElement> rules =
                XmlReader.parse(body, MAX_BODY_BYTES, "CORSConfiguration").all("CORSRule");
        if (rules.isEmpty() || rules.size() > MAX_RULES) {
            throw XmlReader.malformed();
        }
        return new CorsRules(rules.stream().map(CorsConfiguration::rule).toList());
    }

    private static CorsRules.Rule rule(XmlElement rule) {
        String id = rule.value("ID").orElse("");
        List<String> origins = texts(rule, "AllowedOrigin");
        List<String> methods = texts(rule, "AllowedMethod");
        if (origins.isEmpty() || methods.isEmpty()) {
            throw XmlReader.malformed();
        }
        if (id.length() > MAX_ID) {
            throw invalid("A rule's ID has at most " + MAX_ID + " characters.");
        }
        methods.stream().filter(method -> !METHODS.contains(method)).findFirst().ifPresent(method -> {
            throw invalid("Found unsupported HTTP method in CORS config. Unsupported method is " + method);
        });
        List<String> headers = texts(rule, "AllowedHeader").stream()
                .map(name -> name.toLowerCase(Locale.ROOT))
                .toList();
        origins.forEach(origin -> requireOneAsterisk("AllowedOrigin", origin));
        headers.forEach(header -> requireOneAsterisk("AllowedHeader", header));
        List<String> exposed = texts(rule, "ExposeHeader");
        exposed.stream()
                .filter(name -> !FIELD_NAME.matcher(name).matches())
                .findFirst()
                .ifPresent(name -> {
                    throw invalid("ExposeHeader \"" + name + "\" is no name of a header.");
                });
        return new CorsRules.Rule(id, origins, methods, headers, exposed, maxAge(rule));
    }

    private static List<String> texts(XmlElement rule, String name) {
        return rule.all(name).stream().map(it -> it.text().strip()).toList();
    }

    private static void requireOneAsterisk(String element, String text) {
        if (text.indexOf('*') != text.lastIndexOf('*')) {
            throw invalid(element + " \"" + text + "\" can not have more than one wildcard.");
        }
        // It goes into headers of answers.
        if (text.isEmpty() || !Chars.all(text, c -> c > ' ' && c < 0x7f)) {
            throw invalid(element + " \"" + text + "\" is not valid.");
        }
    }

    private static OptionalInt maxAge(XmlElement rule) {
        String text = rule.value("MaxAgeSeconds").orElse("");
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        try {
            int seconds = Integer.parseInt(text);
            if (seconds >= 0) {
                return OptionalInt.of(seconds);
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw XmlReader.malformed();
    }

    private static S3Exception invalid(String text) {
        return S3Error.INVALID_REQUEST.exception(text);
    }

    public static XmlWriter render(CorsRules rules) {
        XmlWriter out = XmlWriter.document("CORSConfiguration");
        for (CorsRules.Rule rule : rules.rules()) {
            out.open("CORSRule");
            if (!rule.id().isEmpty()) {
                out.element("ID", rule.id());
            }
            rule.headers().forEach(it -> out.element("AllowedHeader", it));
            rule.methods().forEach(it -> out.element("AllowedMethod", it));
            rule.origins().forEach(it -> out.element("AllowedOrigin", it));
            rule.exposed().forEach(it -> out.element("ExposeHeader", it));
            rule.maxAgeSeconds().ifPresent(it -> out.element("MaxAgeSeconds", it));
            out.close();
        }
        return out;
    }
}
