package dev.cairn.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** What every {@link Store} promises; each kind of store runs this. */
public abstract class StoreContract {
    protected static final Space ROWS = Space.rows("rows");
    protected static final Space BODIES = Space.largeValues("bodies");
    protected static final Space TODO = Space.queue("todo");
    protected static final List<Space> SPACES = List.of(ROWS, BODIES, TODO);

    protected abstract Store store();

    /** The result of {@code asked}, however this kind of store lets time pass; throws what it failed with. */
    protected abstract <R> R await(Uni<R> asked);

    /** Stops the store at once and opens what is on its disk. */
    protected abstract void reopen();

    @Test
    void an_absent_key_has_no_value() {
        for (var space : SPACES) {
            assertThat(get(space, "nothing")).isEmpty();
        }
    }

    @Test
    void a_committed_value_is_read_in_its_space_only() {
        put(ROWS, "key", "value");
        assertThat(get(ROWS, "key")).contains("value");
        assertThat(get(TODO, "key")).isEmpty();
    }

    @Test
    void the_last_write_wins_and_a_deleted_key_is_gone() {
        put(ROWS, "key", "old");
        put(ROWS, "key", "new");
        assertThat(get(ROWS, "key")).contains("new");
        commit(tx -> tx.delete(ROWS, Bytes.utf8("key")));
        assertThat(get(ROWS, "key")).isEmpty();
    }

    @Test
    void empty_values_and_every_byte_in_keys_are_kept() {
        byte[] raw = new byte[256];
        for (int i = 0; i < raw.length; i++) {
            raw[i] = (byte) i;
        }
        commit(tx -> tx.put(ROWS, Bytes.wrap(raw), Bytes.EMPTY));
        assertThat(await(store().get(ROWS, Bytes.copyOf(raw)))).contains(Bytes.EMPTY);
    }

    @Test
    void a_megabyte_comes_back_as_it_went() {
        byte[] raw = new byte[1 << 20];
        new Random(7).nextBytes(raw);
        commit(tx -> tx.put(BODIES, Bytes.utf8("big"), Bytes.wrap(raw)));
        assertThat(await(store().get(BODIES, Bytes.utf8("big")))).contains(Bytes.wrap(raw));
    }

    @Test
    void a_slice_of_a_larger_array_is_stored_as_the_slice() {
        var all = Bytes.utf8("abcdef");
        commit(tx -> tx.put(ROWS, all.slice(1, 3), all.slice(3, 5)));
        assertThat(get(ROWS, "bc")).contains("de");
        assertThat(await(store().get(ROWS, all.slice(1, 3)))).contains(Bytes.utf8("de"));
    }

