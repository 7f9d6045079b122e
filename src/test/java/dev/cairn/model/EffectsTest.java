package dev.cairn.model;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.work.Worker;
import dev.cairn.store.Store;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Background work of a node that meets something it cannot do. */
final class EffectsTest {
    private final ModelBed bed = new ModelBed(11, 1024);

    private final Store store = bed.machine.store();
    private final BlockFiles files = bed.machine.blocks();

    private Worker.Status worker(String name) {
        return bed.node.workers().all().stream()
                .map(Worker::status)
                .filter(status -> status.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    @Test
    void an_effect_that_cannot_be_done_holds_up_no_other_and_is_shown() {
        bed.await(store.commit(tx -> {
            tx.put(Effects.QUEUE, Bytes.ofHex("00"), Bytes.utf8("no effect at all"));
            tx.put(Effects.QUEUE, Bytes.ofHex("01"), Bytes.EMPTY);
            return true;
        }));
        var bucket = bed.bucket("effects");
        bed.await(bed.put(bucket, "key", bed.content(5000, 1)));
        bed.await(bed.node.objects().delete(bucket, Bytes.utf8("key")));
        bed.settle();
        assertThat(bed.blocksOnDisk()).isZero();
        var status = worker("effects");
        assertThat(status.stuck()).isEqualTo(2);
        assertThat(status.consecutiveErrors()).isZero();
        assertThat(status.lastError()).get().asString().contains("effect 0");
        Optional<Bytes> kept = bed.await(store.get(Effects.QUEUE, Bytes.ofHex("00")));
        assertThat(kept).as("it stays for a version that knows it").isPresent();
    }

    @Test
    void a_clock_that_jumps_ends_no_grace() {
        var bucket = bed.bucket("jump");
        bed.await(bed.put(bucket, "key", bed.content(5000, 1)));
        bed.await(bed.node.objects().delete(bucket, Bytes.utf8("key")));
        bed.machine.jumpWallClock(Duration.ofDays(365));
        bed.world.pass(ModelBed.DELETE_DELAY.toNanos() / 2);
        assertThat(bed.blocksOnDisk()).isPositive();
        bed.settle();
        assertThat(bed.blocksOnDisk()).isZero();
    }

    @Test
    void the_scrub_passes_over_all_blocks_and_shows_those_it_set_aside() {
        var bucket = bed.bucket("scrub");
        bed.await(bed.put(bucket, "key", bed.content(40 * 1024, 1)));
        var hashes = bed.await(files.list(Optional.empty(), 100));
        bed.machine.rot(hashes.get(7));
        bed.world.pass(Duration.ofMinutes(2).toNanos());
        var status = worker("block scrub");
        assertThat(status.progress()).isEqualTo("pass done: 40 blocks, 1 damaged");
        assertThat(status.lastError()).get().asString().contains(hashes.get(7).toHex());
        assertThat(bed.blocksOnDisk()).isEqualTo(39);
    }
}
