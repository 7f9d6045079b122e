package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.proto.HeaderField;
import dev.cairn.proto.LifecycleRuleValue;
import dev.cairn.proto.LifecycleValue;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/** When objects and uploads of a bucket go by themselves. Days count from the midnight (UTC) after something was made. */
public record LifecycleRules(List<Rule> rules) {
    /**
     * A rule; one that is not enabled is only kept.
     *
     * @param abortAfterDays when an upload is aborted that was not completed
     * @param noncurrent what becomes of versions that are not current; there are none as long as versions are not kept
     */
    public record Rule(
            String id,
            boolean isEnabled,
            Filter filter,
            Optional<Expiration> expiration,
            OptionalInt abortAfterDays,
            Optional<Noncurrent> noncurrent) {}

    /** Whether a filter stands beside the rule as of old, has one condition at most, or several. */
    public enum Form {
        PREFIX_ALONE(0),
        ONE(1),
        AND(2);

        private final int number;

        Form(int number) {
            this.number = number;
        }

        static Form of(int number) {
            return switch (number) {
                case 0 -> PREFIX_ALONE;
                case 1 -> ONE;
                default -> AND;
            };
        }
    }

    /** What a rule is about: that for which all of this holds. */
    public record Filter(
            Form form, Optional<Bytes> prefix, List<Tags.Tag> tags, OptionalLong largerThan, OptionalLong smallerThan) {
        public Filter {
            tags = List.copyOf(tags);
        }

        boolean holds(Bytes key) {
            return prefix.isEmpty() || key.startsWith(prefix.get());
        }

        boolean holds(Bytes key, long length, Tags has) {
            return holds(key)
                    && (largerThan.isEmpty() || length > largerThan.getAsLong())
                    && (smallerThan.isEmpty() || length < smallerThan.getAsLong())
                    && has.tags().containsAll(tags);
        }
    }

    /** When a current version goes. */
    public sealed interface Expiration {
        record AfterDays(int days) implements Expiration {}

        record On(Instant date) implements Expiration {}

        /** Of markers of deletion that hide nothing any more; there are none as long as versions are not kept. */
        record OfMarkers(boolean wanted) implements Expiration {}
    }

    public record Noncurrent(OptionalInt days, OptionalInt newer) {}

    /** When something is over, and by which rule. */
    public record End(Instant at, String ruleId) {}

    public LifecycleRules {
        rules = List.copyOf(rules);
    }

    /** When an object is over, by the rule that ends it first. */
    public Optional<End> endOf(Bytes key, long length, Tags tags, Instant modified) {
        End first = null;
        for (Rule rule : rules) {
            if (rule.isEnabled() && rule.filter().holds(key, length, tags)) {
                Optional<Instant> end = rule.expiration().flatMap(it -> end(it, modified));
                if (end.isPresent() && (first == null || end.get().isBefore(first.at()))) {
                    first = new End(end.get(), rule.id());
                }
            }
        }
        return Optional.ofNullable(first);
    }

    private static Optional<Instant> end(Expiration expiration, Instant modified) {
        return switch (expiration) {
            case Expiration.AfterDays(int days) -> Optional.of(after(modified, days));
            case Expiration.On(Instant date) -> Optional.of(date);
            case Expiration.OfMarkers _ -> Optional.empty();
        };
    }

    private static Instant after(Instant begin, int days) {
        Instant end = begin.plus(Duration.ofDays(days));
        Instant midnight = end.truncatedTo(ChronoUnit.DAYS);
        return midnight.equals(end) ? end : midnight.plus(Duration.ofDays(1));
    }

    /** When an upload is aborted. */
    public Optional<Instant> endOfUpload(Bytes key, Instant initiated) {
        return rules.stream()
                .filter(rule -> rule.isEnabled()
                        && rule.abortAfterDays().isPresent()
                        && rule.filter().holds(key))
                .map(rule -> after(initiated, rule.abortAfterDays().getAsInt()))
                .min(Instant::compareTo);
    }

