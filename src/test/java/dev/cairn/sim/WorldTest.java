package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.store.Space;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** The simulator itself: equal seeds, equal histories; blocks that are whole or absent after a power cut. */
final class WorldTest {
    private static final Space ROWS = Space.rows("rows");

    @Test
    void a_seed_has_one_history_and_other_seeds_have_others() {
        var first = LongStream.range(0, 20).map(WorldTest::history).toArray();
        var second = LongStream.range(0, 20).map(WorldTest::history).toArray();
        assertThat(second).isEqualTo(first);
        assertThat(LongStream.of(first).distinct().count()).isEqualTo(20);
    }

    private static long history(long seed) {
        var world = new World(seed);
        var node = world.addNode(List.of(ROWS));
        for (int life = 0; life < 3; life++) {
            for (int i = 0; i < 20; i++) {
                var key = node.env().randomBytes(8);
                node.store()
                        .commit(tx -> {
                            tx.put(ROWS, key, Bytes.ofLong(node.env().wallMillis()));
                            return key;
                        })
                        .chain(written -> node.store().get(ROWS, written))
                        .emitOn(node.env().workers())
                        .subscribe()
                        .with(found -> world.agenda().fold(found.hashCode()));
                write(node, Bytes.ofInt(i)).subscribe().with(_ -> {});
            }
            world.pass(world.random().nextLong(10_000_000));
            node.powerCut();
            node.restart();
        }
        return world.digest();
    }

    @Test
    void scheduled_tasks_run_in_the_order_of_their_time_unless_called_off() {
        var world = new World(3);
        var env = world.addNode(List.of(ROWS)).env();
        List<String> seen = new ArrayList<>();
        var called = env.schedule(Duration.ofMillis(2), () -> seen.add("called off"));
        env.schedule(Duration.ofMillis(3), () -> seen.add("late"));
        env.schedule(Duration.ofMillis(1), () -> seen.add("early"));
        called.cancel();
        world.pass(10_000_000);
        assertThat(seen).containsExactly("early", "late");
        assertThat(world.agenda().nowNanos()).isEqualTo(10_000_000);
    }

    @Test
    void an_acknowledged_block_survives_a_power_cut_and_an_unfinished_one_is_whole_or_absent() {
        int absent = 0;
        int present = 0;
        for (long seed = 0; seed < 200; seed++) {
            var world = new World(seed);
            var node = world.addNode(List.of(ROWS));
            var content = Bytes.wrap(new byte[300_000]);
            var acknowledged = new boolean[1];
            write(node, content).subscribe().with(_ -> acknowledged[0] = true);
            world.pass(world.random().nextLong(2_500_000));
            node.powerCut();
            node.restart();
            var hash = SimBlockFiles.sha256(content);
            if (world.await(node.blocks().length(hash)).isPresent()) {
                present++;
                assertThat(drain(world, node.blocks().read(hash, 0, content.length())))
                        .isEqualTo(content);
            } else {
                absent++;
                assertThat(acknowledged[0]).as("seed %d", seed).isFalse();
            }
        }
        assertThat(present).isPositive();
        assertThat(absent).isPositive();
    }

    @Test
    void a_rotten_block_is_not_handed_out_and_a_scrub_sets_it_aside() {
        var world = new World(5);
        var node = world.addNode(List.of(ROWS));
        var content = Bytes.utf8("block");
        world.await(write(node, content));
        var hash = SimBlockFiles.sha256(content);
        node.blockDisk().rot(hash);
        assertThatThrownBy(() -> drain(world, node.blocks().read(hash, 0, 5))).isInstanceOf(FailureException.class);
        assertThat(world.await(node.blocks().scrub(hash))).isFalse();
        assertThat(world.await(node.blocks().list(Optional.<BlockHash>empty(), 10)))
                .isEmpty();
    }

    private static Uni<dev.cairn.block.BlockWriter.Written> write(World.Node node, Bytes content) {
        var writer = node.blocks().create(_ -> {});
        Uni<Void> written = Uni.createFrom().voidItem();
        for (int at = 0; at < content.length(); at += SimBlockFiles.PIECE_BYTES) {
            var piece = content.slice(at, Math.min(content.length(), at + SimBlockFiles.PIECE_BYTES));
            written = written.chain(() -> writer.write(piece));
        }
        return written.chain(() -> WholeBlock.finish(writer));
    }

    private static Bytes drain(World world, ByteSource source) {
        var all = Bytes.EMPTY;
        for (var piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
            all = all.concat(piece);
        }
        return all;
    }
}
