package dev.cairn.model;

import dev.cairn.block.BlockReferences;
import dev.cairn.block.Bodies;
import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.store.Space;
import dev.cairn.table.RowKeys;
import dev.cairn.table.RowType;
import dev.cairn.table.TableReplica;
import dev.cairn.table.TableSchema;
import dev.cairn.table.TableSchema.Placement;
import java.util.ArrayList;
import java.util.List;

/**
 * The tables of the model and how their keys are made. Everything of one bucket lies in one partition (hash of bucket id and shard;
 * the shard is 0 until an index is split), so that an object, its upload and its parts change together.
 */
final class ModelTables {
    static final TableSchema<LwwMap> KEYS = TableSchema.of("keys", Placement.FULL_COPY, RowType.LWW_MAP);
    static final TableSchema<LwwMap> BUCKETS = TableSchema.of("buckets", Placement.FULL_COPY, RowType.LWW_MAP);
    static final TableSchema<Lww> ALIASES = TableSchema.of("aliases", Placement.FULL_COPY, RowType.LWW);

    static final TableSchema<Lww> OBJECTS = TableSchema.of("objects", Placement.SHARDED, RowType.LWW)
            .withAttachments(ObjectRows::hasAttachment)
            .withHook(new ObjectHook());
    static final TableSchema<Lww> UPLOADS =
            TableSchema.of("uploads", Placement.SHARDED, RowType.LWW).withHook(new UploadHook());
    static final TableSchema<Lww> COMPLETIONS = TableSchema.of("completions", Placement.SHARDED, RowType.LWW);
    static final TableSchema<Lww> PARTS =
            TableSchema.of("parts", Placement.SHARDED, RowType.LWW).withHook(new PartHook());
    static final TableSchema<Lww> INTENTS = TableSchema.of("intents", Placement.SHARDED, RowType.LWW);

    /** One row per deleted bucket, in its partition: no object is taken there any more. */
    static final TableSchema<Lww> FENCES =
            TableSchema.of("fences", Placement.SHARDED, RowType.LWW).withHook(new FenceHook());

    private static final int SHARD = 0;

    private ModelTables() {}

    private static final List<TableSchema<?>> OWN =
            List.of(KEYS, BUCKETS, ALIASES, OBJECTS, UPLOADS, COMPLETIONS, PARTS, INTENTS, FENCES, Bodies.SEGMENTS);

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
        spaces.addAll(List.of(Effects.QUEUE, Effects.LATER, BucketCounters.SPACE));
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

    static OwnerId uploadOf(Bytes uploadSort) {
        return new OwnerId(uploadSort.from(uploadSort.length() - OwnerId.BYTES));
    }

    /** Parts sort by upload, then number, then the one upload of that part. */
    static Bytes partSort(Bytes uploadSort, int number, OwnerId owner) {
        return Bytes.concat(uploadSort, Bytes.ofInt(number), owner.value());
    }

    static Bytes partsOf(Bytes uploadSort, int number) {
        return uploadSort.concat(Bytes.ofInt(number));
    }

    static Bytes uploadSortOf(Bytes partSort) {
        return partSort.slice(0, partSort.length() - OwnerId.BYTES - Integer.BYTES);
    }
}