    @Test
    void a_transaction_reads_its_own_writes() {
        put(ROWS, "b", "old");
        put(ROWS, "c", "kept");
        put(ROWS, "d", "doomed");
        List<String> seen = await(store().commit(tx -> {
            tx.put(ROWS, Bytes.utf8("a"), Bytes.utf8("new"));
            tx.put(ROWS, Bytes.utf8("b"), Bytes.utf8("changed"));
            tx.delete(ROWS, Bytes.utf8("d"));
            assertThat(tx.get(ROWS, Bytes.utf8("b"))).contains(Bytes.utf8("changed"));
            assertThat(tx.get(ROWS, Bytes.utf8("d"))).isEmpty();
            return text(tx.scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 10)));
        }));
        assertThat(seen).containsExactly("a=new", "b=changed", "c=kept");
    }

    @Test
    void a_scan_in_a_transaction_counts_its_limit_after_its_own_deletions() {
        for (var key : List.of("a", "b", "c", "d")) {
            put(ROWS, key, "1");
        }
        List<String> seen = await(store().commit(tx -> {
            tx.delete(ROWS, Bytes.utf8("a"));
            tx.put(ROWS, Bytes.utf8("bb"), Bytes.utf8("2"));
            return text(tx.scan(ROWS, new Scan(Bytes.EMPTY, Optional.of(Bytes.utf8("d")), 2)));
        }));
        assertThat(seen).containsExactly("b=1", "bb=2");
    }

    @Test
    void throwing_work_leaves_nothing_and_its_neighbours_alone() {
        List<Uni<Boolean>> asked = new ArrayList<>();
        for (int i = 0; i < 30; i++) {
            int number = i;
            asked.add(store().<Boolean>commit(tx -> {
                        tx.put(ROWS, Bytes.ofInt(number), Bytes.EMPTY);
                        if (number % 3 == 0) {
                            throw new IllegalArgumentException("third");
                        }
                        return true;
                    })
                    .onFailure(IllegalArgumentException.class)
                    .recoverWithItem(false));
        }
        List<Boolean> done = await(Uni.join().all(asked).andCollectFailures());
        assertThat(done)
                .isEqualTo(IntStream.range(0, 30).mapToObj(i -> i % 3 != 0).toList());
        assertThat(await(store().scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 100))))
                .extracting(entry -> entry.key().intAt(0))
                .containsExactlyElementsOf(
                        IntStream.range(0, 30).filter(i -> i % 3 != 0).boxed().toList());
    }

    @Test
    void commits_asked_for_at_once_run_one_after_the_other() {
        List<Uni<Integer>> asked = new ArrayList<>();
        for (int i = 0; i < 200; i++) {
            asked.add(store().commit(tx -> {
                int before = tx.get(ROWS, Bytes.utf8("n"))
                        .map(value -> value.intAt(0))
                        .orElse(0);
                tx.put(ROWS, Bytes.utf8("n"), Bytes.ofInt(before + 1));
                return before;
            }));
        }
        List<Integer> seen = await(Uni.join().all(asked).andFailFast());
        assertThat(seen).doesNotHaveDuplicates().hasSize(200);
        assertThat(await(store().get(ROWS, Bytes.utf8("n")))).contains(Bytes.ofInt(200));
    }

    @Test
    void keys_are_ordered_as_unsigned_bytes() {
        for (int first : new int[] {0x80, 0x00, 0xff, 0x7f}) {
            commit(tx -> tx.put(ROWS, Bytes.wrap(new byte[] {(byte) first}), Bytes.EMPTY));
        }
        assertThat(await(store().scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 10))))
                .extracting(entry -> entry.key().toHex())
                .containsExactly("00", "7f", "80", "ff");
    }

    @Test
    void a_scan_includes_its_start_excludes_its_end_and_keeps_its_limit() {
        for (var key : List.of("a", "b", "ba", "c", "d")) {
            put(ROWS, key, "1");
        }
        assertThat(scan(new Scan(Bytes.utf8("b"), Optional.of(Bytes.utf8("d")), 10)))
                .containsExactly("b=1", "ba=1", "c=1");
        assertThat(scan(new Scan(Bytes.utf8("b"), Optional.empty(), 2))).containsExactly("b=1", "ba=1");
        assertThat(scan(Scan.prefix(Bytes.utf8("b"), 10))).containsExactly("b=1", "ba=1");
        assertThat(scan(new Scan(Bytes.utf8("c"), Optional.of(Bytes.utf8("c")), 10)))
                .isEmpty();
        assertThat(scan(new Scan(Bytes.utf8("d"), Optional.of(Bytes.utf8("a")), 10)))
                .isEmpty();
    }

    @Test
    void a_walk_goes_where_it_is_told_and_says_whether_it_reached_the_end() {
        for (var key : List.of("a/1", "a/2", "b", "c/1", "c/2", "d")) {
            put(ROWS, key, "1");
        }
        List<String> seen = new ArrayList<>();
        boolean ended = await(store().walk(ROWS, Bytes.utf8("a/2"), Optional.of(Bytes.utf8("d")), (key, _) -> {
            seen.add(key.toUtf8());
            return key.toUtf8().startsWith("c/") ? new Walk.Step.Seek(Bytes.utf8("c0")) : Walk.Step.NEXT;
        }));
        assertThat(seen).containsExactly("a/2", "b", "c/1");
        assertThat(ended).isTrue();
        assertThat(await(store().walk(ROWS, Bytes.EMPTY, Optional.empty(), (_, _) -> Walk.Step.STOP)))
                .isFalse();
        assertThat(await(store().walk(TODO, Bytes.EMPTY, Optional.empty(), (_, _) -> Walk.Step.STOP)))
                .isTrue();
    }

    @Test
    void a_walk_cannot_turn_back() {
        put(ROWS, "a", "1");
        put(ROWS, "b", "1");
        var walk = store().walk(ROWS, Bytes.EMPTY, Optional.empty(), (key, _) -> new Walk.Step.Seek(key));
        assertThatThrownBy(() -> await(walk)).isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void a_lazy_commit_is_read_at_once() {
        await(store().commitLazily(tx -> {
            tx.put(TODO, Bytes.utf8("key"), Bytes.utf8("value"));
            return 1;
        }));
        assertThat(get(TODO, "key")).contains("value");
    }

    @Test
    void an_acknowledged_commit_survives_a_restart_with_the_lazy_ones_before_it() {
        await(store().commitLazily(tx -> {
            tx.put(TODO, Bytes.utf8("lazy"), Bytes.utf8("1"));
            return 1;
        }));
        put(ROWS, "key", "value");
        put(BODIES, "body", "x".repeat(5000));
        reopen();
        assertThat(get(ROWS, "key")).contains("value");
        assertThat(get(TODO, "lazy")).contains("1");
        assertThat(get(BODIES, "body")).contains("x".repeat(5000));
    }

    @Test
    void a_commit_that_only_saw_a_lazy_one_makes_it_durable() {
        await(store().commitLazily(tx -> {
            tx.put(TODO, Bytes.utf8("lazy"), Bytes.utf8("1"));
            return 1;
        }));
        Optional<Bytes> seen = await(store().commit(tx -> tx.get(TODO, Bytes.utf8("lazy"))));
        assertThat(seen).isPresent();
        reopen();
        assertThat(get(TODO, "lazy")).contains("1");
    }

    @Test
    void a_space_it_was_not_opened_with_is_a_mistake() {
        var stranger = Space.rows("stranger");
        assertThatThrownBy(() -> await(store().get(stranger, Bytes.EMPTY)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> commit(tx -> tx.put(stranger, Bytes.EMPTY, Bytes.EMPTY)))
                .isInstanceOf(IllegalArgumentException.class);
        put(ROWS, "key", "the line goes on");
    }

    @Test
    void a_transaction_does_not_outlive_its_function() {
        Tx kept = await(store().commit(tx -> tx));
        assertThatThrownBy(() -> kept.put(ROWS, Bytes.EMPTY, Bytes.EMPTY)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void a_closed_store_says_that_it_is_stopping() {
        store().close();
        for (Uni<?> asked : List.<Uni<?>>of(
                store().get(ROWS, Bytes.EMPTY),
                store().get(BODIES, Bytes.EMPTY),
                store().scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 1)),
                store().commit(_ -> 1),
                store().commitLazily(_ -> 1))) {
            assertThatThrownBy(() -> await(asked))
                    .isInstanceOfSatisfying(
                            FailureException.class,
                            failed -> assertThat(failed.failure()).isEqualTo(new Failure.Stopping()));
        }
    }

    @Test
    void random_changes_and_restarts_agree_with_a_sorted_map() {
        for (long seed = 0; seed < 5; seed++) {
            var random = new Random(seed);
            var model = new TreeMap<Bytes, Bytes>();
            await(store().commit(tx -> {
                tx.scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 1000)).forEach(row -> tx.delete(ROWS, row.key()));
                return 1;
            }));
            for (int round = 0; round < 30; round++) {
                long choices = random.nextLong();
                await(store().commit(tx -> {
                    change(tx, new Random(choices));
                    return 1;
                }));
                change(model, new Random(choices));
                if (random.nextInt(20) == 0) {
                    reopen();
                }
                assertThat(await(store().scan(ROWS, new Scan(Bytes.EMPTY, Optional.empty(), 1000))))
                        .as("seed %d round %d", seed, round)
                        .isEqualTo(model.entrySet().stream()
                                .map(row -> new Entry(row.getKey(), row.getValue()))
                                .toList());
            }
        }
    }

    private static void change(Tx tx, Random random) {
        for (int i = 0; i < 20; i++) {
            var key = Bytes.ofInt(random.nextInt(40));
            if (random.nextInt(3) == 0) {
                tx.delete(ROWS, key);
            } else {
                tx.put(ROWS, key, Bytes.ofLong(random.nextLong()));
            }
        }
    }

    private static void change(TreeMap<Bytes, Bytes> model, Random random) {
        for (int i = 0; i < 20; i++) {
            var key = Bytes.ofInt(random.nextInt(40));
            if (random.nextInt(3) == 0) {
                model.remove(key);
            } else {
                model.put(key, Bytes.ofLong(random.nextLong()));
            }
        }
    }

    /** A change without a result. */
    @FunctionalInterface
    protected interface Work {
        void in(Tx tx);
    }

    protected final void commit(Work work) {
        await(store().commit(tx -> {
            work.in(tx);
            return 1;
        }));
    }

    protected final void put(Space space, String key, String value) {
        commit(tx -> tx.put(space, Bytes.utf8(key), Bytes.utf8(value)));
    }

    protected final Optional<String> get(Space space, String key) {
        return await(store().get(space, Bytes.utf8(key))).map(Bytes::toUtf8);
    }

    private List<String> scan(Scan scan) {
        return text(await(store().scan(ROWS, scan)));
    }

    private static List<String> text(List<Entry> entries) {
        return entries.stream()
                .map(entry -> entry.key().toUtf8() + "=" + entry.value().toUtf8())
                .toList();
    }
}
