package dev.cairn.kernel.io;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.codec.Bytes;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Loops of asynchronous steps and the coalescing of pieces that is built on them. */
final class RepeatTest {
    private static final int MANY = 100_000;

    @Test
    void many_steps_that_complete_at_once_need_no_stack() {
        int[] steps = {0};
        boolean[] done = {false};
        Repeat.whileTrue(() -> Uni.createFrom().item(++steps[0] < MANY))
                .subscribe()
                .with(_ -> done[0] = true);
        assertThat(done[0]).isTrue();
        assertThat(steps[0]).isEqualTo(MANY);
    }

    @Test
    void a_step_that_completes_later_is_waited_for() {
        Deque<UniEmitter<? super Boolean>> open = new ArrayDeque<>();
        boolean[] done = {false};
        Repeat.whileTrue(() -> Uni.createFrom().<Boolean>emitter(open::add))
                .subscribe()
                .with(_ -> done[0] = true);
        for (int i = 0; i < 10; i++) {
            assertThat(open).hasSize(1);
            open.remove().complete(true);
            assertThat(done[0]).isFalse();
        }
        open.remove().complete(false);
        assertThat(done[0]).isTrue();
        assertThat(open).isEmpty();
    }

    @Test
    void a_failed_step_is_the_last_one() {
        int[] steps = {0};
        List<Throwable> failures = new ArrayList<>();
        var broken = new IllegalStateException("broken");
        Repeat.whileTrue(() -> ++steps[0] < 3
                        ? Uni.createFrom().item(true)
                        : Uni.createFrom().failure(broken))
                .subscribe()
                .with(_ -> failures.add(new AssertionError("completed")), failures::add);
        assertThat(failures).containsExactly(broken);
        assertThat(steps[0]).isEqualTo(3);
    }

    @Test
    void a_step_that_throws_fails_the_whole() {
        List<Throwable> failures = new ArrayList<>();
        var broken = new IllegalStateException("broken");
        Repeat.whileTrue(() -> {
                    throw broken;
                })
                .subscribe()
                .with(_ -> failures.add(new AssertionError("completed")), failures::add);
        assertThat(failures).containsExactly(broken);
    }

    @Test
    void pieces_are_joined_until_they_are_long_enough_and_the_last_may_be_short() {
        var source = new CoalescedSource(new Pieces(5, 3, 1, 20, 4, 5, 2), 8);
        assertThat(lengths(source)).containsExactly(8, 21, 9, 2);
    }

    @Test
    void a_long_piece_passes_without_a_copy_and_the_end_stays_the_end() {
        var piece = Bytes.wrap(new byte[100]);
        var source = new CoalescedSource(ByteSource.of(piece), 10);
        assertThat(now(source.next())).isSameAs(piece);
        assertThat(now(source.next())).isEqualTo(Bytes.EMPTY);
        assertThat(now(source.next())).isEqualTo(Bytes.EMPTY);
    }

    @Test
    void a_body_of_many_tiny_pieces_needs_no_stack() {
        int[] ones = new int[MANY];
        java.util.Arrays.fill(ones, 1);
        assertThat(lengths(new CoalescedSource(new Pieces(ones), MANY + 1))).containsExactly(MANY);
    }

    @Test
    void a_body_that_breaks_fails_even_when_a_piece_of_it_was_gathered() {
        var source = new CoalescedSource(
                new ByteSource() {
                    private int calls;

                    @Override
                    public Uni<Bytes> next() {
                        return calls++ == 0
                                ? Uni.createFrom().item(Bytes.utf8("x"))
                                : Uni.createFrom().failure(new IllegalStateException("cut"));
                    }

                    @Override
                    public void cancel() {}
                },
                10);
        assertThatThrownBy(() -> now(source.next())).hasMessage("cut");
    }

    private static List<Integer> lengths(ByteSource source) {
        List<Integer> lengths = new ArrayList<>();
        for (var piece = now(source.next()); !piece.isEmpty(); piece = now(source.next())) {
            lengths.add(piece.length());
        }
        return lengths;
    }

    /** The result of something that is done when it is asked for. */
    private static <T> T now(Uni<T> asked) {
        List<T> items = new ArrayList<>();
        List<Throwable> failures = new ArrayList<>();
        asked.subscribe().with(items::add, failures::add);
        if (!failures.isEmpty()) {
            throw new IllegalStateException(failures.getFirst().getMessage(), failures.getFirst());
        }
        assertThat(items).as("not done at once").hasSize(1);
        return items.getFirst();
    }

    /** Pieces of given lengths. */
    private static final class Pieces implements ByteSource {
        private final int[] lengths;
        private int at;

        Pieces(int... lengths) {
            this.lengths = lengths;
        }

        @Override
        public Uni<Bytes> next() {
            return Uni.createFrom().item(at < lengths.length ? Bytes.wrap(new byte[lengths[at++]]) : Bytes.EMPTY);
        }

        @Override
        public void cancel() {
            at = lengths.length;
        }
    }
}
