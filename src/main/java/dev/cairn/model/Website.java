package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.RedirectValue;
import dev.cairn.proto.RoutingRuleValue;
import dev.cairn.proto.WebsiteValue;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * What a bucket shows as a website.
 *
 * @param indexSuffix of the object that a path with a slash at its end means; empty where all is redirected
 * @param errorKey of the object that is shown in place of one that is not there
 * @param redirectAll where all requests go; nothing else counts then
 */
public record Website(String indexSuffix, Optional<String> errorKey, Optional<Redirect> redirectAll, List<Rule> rules) {
    /** Where to go; what is not said stays as it was asked for. */
    public record Redirect(
            Optional<String> host,
            Optional<String> protocol,
            OptionalInt code,
            Optional<String> replacePrefix,
            Optional<String> replaceKey) {
        private RedirectValue value() {
            RedirectValue.Builder out = RedirectValue.newBuilder()
                    .setHost(host.orElse(""))
                    .setProtocol(protocol.orElse(""))
                    .setCode(code.orElse(0));
            replacePrefix.ifPresent(out::setReplacePrefix);
            replaceKey.ifPresent(out::setReplaceKey);
            return out.build();
        }

        private static Redirect of(RedirectValue value) {
            return new Redirect(
                    said(value.getHost()),
                    said(value.getProtocol()),
                    value.getCode() == 0 ? OptionalInt.empty() : OptionalInt.of(value.getCode()),
                    value.hasReplacePrefix() ? Optional.of(value.getReplacePrefix()) : Optional.empty(),
                    value.hasReplaceKey() ? Optional.of(value.getReplaceKey()) : Optional.empty());
        }
    }

    /** A redirect of some keys, at once or where they are not there. */
    public record Rule(Optional<String> keyPrefix, OptionalInt errorCode, Redirect redirect) {}

    public Website {
        rules = List.copyOf(rules);
    }

    /** With an index and maybe an error page. */
    public static Website of(String indexSuffix, Optional<String> errorKey) {
        return new Website(indexSuffix, errorKey, Optional.empty(), List.of());
    }

    Bytes encoded() {
        WebsiteValue.Builder out =
                WebsiteValue.newBuilder().setIndexSuffix(indexSuffix).setErrorKey(errorKey.orElse(""));
        redirectAll.ifPresent(it -> out.setRedirectAll(it.value()));
        rules.forEach(rule -> out.addRules(RoutingRuleValue.newBuilder()
                .setKeyPrefix(rule.keyPrefix().orElse(""))
                .setErrorCode(rule.errorCode().orElse(0))
                .setRedirect(rule.redirect().value())));
        return Protos.encoded(out.build());
    }

    static Website decoded(Bytes value) {
        WebsiteValue it = Protos.parse(WebsiteValue.parser(), value);
        return new Website(
                it.getIndexSuffix(),
                said(it.getErrorKey()),
                it.hasRedirectAll() ? Optional.of(Redirect.of(it.getRedirectAll())) : Optional.empty(),
                it.getRulesList().stream()
                        .map(rule -> new Rule(
                                said(rule.getKeyPrefix()),
                                rule.getErrorCode() == 0 ? OptionalInt.empty() : OptionalInt.of(rule.getErrorCode()),
                                Redirect.of(rule.getRedirect())))
                        .toList());
    }

    private static Optional<String> said(String text) {
        return text.isEmpty() ? Optional.empty() : Optional.of(text);
    }
}
