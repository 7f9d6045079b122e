package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.net.Request.Digest;
import dev.cairn.net.Request.Digested;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Uni;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What lets two replicas find the rows in which they differ without sending all of them: a tree of digests per range and table, kept true in the
 * very transaction that changes a row, so that it never lags. A row falls into one of 65,536 leaves by the hash of its key. The digest of a row is
 * the first half of a SHA-256, and that of a leaf or of the 256 leaves above it the sum of the digests of their rows (addition modulo 2^64
 * in two halves, after Bellare and Micciancio, "A New Paradigm for Collision-Free Hashing", 1997): a change costs the same however many rows there are,
 * in whatever order they came.
 */
final class RowDigests {
    /** Sums, by level, range, table, and one or two bytes of the hash of the key. */
    static final Space SUMS = Space.rows("digests.sums");
    /** The digest of each row and its key, by range, table and hash of the key. */
    static final Space ROWS = Space.rows("digests.rows");

    private static final Bytes UPPER = Bytes.wrap(new byte[] {1});
    private static final Bytes LEAF = Bytes.wrap(new byte[] {2});
    private static final int HALF = 16;
    static final int LEAF_PREFIX = 2;
    private static final int MAX_TABLES = 64;
    private static final int FAN_OUT = 256;
    private static final int MAX_ROWS = 1 << 16;

    private RowDigests() {}

    /** The row that was, if any, is replaced by the one that is, if any. */
    static void replace(Tx tx, Bytes range, String table, Bytes rowKey, Optional<Bytes> old, Optional<Bytes> now) {
        Bytes tree = tree(range, table);
        Bytes place = Sha256.of(rowKey).slice(0, HALF);
        Optional<Bytes> digest = now.map(row -> digest(rowKey, row));
        Bytes change =
                minus(digest.orElse(ZERO), old.map(row -> digest(rowKey, row)).orElse(ZERO));
        add(tx, Bytes.concat(UPPER, tree, place.slice(0, 1)), change);
        add(tx, Bytes.concat(LEAF, tree, place.slice(0, LEAF_PREFIX)), change);
        Bytes key = tree.concat(place);
        digest.ifPresentOrElse(it -> tx.put(ROWS, key, it.concat(rowKey)), () -> tx.delete(ROWS, key));
    }

    private static final Bytes ZERO = Bytes.wrap(new byte[HALF]);

    private static Bytes tree(Bytes range, String table) {
        return range.concat(RowKeys.ended(Bytes.utf8(table)));
    }

    static Bytes digest(Bytes rowKey, Bytes row) {
        return Sha256.of(Bytes.concat(Bytes.ofInt(rowKey.length()), rowKey, row))
                .slice(0, HALF);
    }

    private static void add(Tx tx, Bytes key, Bytes change) {
        Bytes sum = plus(tx.get(SUMS, key).orElse(ZERO), change);
        if (sum.equals(ZERO)) {
            tx.delete(SUMS, key);
        } else {
            tx.put(SUMS, key, sum);
        }
    }

    private static Bytes plus(Bytes a, Bytes b) {
        return pair(a.longAt(0) + b.longAt(0), a.longAt(Long.BYTES) + b.longAt(Long.BYTES));
    }

    private static Bytes minus(Bytes a, Bytes b) {
        return pair(a.longAt(0) - b.longAt(0), a.longAt(Long.BYTES) - b.longAt(Long.BYTES));
    }

    private static Bytes pair(long high, long low) {
        return Bytes.wrap(ByteBuffer.allocate(HALF).putLong(high).putLong(low).array());
    }

    /** What this node has of a part of a tree: its tables, its 256, the 256 leaves below one of them, or the rows of a leaf. */
    static Uni<List<Digested>> read(Store store, Digest asked) {
        if (asked.table().isEmpty()) {
            return tables(store, asked.range());
        }
        Bytes tree = tree(asked.range(), asked.table());
        return switch (asked.prefix().length()) {
            case 0 -> sums(store, UPPER.concat(tree));
            case 1 -> sums(store, Bytes.concat(LEAF, tree, asked.prefix()));
            default ->
                store.scan(ROWS, Scan.prefix(tree.concat(asked.prefix()), MAX_ROWS))
                        .map(entries -> entries.stream()
                                .map(entry -> new Digested(
                                        entry.value().from(HALF), entry.value().slice(0, HALF)))
                                .toList());
        };
    }

    /** Names are the bytes of the keys behind {@code prefix}. */
    private static Uni<List<Digested>> sums(Store store, Bytes prefix) {
        return store.scan(SUMS, Scan.prefix(prefix, FAN_OUT))
                .map(entries -> entries.stream()
                        .map(entry -> new Digested(entry.key().from(prefix.length()), entry.value()))
                        .toList());
    }

    /** One sum per table that has rows in the range. */
    private static Uni<List<Digested>> tables(Store store, Bytes range) {
        Bytes prefix = UPPER.concat(range);
        return store.scan(SUMS, Scan.prefix(prefix, MAX_TABLES * FAN_OUT)).map(entries -> {
            List<Digested> tables = new ArrayList<>();
            for (Entry entry : entries) {
                Bytes table = RowKeys.name(entry.key().from(prefix.length()));
                if (!tables.isEmpty() && tables.getLast().name().equals(table)) {
                    tables.add(new Digested(table, plus(tables.removeLast().sum(), entry.value())));
                } else {
                    tables.add(new Digested(table, entry.value()));
                }
            }
            return tables;
        });
    }
}