    boolean endsObjects() {
        return rules.stream()
                .anyMatch(rule -> rule.isEnabled()
                        && rule.expiration()
                                .filter(it -> !(it instanceof Expiration.OfMarkers))
                                .isPresent());
    }

    boolean endsUploads() {
        return rules.stream()
                .anyMatch(rule -> rule.isEnabled() && rule.abortAfterDays().isPresent());
    }

    Bytes encoded() {
        LifecycleValue.Builder out = LifecycleValue.newBuilder();
        rules.forEach(rule -> out.addRules(encoded(rule)));
        return Protos.encoded(out.build());
    }

    private static LifecycleRuleValue encoded(Rule rule) {
        Filter filter = rule.filter();
        LifecycleRuleValue.Builder out = LifecycleRuleValue.newBuilder()
                .setId(rule.id())
                .setEnabled(rule.isEnabled())
                .setForm(filter.form().number);
        filter.prefix().ifPresent(it -> out.setPrefix(Protos.proto(it)));
        filter.tags()
                .forEach(tag ->
                        out.addTags(HeaderField.newBuilder().setName(tag.key()).setValue(tag.value())));
        filter.largerThan().ifPresent(out::setLargerThan);
        filter.smallerThan().ifPresent(out::setSmallerThan);
        rule.expiration().ifPresent(it -> {
            switch (it) {
                case Expiration.AfterDays(int days) -> out.setExpireDays(days);
                case Expiration.On(Instant date) -> out.setExpireMillis(date.toEpochMilli());
                case Expiration.OfMarkers(boolean wanted) -> out.setExpireMarkers(wanted);
            }
        });
        rule.abortAfterDays().ifPresent(out::setAbortDays);
        rule.noncurrent().ifPresent(it -> {
            it.days().ifPresent(out::setNoncurrentDays);
            it.newer().ifPresent(out::setNewerNoncurrent);
        });
        return out.build();
    }

    static LifecycleRules decoded(Bytes value) {
        return new LifecycleRules(Protos.parse(LifecycleValue.parser(), value).getRulesList().stream()
                .map(LifecycleRules::decoded)
                .toList());
    }

    private static Rule decoded(LifecycleRuleValue rule) {
        Filter filter = new Filter(
                Form.of(rule.getForm()),
                rule.hasPrefix() ? Optional.of(Protos.bytes(rule.getPrefix())) : Optional.empty(),
                rule.getTagsList().stream()
                        .map(tag -> new Tags.Tag(tag.getName(), tag.getValue()))
                        .toList(),
                rule.hasLargerThan() ? OptionalLong.of(rule.getLargerThan()) : OptionalLong.empty(),
                rule.hasSmallerThan() ? OptionalLong.of(rule.getSmallerThan()) : OptionalLong.empty());
        return new Rule(
                rule.getId(),
                rule.getEnabled(),
                filter,
                expiration(rule),
                rule.hasAbortDays() ? OptionalInt.of(rule.getAbortDays()) : OptionalInt.empty(),
                noncurrent(rule));
    }

    private static Optional<Expiration> expiration(LifecycleRuleValue rule) {
        if (rule.hasExpireDays()) {
            return Optional.of(new Expiration.AfterDays(rule.getExpireDays()));
        }
        if (rule.hasExpireMillis()) {
            return Optional.of(new Expiration.On(Instant.ofEpochMilli(rule.getExpireMillis())));
        }
        return rule.hasExpireMarkers()
                ? Optional.of(new Expiration.OfMarkers(rule.getExpireMarkers()))
                : Optional.empty();
    }

    private static Optional<Noncurrent> noncurrent(LifecycleRuleValue rule) {
        return rule.hasNoncurrentDays() || rule.hasNewerNoncurrent()
                ? Optional.of(new Noncurrent(
                        rule.hasNoncurrentDays() ? OptionalInt.of(rule.getNoncurrentDays()) : OptionalInt.empty(),
                        rule.hasNewerNoncurrent() ? OptionalInt.of(rule.getNewerNoncurrent()) : OptionalInt.empty()))
                : Optional.empty();
    }
}
