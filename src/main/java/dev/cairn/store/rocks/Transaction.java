package dev.cairn.store.rocks;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Tx;
import dev.cairn.store.Walk;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/** One commit in the making: the database, above it what the group has so far, above that its own writes. */
final class Transaction implements Tx {
    private final Database database;
    private final Overlay group;
    private final Overlay own = new Overlay();
    private boolean open = true;

    Transaction(Database database, Overlay group) {
        this.database = database;
        this.group = group;
    }

    @Override
    public Optional<Bytes> get(Space space, Bytes key) {
        requireOpen();
        return own.get(space, key).or(() -> group.get(space, key)).orElseGet(() -> database.get(space, key));
    }

    @Override
    public List<Entry> scan(Space space, Scan scan) {
        requireOpen();
        var pending = new TreeMap<>(group.range(space, scan));
        pending.putAll(own.range(space, scan));
        Deque<Map.Entry<Bytes, Optional<Bytes>>> changes = new ArrayDeque<>(pending.entrySet());
        List<Entry> found = new ArrayList<>();
        database.walk(space, scan.from(), scan.until(), (key, value) -> {
            while (!changes.isEmpty() && changes.peek().getKey().compareTo(key) < 0) {
                append(found, changes.pop());
            }
            if (!changes.isEmpty() && changes.peek().getKey().equals(key)) {
                append(found, changes.pop());
            } else {
                found.add(new Entry(key, value));
            }
            return found.size() >= scan.limit() ? Walk.Step.STOP : Walk.Step.NEXT;
        });
        while (!changes.isEmpty() && found.size() < scan.limit()) {
            append(found, changes.pop());
        }
        return found.size() > scan.limit() ? found.subList(0, scan.limit()) : found;
    }

    private static void append(List<Entry> found, Map.Entry<Bytes, Optional<Bytes>> change) {
        change.getValue().ifPresent(value -> found.add(new Entry(change.getKey(), value)));
    }

    @Override
    public void put(Space space, Bytes key, Bytes value) {
        requireOpen();
        database.require(space);
        own.set(space, key, Optional.of(value));
    }

    @Override
    public void delete(Space space, Bytes key) {
        requireOpen();
        database.require(space);
        own.set(space, key, Optional.empty());
    }

    /** Ends the change and gives what it wrote. */
    Overlay close() {
        open = false;
        return own;
    }

    private void requireOpen() {
        if (!open) {
            throw new IllegalStateException("a transaction outlived its function");
        }
    }
}
