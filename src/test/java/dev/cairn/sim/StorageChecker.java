package dev.cairn.sim;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import dev.cairn.block.Bodies;
import dev.cairn.crdt.Holding;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.proto.BlockEntry;
import dev.cairn.proto.BlockSegmentValue;
import dev.cairn.proto.BodyValue;
import dev.cairn.proto.ObjectValue;
import dev.cairn.proto.PartSegmentValue;
import dev.cairn.proto.PartValue;
import dev.cairn.store.Space;
import dev.cairn.table.RowType;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/**
 * Looks at the bare disks of a node, past all its code: what is visible must be whole, and counts must be true, at every
 * instant; once everything has settled, nothing may be left over.
 */
final class StorageChecker {
    private static final int HASH = 32;

    private final StoreDisk rows;
    private final BlockDisk blocks;

    /** References that objects and parts need: block, then owner. */
    private final TreeSet<Bytes> needed = new TreeSet<>();

    private final TreeSet<Bytes> neededSegments = new TreeSet<>();
    private final TreeSet<Bytes> neededAttachments = new TreeSet<>();
    private long objects;
    private long objectBytes;
    private long parts;
    private long partBytes;

    private StorageChecker(World.Node machine) {
        rows = machine.storeDisk();
        blocks = machine.blockDisk();
    }

    /** Holds at every instant, and for what a power cut leaves. */
    static void nothingIsMissing(World.Node machine) {
        new StorageChecker(machine).checkNothingMissing();
    }

    /** Holds when no client is at work and all cleaning is done. */
    static void nothingIsLeftOver(World.Node machine) {
        var checker = new StorageChecker(machine);
        checker.checkNothingMissing();
        checker.checkNothingLeft();
    }

    private void checkNothingMissing() {
        forEachLive("objects", (key, row) -> object(key, row));
        forEachOpen("parts", (key, row) -> {
            var part = parse(PartValue.parser(), row.what());
            parts++;
            partBytes += Bodies.lengthOf(part.getBody());
            body("part " + key, part.getBody());
        });
        var referred = referencesByBlock();
        referred.forEach((block, count) -> require(
                count.equals(counted(block)), "block %s has %d references, counted %d", block, count, counted(block)));
        rows.rows(Space.rows("block.counts")).forEach((block, count) -> {
            if (count.intAt(0) == 0) {
                var queued = count.from(Integer.BYTES).concat(block);
                require(!referred.containsKey(block), "referred to, but counted as unused: %s", block);
                require(rows.rows(Space.queue("queue.unused-blocks")).containsKey(queued), "not queued: %s", block);
            } else {
                require(referred.containsKey(block), "counted, but not referred to: %s", block);
            }
        });
        var attachments = rows.rows(Space.largeValues("large.objects")).keySet();
        require(
                attachments.equals(neededAttachments),
                "bodies beside rows: %s, want %s",
                attachments,
                neededAttachments);
        checkCounters();
        forEachHolding("fences", (fence, held) -> {
            if (!held.is(Holding.Outcome.HANDED_OVER)) {
                return;
            }
            var key = fence.slice(0, HASH);
            var after = rows.rows(Space.rows("rows.objects")).tailMap(key).entrySet().stream()
                    .takeWhile(row -> row.getKey().startsWith(key))
                    .filter(row -> !RowType.LWW.decode(row.getValue()).isTombstone());
            require(after.findAny().isEmpty(), "a deleted bucket holds objects: %s", key);
        });
    }

    private void checkNothingLeft() {
        var live = new TreeSet<Bytes>();
        forEachLive("block_refs", (key, _) -> live.add(key));
        require(live.equals(needed), "references left over: %s", minus(live, needed));
        var files = new TreeSet<Bytes>();
        blocks.live().keySet().forEach(hash -> files.add(hash.value()));
        var wanted = new TreeSet<>(referencesByBlock().keySet());
        require(files.equals(wanted), "files left over: %s", minus(files, wanted));
        var segments = new TreeSet<Bytes>();
        forEachLive("segments", (key, _) -> segments.add(key));
        require(segments.equals(neededSegments), "segments left over: %s", minus(segments, neededSegments));
        forEachOpen("intents", (key, _) -> require(false, "an intent is left over: %s", key));
        var uploads = new TreeSet<Bytes>();
        forEachOpen("uploads", (key, _) -> uploads.add(key));
        forEachOpen(
                "parts",
                (key, _) -> require(
                        uploads.contains(key.slice(0, key.length() - Integer.BYTES - OwnerId.BYTES)),
                        "a part is left over: %s",
                        key));
        for (var queue :
                List.of("queue.effects", "queue.effects-later", "queue.unused-blocks", "queue.missing-blocks")) {
            var waiting = rows.rows(Space.queue(queue));
            require(waiting.isEmpty(), "%s still holds %s", queue, waiting.keySet());
        }
    }

    private static TreeSet<Bytes> minus(TreeSet<Bytes> all, TreeSet<Bytes> those) {
        var left = new TreeSet<>(all);
        left.removeAll(those);
        return left;
    }

