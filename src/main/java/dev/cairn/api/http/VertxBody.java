package dev.cairn.api.http;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.netty.buffer.ByteBuf;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The body of a request as it comes in, one network buffer for each pull: what is not pulled stays in the kernel and with the client.
 * A client that waits for {@code 100 Continue} gets it with the first pull. State belongs to the event loop of the connection.
 */
final class VertxBody implements ByteSource {
    private final HttpServerRequest request;
    private final RequestReader reader;
    private final Context context;
    private final boolean continueFirst;
    private @Nullable UniEmitter<? super Bytes> waiting;
    private @Nullable Bytes early;
    private @Nullable Throwable broken;
    private boolean continued;
    private boolean ended;
    private boolean discarding;
    private long received;

    /** Takes over a request that is paused; to be made on its event loop. */
    VertxBody(HttpServerRequest request, RequestReader reader, Context context) {
        this.request = request;
        this.reader = reader;
        this.context = context;
        this.continueFirst = request.version() != HttpVersion.HTTP_1_0
                && "100-continue".equalsIgnoreCase(request.getHeader("expect"));
        request.handler(this::arrived);
        request.endHandler(_ -> ended());
        request.exceptionHandler(_ -> broke(S3Error.INCOMPLETE_BODY.exception()));
        reader.onBrokenBody(this::broke);
    }

    @Override
    public Uni<Bytes> next() {
        return Uni.createFrom().emitter(emitter -> onLoop(() -> pull(emitter)));
    }

    private void onLoop(Runnable action) {
        if (((ContextInternal) context).inThread()) {
            action.run();
        } else {
            context.runOnContext(_ -> action.run());
        }
    }

    private void pull(UniEmitter<? super Bytes> emitter) {
        Bytes there = early;
        if (there != null) {
            early = null;
            emitter.complete(there);
        } else if (broken != null) {
            emitter.fail(broken);
        } else if (ended) {
            emitter.complete(Bytes.EMPTY);
        } else {
            waiting = emitter;
            if (continueFirst && !continued) {
                continued = true;
                request.response().writeContinue();
            }
            request.fetch(1);
            reader.want();
        }
    }

    private void arrived(Buffer buffer) {
        received += buffer.length();
        if (discarding) {
            return;
        }
        Bytes piece = bytes(buffer);
        UniEmitter<? super Bytes> emitter = waiting;
        waiting = null;
        if (emitter == null) {
            early = early == null ? piece : early.concat(piece);
        } else if (piece.isEmpty()) {
            pull(emitter);
        } else {
            emitter.complete(piece);
        }
    }

    /** Vert.x hands out heap buffers that nobody else writes to, so their memory can be kept. */
    @SuppressWarnings("deprecation") // the only way of Vert.x 4 to see the array without copying it
    private static Bytes bytes(Buffer buffer) {
        ByteBuf inside = buffer.getByteBuf();
        return inside.hasArray()
                ? Bytes.wrap(inside.array(), inside.arrayOffset() + inside.readerIndex(), inside.readableBytes())
                : Bytes.wrap(buffer.getBytes());
    }

    private void ended() {
        ended = true;
        UniEmitter<? super Bytes> emitter = waiting;
        waiting = null;
        if (emitter != null) {
            emitter.complete(Bytes.EMPTY);
        }
    }

    private void broke(S3Exception why) {
        broken = Objects.requireNonNullElse(broken, why);
        UniEmitter<? super Bytes> emitter = waiting;
        waiting = null;
        if (emitter != null) {
            emitter.fail(broken);
        }
    }

    /** The connection is gone; a body that has not ended never will. */
    void closed() {
        if (!ended) {
            broke(S3Error.INCOMPLETE_BODY.exception());
        }
    }

    @Override
    public void cancel() {
        onLoop(() -> {
            early = null;
            broken = broken == null ? new IllegalStateException("cancelled") : broken;
        });
    }

    /** Whether the client has sent all of it. */
    boolean hasEnded() {
        return ended;
    }

    /** Whether the client is still waiting for leave to send. */
    boolean isAwaited() {
        return continueFirst && !continued && received == 0;
    }

    long received() {
        return received;
    }

    /** Lets the rest come in and forgets it. */
    void discard() {
        discarding = true;
        early = null;
        request.resume();
        reader.discard();
    }
}
