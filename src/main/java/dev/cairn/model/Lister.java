package dev.cairn.model;

import dev.cairn.crdt.Crdt;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.table.RowKeys;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Lists rows whose sort keys begin with a name. Reads one row more than asked for, so that "more remains" is a fact. Used for one
 * listing.
 */
final class Lister<R extends Crdt<R>, T> {
    private final Tables tables;
    private final TableSchema<R> table;
    private final Bytes partition;
    private final ListQuery query;
    private final Decoder<R, T> decode;

    private final Bytes prefix;
    private final Bytes delimiter;
    private final List<Listing.Item<T>> items = new ArrayList<>();
    private Bytes from;
    private @Nullable Bytes next;

    /** Makes an item of a row, whose sort key begins with that name. */
    @FunctionalInterface
    interface Decoder<R, T> {
        T item(Bytes name, Bytes sort, R row);
    }

    Lister(Tables tables, TableSchema<R> table, Bytes partition, ListQuery query, Decoder<R, T> decode) {
        this.tables = tables;
        this.table = table;
        this.partition = partition;
        this.query = query;
        this.decode = decode;
        this.prefix = RowKeys.escaped(query.prefix());
        this.delimiter = RowKeys.escaped(query.delimiter());
        this.from = query.from();
    }

    Uni<Listing<T>> run() {
        if (query.max() == 0) {
            return Uni.createFrom().item(new Listing<>(List.of(), Optional.empty()));
        }
        return Repeat.whileTrue(this::page).map(_ -> new Listing<>(List.copyOf(items), Optional.ofNullable(next)));
    }

    private Uni<Boolean> page() {
        int wanted = query.max() + 1 - items.size();
        return tables.range(table, partition, new Tables.Query(from, prefix, delimiter, wanted))
                .map(page -> {
                    for (Tables.Row<R> row : page.rows()) {
                        if (items.size() == query.max()) {
                            next = row.sort();
                            return false;
                        }
                        add(row);
                    }
                    page.next().ifPresent(place -> from = place);
                    return page.next().isPresent();
                });
    }

    private void add(Tables.Row<R> row) {
        Optional<Bytes> group = group(row.sort());
        if (group.isPresent()) {
            items.add(new Listing.Group<>(group.get()));
        } else {
            Bytes name = RowKeys.name(row.sort());
            items.add(new Listing.Single<>(name, decode.item(name, row.sort(), row.row())));
        }
    }

    private Optional<Bytes> group(Bytes sort) {
        if (query.delimiter().isEmpty()) {
            return Optional.empty();
        }
        Bytes name = RowKeys.name(sort);
        int at = name.indexOf(query.delimiter(), query.prefix().length());
        return at < 0
                ? Optional.empty()
                : Optional.of(name.slice(0, at + query.delimiter().length()));
    }
}
