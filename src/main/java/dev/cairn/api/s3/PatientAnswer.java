package dev.cairn.api.s3;

import dev.cairn.api.http.Answer;
import dev.cairn.api.s3.xml.XmlWriter;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * The answer of an operation that may take longer than clients and proxies wait in silence. If it is not there in time, the answer begins
 * with 200, white space keeps the connection alive, and the document comes at the end, be it that of an error. Safe from any thread.
 */
final class PatientAnswer implements ByteSource {
    private static final Duration PATIENCE = Duration.ofSeconds(10);
    private static final Duration BETWEEN_SPACES = Duration.ofSeconds(5);
    private static final Bytes SPACE = Bytes.utf8(" ");

    private final Env env;
    private final Function<Throwable, Answer> refusal;
    private @Nullable UniEmitter<? super Answer> early;
    private @Nullable UniEmitter<? super Bytes> waiting;
    private @Nullable Bytes rest;
    private boolean begun;
    private int pulls;

    private PatientAnswer(Env env, Function<Throwable, Answer> refusal, UniEmitter<? super Answer> early) {
        this.env = env;
        this.refusal = refusal;
        this.early = early;
    }

    /** What {@code work} answers, or the beginning of it; {@code refusal} words what goes wrong later. */
    static Uni<Answer> of(Env env, Uni<Answer> work, Function<Throwable, Answer> refusal) {
        return Uni.createFrom().emitter(emitter -> {
            PatientAnswer answer = new PatientAnswer(env, refusal, emitter);
            work.subscribe().with(answer::ended, answer::failed);
            env.schedule(PATIENCE, answer::begin);
        });
    }

    private void begin() {
        UniEmitter<? super Answer> emitter;
        synchronized (this) {
            emitter = early;
            early = null;
        }
        if (emitter != null) {
            emitter.complete(
                    Answer.of(200).field("Content-Type", "application/xml").body(new Answer.Body.Growing(this)));
        }
    }

    private void ended(Answer answer) {
        UniEmitter<? super Answer> emitter;
        synchronized (this) {
            emitter = early;
            early = null;
        }
        if (emitter != null) {
            emitter.complete(answer);
        } else {
            finish(answer);
        }
    }

    private void failed(Throwable why) {
        UniEmitter<? super Answer> emitter;
        synchronized (this) {
            emitter = early;
            early = null;
        }
        if (emitter != null) {
            emitter.fail(why);
        } else {
            finish(refusal.apply(why));
        }
    }

    private void finish(Answer answer) {
        Bytes document = answer.body() instanceof Answer.Body.Whole(Bytes bytes) ? bytes : Bytes.EMPTY;
        Bytes tail = document.startsWith(XmlWriter.prolog())
                ? document.from(XmlWriter.prolog().length())
                : document;
        UniEmitter<? super Bytes> emitter;
        synchronized (this) {
            emitter = waiting;
            waiting = null;
            rest = emitter == null ? tail : Bytes.EMPTY;
        }
        if (emitter != null) {
            emitter.complete(tail);
        }
    }

    @Override
    public Uni<Bytes> next() {
        synchronized (this) {
            if (!begun) {
                begun = true;
                return Uni.createFrom().item(XmlWriter.prolog());
            }
            Bytes ready = rest;
            if (ready != null) {
                rest = Bytes.EMPTY;
                return Uni.createFrom().item(ready);
            }
        }
        return Uni.createFrom().emitter(emitter -> {
            Bytes ready;
            int pull;
            synchronized (this) {
                pull = ++pulls;
                ready = rest;
                if (ready == null) {
                    waiting = emitter;
                } else {
                    rest = Bytes.EMPTY;
                }
            }
            if (ready == null) {
                env.schedule(BETWEEN_SPACES, () -> space(pull));
            } else {
                emitter.complete(ready);
            }
        });
    }

    private void space(int pull) {
        UniEmitter<? super Bytes> emitter;
        synchronized (this) {
            emitter = pull == pulls ? waiting : null;
            waiting = emitter == null ? waiting : null;
        }
        if (emitter != null) {
            emitter.complete(SPACE);
        }
    }

    /** The operation goes on: whether it can stop is its own affair. */
    @Override
    public void cancel() {}
}
