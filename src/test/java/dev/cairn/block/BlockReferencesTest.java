package dev.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.crdt.Crdt;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.sim.World;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.store.Tx;
import dev.cairn.table.RowRules;
import dev.cairn.table.Stamps;
import dev.cairn.table.TableSchema;
import dev.cairn.table.Uptime;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** Counting live references in the transaction that changes them. */
final class BlockReferencesTest {
    private static final Duration DELAY = Duration.ofMinutes(10);
    private static final Bytes BLOCK = Sha256.of(Bytes.utf8("block"));
    private static final Lww LIVE = Lww.of(new Stamp(1, 1), Bytes.EMPTY);
    private static final Lww LIVE_LATER = Lww.of(new Stamp(3, 1), Bytes.EMPTY);
    private static final Lww GONE = Lww.tombstone(new Stamp(2, 1));

    private final World world = new World(1);
    private final World.Node machine =
            world.addNode(Stream.concat(BlockReferences.spaces().stream(), Stream.of(Stamps.SPACE))
                    .toList());
    private final Store store = machine.store();
    private final Uptime uptime = world.await(Uptime.open(machine.env(), store));
    private final BlockReferences references = new BlockReferences(new Grace(uptime, DELAY, () -> true));

    private void change(String owner, @Nullable Lww old, @Nullable Lww now) {
        world.await(store.commit(tx -> {
            references.changed(new Here(tx), Bytes.utf8(owner), old, now);
            return true;
        }));
    }

    private record Here(Tx tx) implements RowRules.Place {
        @Override
        public Bytes partition() {
            return BLOCK;
        }

        @Override
        public boolean isJoined() {
            return false;
        }

        @Override
        public <R extends Crdt<R>> void join(TableSchema<R> table, Bytes sort, R row) {
            throw new UnsupportedOperationException();
        }
    }

    private int count() {
        return world.await(store.commit(tx -> BlockReferences.count(tx, BLOCK)));
    }

    private List<Entry> unused() {
        return world.await(store.scan(BlockReferences.UNUSED, new Scan(Bytes.EMPTY, Optional.empty(), 10)));
    }

    @Test
    void every_live_owner_counts_once() {
        change("a", null, LIVE);
        change("b", null, LIVE);
        change("a", LIVE, LIVE_LATER);
        assertThat(count()).isEqualTo(2);
        change("a", LIVE_LATER, Lww.tombstone(new Stamp(4, 1)));
        assertThat(count()).isEqualTo(1);
        assertThat(unused()).isEmpty();
    }

    @Test
    void a_tombstone_of_an_unknown_owner_and_a_second_one_count_nothing() {
        change("a", null, LIVE);
        change("b", null, GONE);
        change("b", GONE, Lww.tombstone(new Stamp(9, 1)));
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void a_row_that_this_node_keeps_no_longer_does_not_count() {
        change("a", null, LIVE);
        change("b", null, LIVE);
        change("a", LIVE, null);
        assertThat(count()).isEqualTo(1);
        change("b", LIVE, null);
        assertThat(unused()).hasSize(1);
    }

    @Test
    void what_an_owner_refers_to_is_found_by_its_name_page_by_page() {
        var owner = new OwnerId(Bytes.wrap(new byte[OwnerId.BYTES]));
        world.await(store.commit(tx -> {
            references.changed(new Here(tx), owner.value(), null, LIVE);
            references.changed(new Here(tx), Bytes.utf8("another owner"), null, LIVE);
            return true;
        }));
        var block = new BlockHash(BLOCK);
        assertThat(world.await(references.ownedBy(store, owner, Bytes.EMPTY, 10)))
                .containsExactly(block);
        assertThat(world.await(references.ownedBy(store, owner, BLOCK, 10))).isEmpty();
        world.await(store.commit(tx -> {
            references.changed(new Here(tx), owner.value(), LIVE, GONE);
            return true;
        }));
        assertThat(world.await(references.ownedBy(store, owner, Bytes.EMPTY, 10)))
                .isEmpty();
    }

    @Test
    void an_owner_that_comes_back_counts_again() {
        change("a", null, LIVE);
        change("a", LIVE, GONE);
        change("a", GONE, LIVE_LATER);
        assertThat(count()).isEqualTo(1);
    }

    @Test
    void the_last_reference_gone_queues_the_block_for_when_the_delay_is_over() {
        change("a", null, LIVE);
        change("a", LIVE, GONE);
        assertThat(count()).isZero();
        assertThat(unused()).singleElement().satisfies(entry -> {
            assertThat(entry.key().from(Long.BYTES)).isEqualTo(BLOCK);
            assertThat(entry.key().longAt(0)).isBetween(uptime.millis(), uptime.millis() + DELAY.toMillis());
        });
    }

    @Test
    void on_a_full_disk_the_delay_is_half_a_minute() {
        assertThat(new Grace(uptime, DELAY, () -> true).ended().longAt(0)).isEqualTo(uptime.millis());
        assertThat(new Grace(uptime, DELAY, () -> false).ended().longAt(0))
                .isEqualTo(uptime.millis() + DELAY.toMillis() - 30_000);
        assertThat(new Grace(uptime, Duration.ofSeconds(10), () -> false)
                        .ended()
                        .longAt(0))
                .isEqualTo(uptime.millis());
    }
}
