package dev.cairn.api.web;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.PercentCoding;
import dev.cairn.model.Website;
import java.util.Optional;

/** Where a website sends its visitors: always whole URLs, so that no key can be taken for the name of another host. */
final class Redirects {
    private static final int PERMANENTLY = 301;

    /** How a visitor reached the website. */
    record From(String scheme, String host) {}

    private Redirects() {}

    /** The first rule for the key that is about keys that are not there ({@code error} says how) or, without an error, about any. */
    static Optional<Answer> of(Website website, From from, String key, Optional<Integer> error) {
        return website.rules().stream()
                .filter(rule -> rule.keyPrefix().map(key::startsWith).orElse(true))
                .filter(rule -> error.isPresent()
                        ? rule.errorCode().isPresent() && rule.errorCode().getAsInt() == error.get()
                        : rule.errorCode().isEmpty())
                .findFirst()
                .map(rule -> to(rule.redirect(), from, replaced(rule, key)));
    }

    private static String replaced(Website.Rule rule, String key) {
        return rule.redirect()
                .replaceKey()
                .or(() -> rule.redirect()
                        .replacePrefix()
                        .map(prefix -> prefix
                                + key.substring(
                                        rule.keyPrefix().map(String::length).orElse(0))))
                .orElse(key);
    }

    static Answer to(Website.Redirect redirect, From from, String key) {
        From to = new From(
                redirect.protocol().orElse(from.scheme()), redirect.host().orElse(from.host()));
        return answer(redirect.code().orElse(PERMANENTLY), url(to, key));
    }

    static Answer answer(int status, String location) {
        return Answer.of(status).field("Location", location);
    }

    static String url(From at, String key) {
        StringBuilder url =
                new StringBuilder(at.scheme()).append("://").append(at.host()).append('/');
        PercentCoding.encodePath(key, url);
        return url.toString();
    }
}
