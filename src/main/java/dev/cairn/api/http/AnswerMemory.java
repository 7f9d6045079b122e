package dev.cairn.api.http;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;

/** What bodies of answers may hold of the memory until the client has them. */
public final class AnswerMemory {
    private static final long BODY_BYTES = 2 * BlockFiles.PIECE_BYTES;

    private final BodyBudget budget;

    public AnswerMemory(BodyBudget budget) {
        this.budget = budget;
    }

    /** The answer with a body that holds its memory until the client has it; {@code Overloaded} when there is none left. */
    public Answer held(Answer answer) {
        return switch (answer.body()) {
            case Answer.Body.Streamed(ByteSource source, long length, long held) -> held(answer, source, length, held);
            // A long listing is in memory as a whole until a slow client has it.
            case Answer.Body.Whole(Bytes bytes)
            when bytes.length() > BODY_BYTES ->
                held(answer, ByteSource.of(bytes), bytes.length(), budget.limitBytes() / 2);
            case Answer.Body.Whole _, Answer.Body.Withheld _, Answer.Body.Growing _ -> answer;
        };
    }

    private Answer held(Answer answer, ByteSource source, long length, long maxHeld) {
        try {
            return answer.body(
                    new Answer.Body.Streamed(new BudgetedSource(source, budget, Math.min(length, maxHeld)), length));
        } catch (RuntimeException overloaded) {
            source.cancel();
            throw overloaded;
        }
    }
}
