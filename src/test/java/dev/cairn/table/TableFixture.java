package dev.cairn.table;

import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.time.HybridClock;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.Layouts;
import dev.cairn.net.LocalPeers;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.RequestHandler;
import dev.cairn.sim.World;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** The table engine of one node on the simulated store, and short words for what tests do with it. */
abstract class TableFixture {
    static final Bytes PARTITION = Sha256.of(Bytes.utf8("partition"));
    static final Bytes KEY = RowKeys.ended(Bytes.utf8("key"));
    static final Bytes OTHER = RowKeys.ended(Bytes.utf8("other"));
    static final Bytes FORBIDDEN = Bytes.utf8("forbidden");

    /** Rows whose value begins with 'A' have an attachment; the name of the attachment is the value; one value is not admitted. */
    static final TableSchema<Lww> ROWS = TableSchema.of("t", TableSchema.Placement.SHARDED, RowType.LWW)
            .withAttachments(row -> row.value().filter(value -> value.startsWith(Bytes.utf8("A"))))
            .withRules(new RowRules<>() {
                @Override
                public Optional<String> admit(Tx tx, Bytes partition, Bytes sort, @Nullable Lww old, Lww written) {
                    return written.value().filter(FORBIDDEN::equals).map(_ -> "forbidden");
                }
            });

    static final TableSchema<LwwMap> MAPS = TableSchema.of("m", TableSchema.Placement.FULL_COPY, RowType.LWW_MAP);
    static final Duration AGE = Duration.ofMinutes(10);

    final World world = new World(7);
    final World.Node machine = world.addNode(TableReplica.spaces(List.of(ROWS, MAPS)));
    Engine engine = new Engine();

    /** What one life of the node builds. */
    final class Engine {
        final NodeId self = new NodeId(Sha256.of(Bytes.utf8("node")));
        final Layout layout = Layout.ofOne(new Layout.Role(self, "zone", 1L << 40));
        final Env env = machine.env();
        final Store store = machine.store();
        final Stamps stamps = world.await(Stamps.open(env, store, self));
        final HybridClock clock = stamps.clock();
        final Uptime uptime = world.await(Uptime.open(env, store));
        final LocalPeers peers = new LocalPeers(self);
        final Layouts layouts = world.await(Layouts.open(env, store, self, LayoutView.of(layout)));
        final Replicas replicas = new Replicas(layouts, peers, layout.bits(), Consistency.CONSISTENT, true);
        final Floors floors = world.await(Floors.open(store, replicas));
        final EndQueue ends = new EndQueue(uptime, AGE);
        final TableReplica replica = new TableReplica(store, stamps, replicas, floors, ends, List.of(ROWS, MAPS));
        final Tables tables;
        final Endings endings;

        Engine() {
            peers.serve(new RowsOnly(replica));
            tables = new Tables(peers, replicas, stamps, () -> true, IllegalStateException::new);
            endings = new Endings(env, store, replicas, floors, ends, replica, peers);
        }
    }

    /** A node without blocks. */
    record RowsOnly(TableReplica replica) implements RequestHandler {
        @Override
        public Uni<Applied> apply(Request.ApplyBatch request) {
            return replica.apply(request);
        }

        @Override
        public Uni<Request.Joined> join(Request.JoinRows request) {
            return replica.join(request);
        }

        @Override
        public Uni<Request.Amended> amend(Request.Amend request) {
            return replica.amend(request);
        }

        @Override
        public Uni<Request.News> awaitNews(Request.AwaitNews request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public <R> Uni<R> under(Request.Under<R> request) {
            return answer(request.request());
        }

        @Override
        public Uni<Boolean> livesOn(Request.LivesOn request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Bytes> shareLayout(Request.ShareLayout request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<List<BlockHash>> lackedBlocks(Request.LackedBlocks request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<List<BlockHash>> ownedBlocks(Request.OwnedBlocks request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Applied> raiseFloor(Request.RaiseFloor request) {
            return replica.raiseFloor(request);
        }

        @Override
        public Uni<List<Request.Digested>> digest(Request.Digest request) {
            return replica.digest(request);
        }

        @Override
        public Uni<Request.FoundRow> read(Request.ReadRow request) {
            return replica.read(request);
        }

        @Override
        public Uni<Request.RowRange> range(Request.ReadRange request) {
            return replica.range(request);
        }

        @Override
        public Uni<Applied> referBlock(Request.ReferBlock request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<Applied> putBlock(Request.PutBlock request) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Uni<ByteSource> getBlock(Request.GetBlock request) {
            throw new UnsupportedOperationException();
        }
    }

    Applied apply(Batch batch) {
        return world.await(engine.replica.apply(batch.request(PARTITION)));
    }

    Tables.Outcome write(java.util.function.Consumer<Batch> fill) {
        return world.await(engine.tables.writeOnce(PARTITION, fill));
    }

    Optional<Tables.Found<Lww>> read(Bytes sort) {
        return world.await(engine.tables.read(ROWS, PARTITION, sort, Request.Attachments.SEND));
    }

    Optional<Bytes> value(Bytes sort) {
        return read(sort).flatMap(found -> found.row().value());
    }

    List<Entry> entries(Space space) {
        return world.await(engine.store.scan(space, new Scan(Bytes.EMPTY, Optional.empty(), 1000)));
    }

    Stamp later(long millis) {
        return new Stamp((engine.env.wallMillis() + millis) << 16, 1);
    }
}
