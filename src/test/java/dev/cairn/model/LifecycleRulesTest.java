package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.model.LifecycleRules.End;
import dev.cairn.model.LifecycleRules.Expiration;
import dev.cairn.model.LifecycleRules.Filter;
import dev.cairn.model.LifecycleRules.Form;
import dev.cairn.model.LifecycleRules.Rule;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;

final class LifecycleRulesTest {
    private static final Instant MADE = Instant.parse("2026-11-29T15:30:00Z");
    private static final Bytes KEY = Bytes.utf8("logs/one");

    static Filter everything() {
        return new Filter(Form.ONE, Optional.empty(), List.of(), OptionalLong.empty(), OptionalLong.empty());
    }

    static Filter prefix(String prefix) {
        return new Filter(
                Form.PREFIX_ALONE,
                Optional.of(Bytes.utf8(prefix)),
                List.of(),
                OptionalLong.empty(),
                OptionalLong.empty());
    }

    static Rule days(String id, Filter filter, int days) {
        return new Rule(
                id, true, filter, Optional.of(new Expiration.AfterDays(days)), OptionalInt.empty(), Optional.empty());
    }

    private static Optional<End> end(Rule... rules) {
        return new LifecycleRules(List.of(rules)).endOf(KEY, 100, new Tags(List.of(new Tags.Tag("a", "b"))), MADE);
    }

    @Test
    void days_count_from_the_midnight_after() {
        assertThat(end(days("one", everything(), 1))).contains(new End(Instant.parse("2026-12-01T00:00:00Z"), "one"));
        Instant midnight = Instant.parse("2026-11-29T00:00:00Z");
        assertThat(new LifecycleRules(List.of(days("one", everything(), 3))).endOf(KEY, 1, Tags.NONE, midnight))
                .contains(new End(Instant.parse("2026-12-02T00:00:00Z"), "one"));
    }

    @Test
    void the_rule_that_ends_it_first_counts_and_one_that_is_disabled_does_not() {
        Rule disabled = new Rule(
                "off",
                false,
                everything(),
                Optional.of(new Expiration.AfterDays(1)),
                OptionalInt.of(1),
                Optional.empty());
        assertThat(end(disabled)).isEmpty();
        assertThat(end(disabled, days("long", everything(), 30), days("short", prefix("logs/"), 2)))
                .map(End::ruleId)
                .contains("short");
        assertThat(new LifecycleRules(List.of(disabled)).endOfUpload(KEY, MADE)).isEmpty();
        assertThat(new LifecycleRules(List.of(disabled)).endsUploads()).isFalse();
    }

    @Test
    void all_of_a_filter_has_to_hold() {
        assertThat(end(days("p", prefix("log"), 1))).isPresent();
        assertThat(end(days("p", prefix("other"), 1))).isEmpty();
        assertThat(end(days("t", filter(List.of(new Tags.Tag("a", "b")), -1, -1), 1)))
                .isPresent();
        assertThat(end(days("t", filter(List.of(new Tags.Tag("a", "c")), -1, -1), 1)))
                .isEmpty();
        assertThat(end(days("s", filter(List.of(), 99, 101), 1))).isPresent();
        assertThat(end(days("s", filter(List.of(), 100, -1), 1)))
                .as("strictly larger")
                .isEmpty();
        assertThat(end(days("s", filter(List.of(), -1, 100), 1)))
                .as("strictly smaller")
                .isEmpty();
    }

    private static Filter filter(List<Tags.Tag> tags, long larger, long smaller) {
        return new Filter(
                Form.AND,
                Optional.empty(),
                tags,
                larger < 0 ? OptionalLong.empty() : OptionalLong.of(larger),
                smaller < 0 ? OptionalLong.empty() : OptionalLong.of(smaller));
    }

    @Test
    void rules_are_stored_and_read_again() {
        Rule dated = new Rule(
                "dated",
                true,
                filter(List.of(new Tags.Tag("k", "v")), 1, 2),
                Optional.of(new Expiration.On(Instant.parse("2030-01-01T00:00:00Z"))),
                OptionalInt.empty(),
                Optional.of(new LifecycleRules.Noncurrent(OptionalInt.of(3), OptionalInt.of(4))));
        Rule markers = new Rule(
                "markers",
                false,
                prefix(""),
                Optional.of(new Expiration.OfMarkers(true)),
                OptionalInt.of(7),
                Optional.empty());
        LifecycleRules rules = new LifecycleRules(List.of(days("days", everything(), 5), dated, markers));
        assertThat(LifecycleRules.decoded(rules.encoded())).isEqualTo(rules);
    }
}
