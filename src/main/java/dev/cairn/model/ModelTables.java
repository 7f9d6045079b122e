package dev.cairn.model;

import dev.cairn.block.BlockReferences;
import dev.cairn.block.Bodies;
import dev.cairn.crdt.Attributed;
import dev.cairn.crdt.Holding;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.crdt.Siblings;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.net.Peering;
import dev.cairn.store.Space;
import dev.cairn.table.RowKeys;
import dev.cairn.table.RowType;
import dev.cairn.table.TableReplica;
import dev.cairn.table.TableSchema;
import dev.cairn.table.TableSchema.Placement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of the model and how their keys are made. Everything of one bucket lies in one partition (hash of bucket id and shard;
 * the shard is 0 until an index is split), so that an object, its upload and its parts change together.
 */
final class ModelTables {
    static final TableSchema<LwwMap> KEYS = TableSchema.of("keys", Placement.FULL_COPY, RowType.LWW_MAP);
    static final TableSchema<LwwMap> BUCKETS = TableSchema.of("buckets", Placement.FULL_COPY, RowType.LWW_MAP);
    static final TableSchema<Lww> CLUSTER_KEYS = TableSchema.of("cluster_keys", Placement.FULL_COPY, RowType.LWW);
    static final TableSchema<Lww> ALIASES = TableSchema.of("aliases", Placement.FULL_COPY, RowType.LWW);

    static final TableSchema<Attributed> OBJECTS = TableSchema.of("objects", Placement.SHARDED, RowType.ATTRIBUTED)
            .withAttachments(ObjectRows::attachment)
            .withRules(new ObjectRules());

    /** Ended ones answer a Complete that is repeated. */
    static final TableSchema<Holding> UPLOADS = TableSchema.of("uploads", Placement.SHARDED, RowType.HOLDING)
            .withRules(new UploadRules())
            .withEnds(Duration.ZERO, Duration.ofDays(1));

    static final TableSchema<Holding> PARTS =
            TableSchema.of("parts", Placement.SHARDED, RowType.HOLDING).withRules(new PartRules());

    /** Bodies on their way in; references in their name may still be on their way when they are let go. */
    static final TableSchema<Holding> INTENTS = TableSchema.of("intents", Placement.SHARDED, RowType.HOLDING)
            .withRules(new IntentRules())
            .withEnds(Duration.ofSeconds(10), Duration.ZERO);

    /** One row per attempt to delete a bucket, in its partition; the one that succeeded stays. */
    static final TableSchema<Holding> FENCES = TableSchema.of("fences", Placement.SHARDED, RowType.HOLDING)
            .withRules(new FenceRules())
            .withEnds(Duration.ZERO, Duration.ofDays(36_500));

    /** Items of the causal store: all of one partition key lie in one partition. Whoever polls hears of deletions for a day. */
    static final TableSchema<Siblings> ITEMS = TableSchema.of("items", Placement.SHARDED, RowType.SIBLINGS)
            .withRules(new ItemRules())
            .withEnds(Duration.ZERO, Duration.ofDays(1))
            .withWalks(1 << 20);

    /** What lies under each partition key, in the partition of the bucket: a register for each replica that counted. */
    static final TableSchema<LwwMap> ITEM_INDEX =
            TableSchema.of("item_index", Placement.SHARDED, RowType.LWW_MAP).withRules(new ItemIndexRules());

    static final int PARTITION_BYTES = 32;
    private static final int SHARD = 0;

    private ModelTables() {}

    private static final List<TableSchema<?>> OWN = List.of(
            KEYS,
            BUCKETS,
            ALIASES,
            CLUSTER_KEYS,
            OBJECTS,
            UPLOADS,
            PARTS,
            INTENTS,
            FENCES,
            ITEMS,
            ITEM_INDEX,
            BucketCounters.TABLE,
            Bodies.SEGMENTS);

    /** All tables of a node; that of the references counts blocks for this one node. */
    static List<TableSchema<?>> all(BlockReferences references) {
        List<TableSchema<?>> all = new ArrayList<>(OWN);
        all.add(references.table());
        return all;
    }

    /** Every space that a node's store needs. */
    static List<Space> spaces() {
        List<Space> spaces = new ArrayList<>(TableReplica.spaces(OWN));
        spaces.addAll(BlockReferences.spaces());
        spaces.addAll(List.of(Effects.QUEUE, Effects.LATER, ItemCounts.SPACE, ItemCounts.CHANGED, Peering.SPACE));
        return spaces;
    }

    static Bytes partition(BucketId bucket) {
        return Sha256.of(bucket.value().concat(Bytes.ofInt(SHARD)));
    }

    /** The null version of a key; versions with ids of their own will follow it under the same name. */
    static Bytes objectSort(Bytes key) {
        return RowKeys.ended(key);
    }

    static Bytes uploadSort(Bytes key, OwnerId upload) {
        return RowKeys.ended(key).concat(upload.value());
    }

    /** Of the object that the upload is to become. */
    static Bytes objectSortOf(Bytes uploadSort) {
        return uploadSort.slice(0, RowKeys.nameEnd(uploadSort));
    }

    static OwnerId uploadOf(Bytes uploadSort) {
        return new OwnerId(uploadSort.from(uploadSort.length() - OwnerId.BYTES));
    }

    /** Parts sort by upload, then number, then the one upload of that part. */
    static Bytes partSort(Bytes uploadSort, int number, OwnerId owner) {
        return Bytes.concat(uploadSort, Bytes.ofInt(number), owner.value());
    }

    static OwnerId partOwner(Bytes partSort) {
        return new OwnerId(partSort.from(partSort.length() - OwnerId.BYTES));
    }

    static Bytes partsOf(Bytes uploadSort, int number) {
        return uploadSort.concat(Bytes.ofInt(number));
    }
}
