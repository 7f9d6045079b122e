package dev.cairn.api.s3;

import static org.assertj.core.api.Assertions.assertThat;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.sim.World;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** Operations that take seconds or minutes, by the clock of the simulator. */
final class PatientAnswerTest {
    private final World world = new World(9);
    private final Env env = world.addNode(List.of()).env();
    private final List<UniEmitter<? super Answer>> work = new ArrayList<>();
    private final List<Answer> answers = new ArrayList<>();
    private final List<Throwable> failures = new ArrayList<>();

    private void begin() {
        PatientAnswer.of(
                        env,
                        Uni.createFrom().emitter(work::add),
                        why -> Errors.answer(Errors.of(why, "b"), "/b/k", "id", "host"))
                .subscribe()
                .with(answers::add, failures::add);
    }

    private static Answer done() {
        return Answer.xml(200, XmlWriter.document("Result").element("Key", "k").bytes());
    }

    private static ByteSource growing(Answer answer) {
        assertThat(answer.body()).isInstanceOf(Answer.Body.Growing.class);
        return ((Answer.Body.Growing) answer.body()).source();
    }

    private String drained(ByteSource source) {
        StringBuilder text = new StringBuilder();
        for (Bytes piece = world.await(source.next()); !piece.isEmpty(); piece = world.await(source.next())) {
            text.append(piece.toUtf8());
        }
        return text.toString();
    }

    @Test
    void what_is_done_in_time_is_answered_as_ever() {
        begin();
        world.pass(Duration.ofSeconds(9).toNanos());
        work.getFirst().complete(done());
        assertThat(answers)
                .singleElement()
                .satisfies(answer -> assertThat(answer.body()).isInstanceOf(Answer.Body.Whole.class));
        begin();
        work.getLast().fail(new IllegalStateException("broken"));
        assertThat(failures).hasSize(1);
        world.pass(Duration.ofMinutes(1).toNanos());
        assertThat(answers).hasSize(1);
    }

    @Test
    void what_takes_longer_begins_with_200_and_spaces_and_ends_with_its_document() {
        begin();
        world.pass(Duration.ofSeconds(11).toNanos());
        assertThat(answers)
                .singleElement()
                .satisfies(answer -> assertThat(answer.status()).isEqualTo(200));
        env.schedule(Duration.ofSeconds(123), () -> work.getFirst().complete(done()));
        String text = drained(growing(answers.getFirst()));
        assertThat(text)
                .startsWith("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n ")
                .endsWith("<Key>k</Key></Result>");
        assertThat(text.replaceAll("[^ ]", "").length()).isBetween(20, 30);
        assertThat(text.indexOf("<?xml", 1)).isNegative();
    }

    @Test
    void an_error_that_comes_late_is_the_document_of_a_200() {
        begin();
        world.pass(Duration.ofSeconds(11).toNanos());
        work.getFirst().fail(S3Error.INVALID_PART.exception());
        assertThat(drained(growing(answers.getFirst())))
                .contains("<Error><Code>InvalidPart</Code>")
                .endsWith("</Error>");
    }
}
