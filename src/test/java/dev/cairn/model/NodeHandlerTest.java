package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.block.BlockFiles;
import dev.cairn.block.BlockReferences;
import dev.cairn.block.BlockReplica;
import dev.cairn.block.Grace;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.layout.Layout;
import dev.cairn.layout.LayoutGate;
import dev.cairn.layout.LayoutView;
import dev.cairn.layout.Layouts;
import dev.cairn.net.LocalPeers;
import dev.cairn.net.Request;
import dev.cairn.sim.World;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import dev.cairn.table.ChangeFeed;
import dev.cairn.table.Consistency;
import dev.cairn.table.EndQueue;
import dev.cairn.table.Floors;
import dev.cairn.table.Replicas;
import dev.cairn.table.RowType;
import dev.cairn.table.Stamps;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Uptime;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class NodeHandlerTest {
    private static final Layout LAYOUT =
            Layout.ofOne(new Layout.Role(new NodeId(Sha256.of(Bytes.utf8("node"))), "zone", 1L << 40));
    private static final Bytes CONTENT = Bytes.utf8("content of a block");
    private static final BlockHash HASH = new BlockHash(Sha256.of(CONTENT));

    private static final Request.ApplyBatch REFERENCE = new Request.ApplyBatch(
            HASH.value(),
            List.of(),
            List.of(new Request.RowWrite(
                    "block_refs",
                    Bytes.wrap(new byte[OwnerId.BYTES]),
                    RowType.LWW.encode(Lww.of(new Stamp(1, 1), Bytes.EMPTY)),
                    Bytes.EMPTY)));

    private final World world = new World(2);
    private final World.Node machine = world.addNode(spaces());
    private final BlockFiles files = machine.blocks();
    private final NodeHandler handler = handler();

    private static List<Space> spaces() {
        var all = new ArrayList<>(TableReplica.spaces(List.of()));
        all.addAll(BlockReferences.spaces());
        return all;
    }

    private NodeHandler handler() {
        Env env = machine.env();
        Store store = machine.store();
        var uptime = world.await(Uptime.open(env, store));
        var self = LAYOUT.everyNode().getFirst();
        var layouts = world.await(Layouts.open(env, store, self, LayoutView.of(LAYOUT)));
        var replicas = new Replicas(layouts, new LocalPeers(self), LAYOUT.bits(), Consistency.CONSISTENT, true);
        var floors = world.await(Floors.open(store, replicas));
        var ends = new EndQueue(uptime, Duration.ofMinutes(1));
        var references = new BlockReferences(new Grace(uptime, Duration.ofMinutes(1), () -> true));
        var stamps = world.await(Stamps.open(env, store, self));
        var rows = new TableReplica(store, stamps, replicas, floors, ends, List.of(references.table()));
        return new NodeHandler(
                rows,
                new BlockReplica(store, files, rows, references),
                layouts,
                new LayoutGate(layouts, self),
                new Lives(env, new LocalPeers(self), layouts),
                new ChangeFeed(env, ModelTables.ITEMS));
    }

    private Request.Applied put(BlockHash hash, ByteSource body) {
        return world.await(handler.putBlock(new Request.PutBlock(hash, CONTENT.length(), REFERENCE, () -> body)));
    }

    private Bytes get(BlockHash hash, int from, int to) {
        var source = world.await(handler.getBlock(new Request.GetBlock(hash, from, to)));
        var all = Bytes.EMPTY;
        for (var piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
            all = all.concat(piece);
        }
        return all;
    }

    private static void assertCorrupt(org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Corrupt.class));
    }

    @Test
    void a_block_put_can_be_read_whole_and_in_part_and_put_again() {
        assertThat(put(HASH, ByteSource.of(CONTENT))).isInstanceOf(Request.Applied.Done.class);
        assertThat(put(HASH, ByteSource.of(CONTENT))).isInstanceOf(Request.Applied.Done.class);
        assertThat(get(HASH, 0, CONTENT.length())).isEqualTo(CONTENT);
        assertThat(get(HASH, 3, 7)).isEqualTo(CONTENT.slice(3, 7));
    }

    @Test
    void bytes_of_another_hash_are_refused_and_leave_the_block_that_they_are_alone() {
        put(HASH, ByteSource.of(CONTENT));
        var promised = new BlockHash(Sha256.of(Bytes.utf8("promised")));
        assertCorrupt(() -> put(promised, ByteSource.of(CONTENT)));
        assertThat(world.await(files.length(promised))).isEmpty();
        assertThat(get(HASH, 0, CONTENT.length())).isEqualTo(CONTENT);
    }

    @Test
    void a_body_that_breaks_leaves_nothing_under_its_name() {
        var broken = new ByteSource() {
            private boolean begun;

            @Override
            public Uni<Bytes> next() {
                if (begun) {
                    return Uni.createFrom().failure(new IllegalStateException("cut"));
                }
                begun = true;
                return Uni.createFrom().item(CONTENT.slice(0, 5));
            }

            @Override
            public void cancel() {}
        };
        assertThatThrownBy(() -> put(HASH, broken)).hasMessage("cut");
        assertThat(world.await(files.length(HASH))).isEmpty();
        assertThat(world.await(files.length(new BlockHash(Sha256.of(CONTENT.slice(0, 5))))))
                .isEmpty();
    }

    @Test
    void a_block_that_is_not_here_is_reported_with_the_first_piece() {
        assertCorrupt(() -> get(HASH, 0, 1));
    }
}
