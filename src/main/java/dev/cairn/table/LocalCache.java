package dev.cairn.table;

import dev.cairn.net.Request.RowWrite;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;

/**
 * Decoded rows of full-copy tables, for lookups on every request; they weigh {@code limit} at most. Forgets everything when one of its
 * tables changes: they change rarely and are read always. A value loaded while a change went by is used once and not kept.
 */
public final class LocalCache<K, V> implements TableReplica.ChangeListener {
    private final Set<String> tables;
    private final long limit;
    private final ToLongFunction<V> weight;
    private final Map<K, V> entries = new ConcurrentHashMap<>();
    private final AtomicLong epoch = new AtomicLong();
    /** Of all entries; changed under this object's lock. */
    private long total;

    /** At most {@code limit} entries, however large. */
    public LocalCache(List<TableSchema<?>> tables, int limit) {
        this(tables, limit, _ -> 1);
    }

    public LocalCache(List<TableSchema<?>> tables, long limit, ToLongFunction<V> weight) {
        this.weight = weight;
        this.tables = Set.copyOf(tables.stream().map(TableSchema::name).toList());
        this.limit = limit;
    }

    public Uni<Optional<V>> get(K key, Supplier<Uni<Optional<V>>> load) {
        V known = entries.get(key);
        if (known != null) {
            return Uni.createFrom().item(Optional.of(known));
        }
        long before = epoch.get();
        return load.get().invoke(loaded -> loaded.ifPresent(value -> keep(key, value, before)));
    }

    private synchronized void keep(K key, V value, long loadedAt) {
        if (loadedAt == epoch.get()) {
            total += weight.applyAsLong(value);
            if (total > limit) {
                entries.clear();
                total = weight.applyAsLong(value);
            }
            V before = entries.put(key, value);
            total -= before == null ? 0 : weight.applyAsLong(before);
        }
    }

    @Override
    public void changing(List<RowWrite> rows) {
        forget(rows);
    }

    @Override
    public void changed(List<RowWrite> rows) {
        forget(rows);
    }

    private void forget(List<RowWrite> rows) {
        if (rows.stream().anyMatch(row -> tables.contains(row.table()))) {
            synchronized (this) {
                epoch.incrementAndGet();
                entries.clear();
                total = 0;
            }
        }
    }
}