    private void object(Bytes key, Lww row) {
        var object = parse(ObjectValue.parser(), row.bytes());
        objects++;
        objectBytes += object.getLength();
        if (object.getPartCount() == 0) {
            if (object.getBody().getInlined()) {
                neededAttachments.add(key.concat(Protos.bytes(object.getVersion())));
            }
            body("object " + key, object.getBody());
            return;
        }
        List<PartValue> all = new ArrayList<>(object.getPartsList());
        for (int page = 0; page < object.getManifestCount(); page++) {
            all.addAll(segment(object.getManifestOwner(), page, PartSegmentValue.parser())
                    .getPartsList());
        }
        require(all.size() == object.getPartCount(), "object %s misses parts", key);
        all.forEach(part -> body("object " + key, part.getBody()));
        long length =
                all.stream().mapToLong(part -> Bodies.lengthOf(part.getBody())).sum();
        require(length == object.getLength(), "object %s is %d bytes, its parts %d", key, object.getLength(), length);
    }

    private void body(String what, BodyValue body) {
        if (body.getInlined() || body.getLength() == 0) {
            return;
        }
        List<BlockEntry> entries = new ArrayList<>(body.getBlocksList());
        for (int page = 0; page < body.getSegments(); page++) {
            entries.addAll(
                    segment(body.getOwner(), page, BlockSegmentValue.parser()).getBlocksList());
        }
        long length = 0;
        for (var entry : entries) {
            var hash = Protos.bytes(entry.getHash());
            var reference = hash.concat(Protos.bytes(body.getOwner()));
            require(isLive("block_refs", reference), "%s has no reference to %s", what, hash);
            needed.add(reference);
            var file = blocks.live().get(new BlockHash(hash));
            require(file != null, "%s misses block %s", what, hash);
            require(file != null && file.length() == entry.getLength(), "%s has a block of another length", what);
            length += entry.getLength();
        }
        require(length == body.getLength(), "%s is %d bytes, its blocks %d", what, body.getLength(), length);
    }

    private <M extends MessageLite> M segment(ByteString owner, int page, Parser<M> kind) {
        var name = Protos.bytes(owner);
        var key = Bytes.concat(Sha256.of(name), name, Bytes.ofInt(page));
        require(isLive("segments", key), "segment %d of %s is missing", page, name);
        neededSegments.add(key);
        return parse(kind, RowType.LWW.decode(row("segments", key)).bytes());
    }

    private Map<Bytes, Integer> referencesByBlock() {
        Map<Bytes, Integer> counts = new TreeMap<>();
        forEachLive("block_refs", (key, _) -> counts.merge(key.slice(0, HASH), 1, Integer::sum));
        return counts;
    }

    private int counted(Bytes block) {
        var count = rows.rows(Space.rows("block.counts")).get(block);
        return count == null ? 0 : count.intAt(0);
    }

    /** The model counts objects, their bytes, uploads, parts, their bytes and fences, each as eight bytes, for each partition. */
    private void checkCounters() {
        var uploads = new long[1];
        forEachOpen("uploads", (_, _) -> uploads[0]++);
        var fences = new long[1];
        forEachHolding("fences", (_, row) -> fences[0] += row.is(Holding.Outcome.LET_GO) ? 0 : 1);
        var sums = new long[6];
        rows.rows(Space.rows("rows.counters")).forEach((_, value) -> {
            for (int field = 0; field < sums.length; field++) {
                sums[field] += value.longAt(field * Long.BYTES);
            }
        });
        require(
                sums[0] == objects
                        && sums[1] == objectBytes
                        && sums[2] == uploads[0]
                        && sums[3] == parts
                        && sums[4] == partBytes
                        && sums[5] == fences[0],
                "counters %s, there are %s",
                java.util.Arrays.toString(sums),
                List.of(objects, objectBytes, uploads[0], parts, partBytes, fences[0]));
    }

    private void forEachLive(String table, BiConsumer<Bytes, Lww> action) {
        rows.rows(Space.rows("rows." + table)).forEach((key, value) -> {
            var row = RowType.LWW.decode(value);
            if (!row.isTombstone()) {
                action.accept(key, row);
            }
        });
    }

    private void forEachOpen(String table, BiConsumer<Bytes, Holding> action) {
        forEachHolding(table, (key, row) -> {
            if (row.isOpen()) {
                action.accept(key, row);
            }
        });
    }

    private void forEachHolding(String table, BiConsumer<Bytes, Holding> action) {
        rows.rows(Space.rows("rows." + table))
                .forEach((key, value) -> action.accept(key, RowType.HOLDING.decode(value)));
    }

    private boolean isLive(String table, Bytes key) {
        var row = rows.rows(Space.rows("rows." + table)).get(key);
        return row != null && !RowType.LWW.decode(row).isTombstone();
    }

    private Bytes row(String table, Bytes key) {
        return java.util.Objects.requireNonNull(
                rows.rows(Space.rows("rows." + table)).get(key));
    }

    private static <M> M parse(com.google.protobuf.Parser<M> parser, @org.jspecify.annotations.Nullable Bytes value) {
        try {
            return parser.parseFrom(java.util.Objects.requireNonNull(value).shared());
        } catch (InvalidProtocolBufferException broken) {
            throw new AssertionError(broken);
        }
    }

    private static void require(boolean holds, String otherwise, Object... values) {
        if (!holds) {
            throw new AssertionError(otherwise.formatted(values));
        }
    }
}
