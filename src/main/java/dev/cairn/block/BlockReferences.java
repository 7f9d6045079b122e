package dev.cairn.block;

import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.proto.BlockReferenceValue;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.table.RowRules;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Who refers to which block: one row per (block, owner), a live one is a reference and says how long the block is. Each replica counts the live rows of a block in
 * the transaction that changes them; a count that falls to none queues the block for deletion after a delay.
 */
public final class BlockReferences implements RowRules<Lww> {
    /** Live references by block; 0 is followed by the time when the block may be deleted, under which it is queued. */
    static final Space COUNTS = Space.rows("block.counts");
    /** Blocks to look at, by due time and name. */
    static final Space UNUSED = Space.queue("queue.unused-blocks");

    /** The live references of this node by owner, then block: what an owner that came to nothing refers to. */
    static final Space BY_OWNER = Space.rows("block.by-owner");

    /** Blocks whose reference came from another replica, how long they are, and the stamp of that reference: they may not be here. */
    static final Space MISSING = Space.queue("queue.missing-blocks");

    private static final TableSchema<Lww> PLAIN =
            TableSchema.of("block_refs", TableSchema.Placement.SHARDED, RowType.LWW);

    private final Grace grace;
    private final TableSchema<Lww> table;

    public BlockReferences(Grace grace) {
        this.grace = grace;
        this.table = PLAIN.withRules(this);
    }

    public TableSchema<Lww> table() {
        return table;
    }

    /** The spaces that the references need, those of their table included. */
    public static List<Space> spaces() {
        return List.of(COUNTS, UNUSED, BY_OWNER, MISSING, PLAIN.rows(), PLAIN.attachments());
    }

    /** What was let go is not taken up again: a reference that comes late comes for nobody. */
    @Override
    public Optional<String> admit(Tx tx, Bytes block, Bytes owner, @Nullable Lww old, Lww written) {
        return old != null && old.isTombstone() && !written.isTombstone() ? Optional.of(Tables.GONE) : Optional.empty();
    }

    @Override
    public void changed(Place here, Bytes owner, @Nullable Lww old, @Nullable Lww now) {
        boolean was = old != null && !old.isTombstone();
        boolean is = now != null && !now.isTombstone();
        if (was == is) {
            return;
        }
        Tx tx = here.tx();
        Bytes block = here.partition();
        if (is) {
            tx.put(BY_OWNER, owner.concat(block), Bytes.EMPTY);
        } else {
            tx.delete(BY_OWNER, owner.concat(block));
        }
        int count = count(tx, block) + (is ? 1 : -1);
        if (now != null && is && here.isJoined()) {
            missing(tx, block, now);
        }
        if (count > 0) {
            forgetUnused(tx, block);
            tx.put(COUNTS, block, Bytes.ofInt(count));
        } else {
            queueUnused(tx, block);
        }
    }

    /** Up to {@code limit} blocks above {@code after} that an owner refers to here. */
    public Uni<List<BlockHash>> ownedBy(Store store, OwnerId owner, Bytes after, int limit) {
        Bytes from = owner.value().concat(after.isEmpty() ? after : after.successor());
        return store.scan(BY_OWNER, new Scan(from, owner.value().prefixEnd(), limit))
                .map(entries -> entries.stream()
                        .map(entry -> new BlockHash(entry.key().from(OwnerId.BYTES)))
                        .toList());
    }

    /** A live reference as this node has it. */
    public record Known(OwnerId owner, Bytes place) {}

    /** Some of them, and where to go on; empty at the end. */
    public record KnownPage(List<Known> references, Optional<Bytes> next) {}

    /** The live ones among {@code limit} references of this node, from a place on. */
    public Uni<KnownPage> page(Store store, Bytes from, int limit) {
        return store.scan(PLAIN.rows(), new Scan(from, Optional.empty(), limit)).map(entries -> {
            List<Known> live = new ArrayList<>();
            for (Entry entry : entries) {
                Lww row = RowType.LWW.decode(entry.value());
                if (!row.isTombstone()) {
                    live.add(new Known(
                            new OwnerId(entry.key().from(BlockHash.BYTES)),
                            Protos.bytes(parse(row).getPlace())));
                }
            }
            return new KnownPage(
                    live,
                    entries.size() < limit
                            ? Optional.empty()
                            : Optional.of(entries.getLast().key().successor()));
        });
    }

    Grace grace() {
        return grace;
    }

    /** Begins the delay anew, so that whoever read a row with this block just now still finds it. */
    void queueUnused(Tx tx, Bytes block) {
        forgetUnused(tx, block);
        Bytes due = grace.end();
        tx.put(COUNTS, block, Bytes.ofInt(0).concat(due));
        tx.put(UNUSED, due.concat(block), Bytes.EMPTY);
    }

    /** The block is to be fetched from another replica if it is not here; {@code reference} is a live one. */
    static void missing(Tx tx, Bytes block, Lww reference) {
        BlockReferenceValue value = parse(reference);
        tx.put(
                MISSING,
                block,
                Bytes.ofInt(value.getLength()).concat(reference.stamp().toBytes()));
    }

    /** What a live reference says. */
    static BlockReferenceValue parse(Lww reference) {
        return Protos.parse(BlockReferenceValue.parser(), reference.value().orElseThrow());
    }

    private static void forgetUnused(Tx tx, Bytes block) {
        tx.get(COUNTS, block)
                .filter(value -> value.length() > Integer.BYTES)
                .ifPresent(value -> tx.delete(UNUSED, value.from(Integer.BYTES).concat(block)));
    }

    /** Whether no reference ever named the block, or it has been let go already. */
    static boolean isUnknown(Tx tx, Bytes block) {
        return tx.get(COUNTS, block).isEmpty();
    }

    static int count(Tx tx, Bytes block) {
        return tx.get(COUNTS, block).map(count -> count.intAt(0)).orElse(0);
    }
}
