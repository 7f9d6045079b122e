package dev.cairn.table;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.net.Request.RowWrite;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

final class LocalCacheTest {
    private static final TableSchema<LwwMap> TABLE =
            TableSchema.of("cached", TableSchema.Placement.FULL_COPY, RowType.LWW_MAP);
    private static final List<RowWrite> CHANGE = List.of(write("cached"));

    private final LocalCache<String, String> cache = new LocalCache<>(List.of(TABLE), 3);
    private final Deque<UniEmitter<? super Optional<String>>> loads = new ArrayDeque<>();
    private final List<Optional<String>> got = new ArrayList<>();

    private static RowWrite write(String table) {
        return new RowWrite(table, Bytes.utf8("row"), Bytes.EMPTY, Bytes.EMPTY);
    }

    private void get(String key) {
        cache.get(key, () -> Uni.createFrom().<Optional<String>>emitter(loads::add))
                .subscribe()
                .with(got::add);
    }

    private void keep(String key) {
        get(key);
        loads.remove().complete(Optional.of(key));
    }

    @Test
    void what_was_loaded_is_not_loaded_again() {
        keep("a");
        get("a");
        assertThat(loads).isEmpty();
        assertThat(got).containsExactly(Optional.of("a"), Optional.of("a"));
    }

    @Test
    void what_was_not_found_is_looked_for_again() {
        get("a");
        loads.remove().complete(Optional.empty());
        get("a");
        assertThat(loads).hasSize(1);
    }

    @Test
    void a_change_of_its_table_forgets_everything_and_one_of_another_nothing() {
        keep("a");
        cache.changing(List.of(write("other")));
        cache.changed(List.of(write("other")));
        get("a");
        assertThat(loads).isEmpty();
        cache.changing(CHANGE);
        get("a");
        assertThat(loads).hasSize(1);
    }

    @Test
    void a_load_that_a_change_passed_is_used_once_and_not_kept() {
        get("a");
        cache.changing(CHANGE);
        loads.remove().complete(Optional.of("old"));
        assertThat(got).containsExactly(Optional.of("old"));
        get("a");
        assertThat(loads).as("loads anew").hasSize(1);
    }

    @Test
    void a_load_between_the_transaction_of_a_change_and_its_durability_is_not_kept() {
        cache.changing(CHANGE);
        keep("a");
        cache.changed(CHANGE);
        get("a");
        assertThat(loads).as("loads anew").hasSize(1);
    }

    @Test
    void it_starts_over_when_it_is_full() {
        keep("a");
        keep("b");
        keep("c");
        keep("d");
        get("d");
        assertThat(loads).isEmpty();
        get("a");
        assertThat(loads).hasSize(1);
    }
}
