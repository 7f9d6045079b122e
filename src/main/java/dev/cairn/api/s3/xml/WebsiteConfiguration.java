package dev.cairn.api.s3.xml;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Chars;
import dev.cairn.model.Website;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.regex.Pattern;

/** The body of PutBucketWebsite, at most {@value #MAX_RULES} rules, and the answer of GetBucketWebsite. */
public final class WebsiteConfiguration {
    public static final int MAX_BODY_BYTES = 128 << 10;
    static final int MAX_RULES = 50;
    private static final String ROOT = "WebsiteConfiguration";
    private static final Set<String> PROTOCOLS = Set.of("http", "https");
    private static final Set<Integer> CODES = Set.of(301, 302, 303, 307, 308);
    /** A name or an address, with a port or without: it goes into a header of answers. */
    private static final Pattern HOST = Pattern.compile("[A-Za-z0-9._-]+(:\\d{1,5})?|\\[[0-9a-fA-F:.]+](:\\d{1,5})?");

    private WebsiteConfiguration() {}

    public static Website parse(Bytes body) {
        XmlElement root = XmlReader.parse(body, MAX_BODY_BYTES, ROOT);
        Optional<XmlElement> index = root.child("IndexDocument");
        Optional<XmlElement> all = root.child("RedirectAllRequestsTo");
        if (all.isPresent()) {
            if (index.isPresent()
                    || root.child("ErrorDocument").isPresent()
                    || root.child("RoutingRules").isPresent()) {
                throw invalid("RedirectAllRequestsTo cannot be provided in conjunction with other Routing Rules.");
            }
            Website.Redirect redirect = new Website.Redirect(
                    Optional.of(all.get()
                            .value("HostName")
                            .map(WebsiteConfiguration::host)
                            .orElseThrow(XmlReader::malformed)),
                    all.get().value("Protocol").map(WebsiteConfiguration::protocol),
                    OptionalInt.empty(),
                    Optional.empty(),
                    Optional.empty());
            return new Website("", Optional.empty(), Optional.of(redirect), List.of());
        }
        String suffix = index.orElseThrow(() ->
                        invalid("A value for IndexDocument Suffix must be provided if RedirectAllRequestsTo is empty"))
                .value("Suffix")
                .orElse("");
        if (suffix.isEmpty() || suffix.contains("/")) {
            throw invalid("The IndexDocument Suffix is not well formed");
        }
        return new Website(
                suffix, root.child("ErrorDocument").map(WebsiteConfiguration::errorKey), Optional.empty(), rules(root));
    }

    private static String errorKey(XmlElement document) {
        return document.value("Key")
                .filter(key -> !key.isEmpty())
                .orElseThrow(() -> invalid("The ErrorDocument Key is not well formed"));
    }

    private static List<Website.Rule> rules(XmlElement root) {
        Optional<XmlElement> rules = root.child("RoutingRules");
        if (rules.isEmpty()) {
            return List.of();
        }
        List<XmlElement> all = rules.get().all("RoutingRule");
        if (all.isEmpty()) {
            throw XmlReader.malformed();
        }
        if (all.size() > MAX_RULES) {
            throw invalid(
                    all.size()
                            + " routing rules provided, the number of routing rules in a website configuration is limited to 50.");
        }
        return all.stream().map(WebsiteConfiguration::rule).toList();
    }

