package dev.cairn.sim;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.store.StoreContract;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

/** The simulated store keeps the contract, and loses with the power only what it may lose. */
final class SimStoreTest extends StoreContract {
    private final World world = new World(1);
    private final World.Node node = world.addNode(SPACES);

    @Override
    protected Store store() {
        return node.store();
    }

    @Override
    protected <R> R await(Uni<R> asked) {
        return world.await(asked);
    }

    @Override
    protected void reopen() {
        node.powerCut();
        node.restart();
    }

    @Test
    void a_power_cut_keeps_every_acknowledged_commit_and_halves_none() {
        int lost = 0;
        int keptUnacknowledged = 0;
        for (long seed = 0; seed < 200; seed++) {
            var cut = new World(seed);
            var machine = cut.addNode(SPACES);
            var acknowledged = new TreeSet<Integer>();
            for (int i = 0; i < 40; i++) {
                int number = i;
                machine.env()
                        .in(
                                cut.random().nextLong(20_000_000),
                                "client",
                                () -> machine.store()
                                        .commit(tx -> {
                                            tx.put(ROWS, Bytes.ofInt(number), Bytes.EMPTY);
                                            tx.put(TODO, Bytes.ofInt(number), Bytes.EMPTY);
                                            return number;
                                        })
                                        .subscribe()
                                        .with(acknowledged::add));
            }
            cut.pass(cut.random().nextLong(20_000_000));
            machine.powerCut();
            machine.restart();
            var rows = keys(cut, machine, ROWS);
            assertThat(rows).as("seed %d", seed).containsAll(acknowledged).isEqualTo(keys(cut, machine, TODO));
            lost += 40 - rows.size();
            keptUnacknowledged += rows.size() - acknowledged.size();
        }
        assertThat(lost).isPositive();
        assertThat(keptUnacknowledged).isPositive();
    }

    private static TreeSet<Integer> keys(World world, World.Node node, dev.cairn.store.Space space) {
        var keys = new TreeSet<Integer>();
        world.await(node.store().scan(space, new Scan(Bytes.EMPTY, Optional.empty(), 100)))
                .forEach(entry -> keys.add(entry.key().intAt(0)));
        return keys;
    }

    @Test
    void a_dead_node_completes_nothing() {
        List<Object> results = new ArrayList<>();
        store().commit(_ -> 1).subscribe().with(results::add);
        store().scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 1))
                .subscribe()
                .with(results::add, results::add);
        results.clear();
        node.powerCut();
        world.pass(1_000_000_000);
        assertThat(results).isEmpty();
    }

    @Test
    void a_full_disk_refuses_writes_serves_reads_and_recovers() {
        put(ROWS, "before", "1");
        node.storeDisk().setFull(true);
        assertThatThrownBy(() -> put(ROWS, "during", "1"))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.DiskFull.class));
        assertThat(get(ROWS, "before")).contains("1");
        assertThat(get(ROWS, "during")).isEmpty();
        node.storeDisk().setFull(false);
        put(ROWS, "after", "1");
        assertThat(get(ROWS, "after")).contains("1");
    }

    @Test
    void a_rotten_value_is_reported_until_it_is_written_again() {
        put(ROWS, "key", "1");
        node.storeDisk().rot(ROWS, Bytes.utf8("key"));
        assertThatThrownBy(() -> get(ROWS, "key"))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        failed -> assertThat(failed.failure()).isInstanceOf(Failure.Corrupt.class));
        put(ROWS, "key", "2");
        assertThat(get(ROWS, "key")).contains("2");
    }
}
