package dev.cairn.api.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class DetachedTest {
    @Test
    void a_change_runs_to_its_end_though_nobody_listens_any_more() {
        List<String> done = new ArrayList<>();
        List<UniEmitter<? super String>> steps = new ArrayList<>();
        Uni<String> change = Uni.createFrom()
                .<String>emitter(steps::add)
                .invoke(done::add)
                .chain(() -> Uni.createFrom().<String>emitter(steps::add))
                .invoke(done::add);
        Detached.answer(change).subscribe().with(_ -> {}).cancel();
        steps.getFirst().complete("first");
        steps.getLast().complete("second");
        assertThat(done).containsExactly("first", "second");
    }
}
