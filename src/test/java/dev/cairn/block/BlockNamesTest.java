package dev.cairn.block;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.id.BlockHash;
import io.smallrye.mutiny.Uni;
import java.lang.reflect.Proxy;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

final class BlockNamesTest {
    private final TreeSet<BlockHash> there = new TreeSet<>((a, b) -> a.value().compareTo(b.value()));
    private int readings;

    private final BlockFiles files = (BlockFiles) Proxy.newProxyInstance(
            BlockFiles.class.getClassLoader(), new Class<?>[] {BlockFiles.class}, (_, method, arguments) -> {
                assertThat(method.getName()).isEqualTo("list");
                readings++;
                @SuppressWarnings("unchecked")
                var after = (Optional<BlockHash>) arguments[0];
                var above = after.map(hash -> there.tailSet(hash, false)).orElse(there);
                return Uni.createFrom()
                        .item(above.stream().limit((Integer) arguments[1]).toList());
            });

    private void hold(int count) {
        for (int i = 0; i < count; i++) {
            there.add(new BlockHash(Sha256.of(Bytes.ofInt(i))));
        }
    }

    private static List<BlockHash> next(BlockNames names, int limit) {
        return names.next(limit).await().indefinitely();
    }

    private static List<BlockHash> rest(BlockNames names, int limit) {
        List<BlockHash> seen = new ArrayList<>();
        for (var step = next(names, limit); !step.isEmpty(); step = next(names, limit)) {
            assertThat(step).hasSizeLessThanOrEqualTo(limit);
            seen.addAll(step);
        }
        return seen;
    }

    @Test
    void every_name_comes_once_and_in_order_from_few_readings() {
        hold(20_000);
        assertThat(rest(new BlockNames(files, Optional.empty()), 16)).containsExactlyElementsOf(there);
        assertThat(readings)
                .as("three that found names, one that found the end")
                .isEqualTo(4);
    }

    @Test
    void names_go_on_behind_a_saved_place() {
        hold(100);
        var place = there.stream().skip(40).findFirst().orElseThrow();
        assertThat(rest(new BlockNames(files, Optional.of(place)), 7))
                .containsExactlyElementsOf(there.tailSet(place, false));
    }

    @Test
    void what_is_deleted_meanwhile_stops_nothing() {
        hold(9_000);
        var names = new BlockNames(files, Optional.empty());
        var first = next(names, 1);
        there.clear();
        assertThat(first).hasSize(1);
        assertThat(rest(names, 1000)).hasSize(8191);
        assertThat(next(names, 1)).isEmpty();
    }
}
