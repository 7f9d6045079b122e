package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.table.Stamps;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.IntSupplier;
import java.util.function.Supplier;

/** What an operator may set of a node while it runs, which it keeps over restarts, and what else he may want to know. Safe from any thread. */
public final class Tuning {
    private static final Bytes PREFIX = Bytes.utf8("set/");
    private static final int MOST = 100;

    private final Store store;
    private final Map<String, Integer> kept = new TreeMap<>();
    private final SortedMap<String, Number> numbers = new ConcurrentSkipListMap<>();
    private final SortedMap<String, Supplier<String>> facts = new ConcurrentSkipListMap<>();

    private Tuning(Store store, List<Entry> set) {
        this.store = store;
        set.forEach(entry -> kept.put(
                entry.key().from(PREFIX.length()).toUtf8(), entry.value().intAt(0)));
    }

    static Uni<Tuning> open(Store store) {
        return store.scan(Stamps.SPACE, Scan.prefix(PREFIX, MOST)).map(set -> new Tuning(store, set));
    }

    /** A whole number that can be set. */
    private static final class Number implements IntSupplier {
        private final int least;
        private final int most;
        private volatile int value;

        Number(int least, int most, int value) {
            this.least = least;
            this.most = most;
            this.value = value;
        }

        @Override
        public int getAsInt() {
            return value;
        }
    }

    /** Announces what can be set: from {@code least} to {@code most}, {@code usually} as long as nobody has set it. */
    IntSupplier number(String name, int usually, int least, int most) {
        int before = kept.getOrDefault(name, usually);
        Number number = new Number(least, most, Math.clamp(before, least, most));
        numbers.put(name, number);
        return number;
    }

    /** Announces what can only be looked at. */
    void fact(String name, Supplier<String> value) {
        facts.put(name, value);
    }

    /** All that can be looked at, by name. */
    public SortedMap<String, String> all() {
        SortedMap<String, String> all = new TreeMap<>();
        numbers.forEach((name, number) -> all.put(name, String.valueOf(number.value)));
        facts.forEach((name, value) -> all.put(name, value.get()));
        return all;
    }

    /** Completes when the value is durable; fails with {@code IllegalArgumentException} when there is no such thing to set, or not to that. */
    public Uni<Void> set(String name, String text) {
        return Uni.createFrom().deferred(() -> {
            Number number = numbers.get(name);
            if (number == null) {
                throw new IllegalArgumentException(
                        facts.containsKey(name)
                                ? name + " can only be looked at"
                                : "there is no %s; there are %s".formatted(name, String.join(", ", numbers.keySet())));
            }
            int value = parse(name, text, number);
            return store.commit(tx -> {
                        tx.put(Stamps.SPACE, PREFIX.concat(Bytes.utf8(name)), Bytes.ofInt(value));
                        return true;
                    })
                    .invoke(() -> number.value = value)
                    .replaceWithVoid();
        });
    }

    private static int parse(String name, String text, Number number) {
        try {
            int value = Integer.parseInt(text);
            if (value >= number.least && value <= number.most) {
                return value;
            }
        } catch (NumberFormatException _) {
            // Said below.
        }
        throw new IllegalArgumentException("%s is a number from %d to %d".formatted(name, number.least, number.most));
    }
}
