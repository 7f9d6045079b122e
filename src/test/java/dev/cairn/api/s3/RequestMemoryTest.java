package dev.cairn.api.s3;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.AnswerMemory;
import dev.cairn.api.http.BodyBudget;
import dev.cairn.api.http.Headers;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The table of {@code src/docs/reference/memory.md}. */
final class RequestMemoryTest {
    private static final int MIB = 1 << 20;

    private final BodyBudget budget = new BodyBudget(8 * MIB);
    private final RequestMemory memory = new RequestMemory(budget);
    private final AnswerMemory answers = new AnswerMemory(budget);
    private final List<UniEmitter<? super Answer>> running = new ArrayList<>();

    private void begin(Set<Route.Trait> traits, Headers headers) {
        memory.handle(traits, headers, Optional.empty(), () -> Uni.createFrom().emitter(running::add))
                .subscribe()
                .with(_ -> {}, _ -> {});
    }

    @ParameterizedTest
    @CsvSource({
        "'',              content-length,               1000,     1000",
        "'',              content-length,               5242880,  131072",
        "ADDS_DATA,       x-amz-decoded-content-length, 5242880,  131072",
        "ADDS_DATA,       transfer-encoding,            chunked,  131072",
        "COPIES_DATA,     content-length,               0,        131072",
        "READS_DOCUMENT,  content-length,               1000,     4000",
        "READS_DOCUMENT,  x-amz-decoded-content-length, 1000,     4000",
        "READS_DOCUMENT,  content-length,               8388608,  4194304",
        "LISTS,           content-length,               0,        524288",
        "PROVES_ITSELF,   content-length,               5242880,  393216",
        "COPIES_DATA,     x-amz-server-side-encryption, AES256,   393216",
        "'',              content-length,               nonsense, 0"
    })
    void a_request_holds_its_share_until_it_ends(String trait, String name, String value, long share) {
        Set<Route.Trait> traits =
                trait.isEmpty() ? EnumSet.noneOf(Route.Trait.class) : EnumSet.of(Route.Trait.valueOf(trait));
        begin(traits, Headers.of(name, value));
        assertThat(budget.usedBytes()).isEqualTo(share);
        running.getFirst().complete(Answer.of(200));
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void a_request_that_fails_gives_its_share_back() {
        begin(EnumSet.of(Route.Trait.LISTS), Headers.of());
        running.getFirst().fail(new IllegalStateException("broken"));
        assertThat(budget.usedBytes()).isZero();
    }

    @Test
    void without_a_share_nothing_is_begun() {
        for (int i = 0; i < 16; i++) {
            begin(EnumSet.of(Route.Trait.LISTS), Headers.of());
        }
        assertThatThrownBy(() -> begin(EnumSet.of(Route.Trait.LISTS), Headers.of()))
                .isInstanceOf(FailureException.class)
                .hasMessageContaining("body memory");
        assertThat(running).hasSize(16);
        assertThat(budget.usedBytes()).isEqualTo(8 * MIB);
        assertThat(budget.refusals()).isEqualTo(1);
    }

    @Test
    void a_long_answer_holds_what_it_is_until_it_is_read() {
        Answer small = answers.held(Answer.of(200).body(new Answer.Body.Whole(Bytes.wrap(new byte[1000]))));
        assertThat(small.body()).isInstanceOf(Answer.Body.Whole.class);
        assertThat(budget.usedBytes()).isZero();
        Answer page = answers.held(Answer.of(200).body(new Answer.Body.Whole(Bytes.wrap(new byte[MIB]))));
        assertThat(budget.usedBytes()).isEqualTo(MIB);
        ByteSource source = ((Answer.Body.Streamed) page.body()).source();
        source.cancel();
        assertThat(budget.usedBytes()).isZero();
    }
}