    private static Website.Rule rule(XmlElement rule) {
        Optional<XmlElement> condition = rule.child("Condition");
        Optional<String> prefix = condition
                .flatMap(it -> it.child("KeyPrefixEquals"))
                .map(XmlElement::text)
                .filter(it -> !it.isEmpty());
        OptionalInt error = code(
                condition.flatMap(it -> it.value("HttpErrorCodeReturnedEquals")),
                "HttpErrorCodeReturnedEquals",
                400,
                599);
        XmlElement redirect = rule.child("Redirect").orElseThrow(XmlReader::malformed);
        if (redirect.children().isEmpty()) {
            throw XmlReader.malformed();
        }
        OptionalInt code = code(redirect.value("HttpRedirectCode"), "HttpRedirectCode", 300, 399);
        if (code.isPresent() && !CODES.contains(code.getAsInt())) {
            throw invalid("The provided HTTP redirect code (" + code.getAsInt()
                    + ") is not valid. Valid codes are 3XX except 300.");
        }
        Optional<String> replacePrefix = redirect.child("ReplaceKeyPrefixWith").map(XmlElement::text);
        Optional<String> replaceKey = redirect.child("ReplaceKeyWith").map(XmlElement::text);
        if (replacePrefix.isPresent() && replaceKey.isPresent()) {
            throw invalid("You can only define ReplaceKeyPrefix or ReplaceKey but not both.");
        }
        return new Website.Rule(
                prefix,
                error,
                new Website.Redirect(
                        redirect.value("HostName").map(WebsiteConfiguration::host),
                        redirect.value("Protocol").map(WebsiteConfiguration::protocol),
                        code,
                        replacePrefix,
                        replaceKey));
    }

    private static OptionalInt code(Optional<String> text, String element, int min, int max) {
        if (text.isEmpty()) {
            return OptionalInt.empty();
        }
        String digits = text.get();
        if (digits.length() == 3 && Chars.all(digits, Chars::isDigit)) {
            int code = Integer.parseInt(digits);
            if (code >= min && code <= max) {
                return OptionalInt.of(code);
            }
        }
        throw invalid("The provided " + element + " (" + digits + ") is not valid.");
    }

    private static String host(String name) {
        if (!HOST.matcher(name).matches()) {
            throw invalid("The host name \"" + name + "\" is not valid.");
        }
        return name;
    }

    private static String protocol(String name) {
        if (!PROTOCOLS.contains(name)) {
            throw invalid(
                    "Invalid protocol, protocol can be http or https. If not defined the protocol will be selected automatically.");
        }
        return name;
    }

    private static S3Exception invalid(String text) {
        return S3Error.INVALID_ARGUMENT.exception(text);
    }

    public static XmlWriter render(Website website) {
        XmlWriter out = XmlWriter.document(ROOT);
        website.redirectAll().ifPresent(all -> {
            out.open("RedirectAllRequestsTo").element("HostName", all.host().orElse(""));
            all.protocol().ifPresent(it -> out.element("Protocol", it));
            out.close();
        });
        if (!website.indexSuffix().isEmpty()) {
            out.open("IndexDocument").element("Suffix", website.indexSuffix()).close();
        }
        website.errorKey()
                .ifPresent(it -> out.open("ErrorDocument").element("Key", it).close());
        if (!website.rules().isEmpty()) {
            out.open("RoutingRules");
            website.rules().forEach(rule -> render(out, rule));
            out.close();
        }
        return out;
    }

    private static void render(XmlWriter out, Website.Rule rule) {
        out.open("RoutingRule");
        if (rule.keyPrefix().isPresent() || rule.errorCode().isPresent()) {
            out.open("Condition");
            rule.keyPrefix().ifPresent(it -> out.element("KeyPrefixEquals", it));
            rule.errorCode().ifPresent(it -> out.element("HttpErrorCodeReturnedEquals", it));
            out.close();
        }
        out.open("Redirect");
        rule.redirect().protocol().ifPresent(it -> out.element("Protocol", it));
        rule.redirect().host().ifPresent(it -> out.element("HostName", it));
        rule.redirect().replacePrefix().ifPresent(it -> out.element("ReplaceKeyPrefixWith", it));
        rule.redirect().replaceKey().ifPresent(it -> out.element("ReplaceKeyWith", it));
        rule.redirect().code().ifPresent(it -> out.element("HttpRedirectCode", it));
        out.close().close();
    }
}
