package dev.cairn.api.http;

import dev.cairn.model.CorsRules;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** What a browser is told about scripts of other origins, by the rules of a bucket (https://fetch.spec.whatwg.org/#http-cors-protocol). */
public final class CrossOrigin {
    private static final String ORIGIN = "origin";
    private static final String METHOD = "access-control-request-method";
    private static final String HEADERS = "access-control-request-headers";
    private static final String VARY = "Origin, Access-Control-Request-Headers, Access-Control-Request-Method";
    private static final String ANY = "*";

    private CrossOrigin() {}

    public static boolean isAsked(Headers headers) {
        return headers.has(ORIGIN);
    }

    /** Fails where a browser's question lacks what it has to say. */
    public static void requirePreflight(Headers headers) {
        if (!headers.has(ORIGIN)) {
            throw S3Error.BAD_REQUEST.exception("Insufficient information. Origin request header needed.");
        }
        if (headers.get(METHOD).filter(method -> !method.isBlank()).isEmpty()) {
            throw S3Error.BAD_REQUEST.exception("Invalid Access-Control-Request-Method: null");
        }
    }

    /** The answer to a browser that asks before it lets a script do something; no rules where the bucket has none or is not there. */
    public static Answer preflight(Headers headers, Optional<CorsRules> rules) {
        requirePreflight(headers);
        if (rules.isEmpty()) {
            throw S3Error.ACCESS_FORBIDDEN.exception("CORSResponse: CORS is not enabled for this bucket.");
        }
        List<String> wanted = wantedHeaders(headers);
        CorsRules.Rule rule = rules.flatMap(
                        all -> find(all, origin(headers), headers.get(METHOD).orElseThrow(), wanted))
                .orElseThrow(() -> S3Error.ACCESS_FORBIDDEN.exception(
                        "CORSResponse: This CORS request is not allowed. This is usually because the evalution of Origin,"
                                + " request method / Access-Control-Request-Method or Access-Control-Request-Headers are not"
                                + " whitelisted by the resource's CORS spec."));
        Answer answer = Answer.of(200);
        add(answer, rule, origin(headers));
        if (!wanted.isEmpty()) {
            answer.field("Access-Control-Allow-Headers", String.join(", ", wanted));
        }
        return answer;
    }

    /** Adds to the answer of a request that a script made what lets it see that answer. */
    public static void decorate(Answer answer, String method, Headers headers, CorsRules rules) {
        find(rules, origin(headers), method, List.of()).ifPresent(rule -> add(answer, rule, origin(headers)));
    }

    private static String origin(Headers headers) {
        return headers.get(ORIGIN).orElse("");
    }

    private static List<String> wantedHeaders(Headers headers) {
        return Arrays.stream(headers.get(HEADERS).orElse("").split(","))
                .map(name -> name.strip().toLowerCase(Locale.ROOT))
                .filter(RequestHead::isToken)
                .toList();
    }

    private static Optional<CorsRules.Rule> find(CorsRules rules, String origin, String method, List<String> headers) {
        return rules.rules().stream()
                .filter(rule -> rule.origins().stream().anyMatch(pattern -> fits(pattern, origin))
                        && rule.methods().contains(method)
                        && headers.stream()
                                .allMatch(header -> rule.headers().stream().anyMatch(pattern -> fits(pattern, header))))
                .findFirst();
    }

    private static boolean fits(String pattern, String text) {
        int asterisk = pattern.indexOf('*');
        if (asterisk < 0) {
            return pattern.equals(text);
        }
        String begin = pattern.substring(0, asterisk);
        String end = pattern.substring(asterisk + 1);
        return text.length() >= begin.length() + end.length() && text.startsWith(begin) && text.endsWith(end);
    }

    private static void add(Answer answer, CorsRules.Rule rule, String origin) {
        boolean isForAll = rule.origins().stream()
                .filter(pattern -> fits(pattern, origin))
                .findFirst()
                .filter(ANY::equals)
                .isPresent();
        answer.field("Access-Control-Allow-Origin", isForAll ? ANY : origin)
                .field("Access-Control-Allow-Methods", String.join(", ", rule.methods()))
                .field("Vary", VARY);
        if (!isForAll) {
            answer.field("Access-Control-Allow-Credentials", "true");
        }
        if (!rule.exposed().isEmpty()) {
            answer.field("Access-Control-Expose-Headers", String.join(", ", rule.exposed()));
        }
        rule.maxAgeSeconds().ifPresent(it -> answer.field("Access-Control-Max-Age", String.valueOf(it)));
    }
}
