package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.CorsRuleValue;
import dev.cairn.proto.CorsValue;
import java.util.List;
import java.util.OptionalInt;

/** Which origins a browser may let use a bucket, and how; the first rule that fits counts. */
public record CorsRules(List<Rule> rules) {
    /**
     * A rule. Origins and headers may have one asterisk each.
     *
     * @param id empty where it has none
     * @param headers which a request may have, in lower case
     * @param exposed which headers of answers scripts may see
     */
    public record Rule(
            String id,
            List<String> origins,
            List<String> methods,
            List<String> headers,
            List<String> exposed,
            OptionalInt maxAgeSeconds) {
        public Rule {
            origins = List.copyOf(origins);
            methods = List.copyOf(methods);
            headers = List.copyOf(headers);
            exposed = List.copyOf(exposed);
        }
    }

    public CorsRules {
        rules = List.copyOf(rules);
    }

    Bytes encoded() {
        CorsValue.Builder out = CorsValue.newBuilder();
        for (Rule rule : rules) {
            CorsRuleValue.Builder value = CorsRuleValue.newBuilder()
                    .setId(rule.id())
                    .addAllOrigins(rule.origins())
                    .addAllMethods(rule.methods())
                    .addAllHeaders(rule.headers())
                    .addAllExposed(rule.exposed());
            rule.maxAgeSeconds().ifPresent(value::setMaxAgeSeconds);
            out.addRules(value);
        }
        return Protos.encoded(out.build());
    }

    static CorsRules decoded(Bytes value) {
        return new CorsRules(Protos.parse(CorsValue.parser(), value).getRulesList().stream()
                .map(rule -> new Rule(
                        rule.getId(),
                        rule.getOriginsList(),
                        rule.getMethodsList(),
                        rule.getHeadersList(),
                        rule.getExposedList(),
                        rule.hasMaxAgeSeconds() ? OptionalInt.of(rule.getMaxAgeSeconds()) : OptionalInt.empty()))
                .toList());
    }
}
