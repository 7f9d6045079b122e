package dev.cairn.api.http;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import io.netty.buffer.Unpooled;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import io.vertx.core.impl.ContextInternal;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer on a connection. Sends whole bodies at once and streams others as fast as the client reads. State
 * belongs to the event loop of the connection.
 */
public final class Exchange {
    /** Unread bodies up to this size are read to their end, so that the connection can go on. */
    private static final long MAX_DRAINED_BYTES = 256 << 10;

    private final HttpServerRequest request;
    private final RequestReader reader;
    private final HttpServerResponse response;
    private final Context context;
    private final VertxBody body;
    private final VertxHeaders headers;
    private @Nullable UniEmitter<? super Boolean> draining;
    private @Nullable ByteSource sending;
    private volatile boolean closed;

    /** Takes over a request; to be made on its event loop before anything else is done with it. */
    public Exchange(Vertx vertx, HttpServerRequest request) {
        this.request = request;
        this.reader = RequestReader.of(request);
        this.response = request.response();
        this.context = vertx.getOrCreateContext();
        request.pause();
        this.body = new VertxBody(request, reader, context);
        this.headers = new VertxHeaders(request.headers());
        response.closeHandler(_ -> closed());
        response.exceptionHandler(_ -> closed());
    }

    public String method() {
        return request.method().name();
    }

    /** The request target as it was sent. */
    public String rawTarget() {
        return request.uri();
    }

    /** The request target without its query, in which signatures and credentials stand; for logs. */
    public String loggedTarget() {
        String target = request.uri();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query) + "?…";
    }

    /** The Host header; empty when there is none. */
    public String host() {
        String host = request.getHeader("host");
        return host == null ? "" : host;
    }

    public Headers headers() {
        return headers;
    }

    public ByteSource body() {
        return body;
    }

    /** The address of the client, for logs. */
    public String client() {
        return reader.client();
    }

    /** Sends the answer; completes, on any thread, when it is with the network or the connection is broken. */
    public Uni<Void> send(Answer answer) {
        return Uni.createFrom().<Void>emitter(emitter -> {
            if (((ContextInternal) context).inThread()) {
                start(answer, emitter);
            } else {
                context.runOnContext(_ -> start(answer, emitter));
            }
        });
    }

    private void start(Answer answer, UniEmitter<? super Void> emitter) {
        if (closed || response.ended()) {
            cancel(answer);
            emitter.complete(null);
            return;
        }
        try {
            response.setStatusCode(answer.status());
            answer.fields().forEach(field -> response.headers().add(field.name(), field.value()));
        } catch (RuntimeException unwritable) {
            cancel(answer);
            reset();
            emitter.fail(unwritable);
            return;
        }
        boolean reusable = prepareConnection();
        switch (answer.body()) {
            case Answer.Body.Whole(Bytes bytes) -> {
                if (answer.status() != 304 && answer.status() != 204) {
                    response.putHeader("Content-Length", String.valueOf(bytes.length()));
                }
                if (request.method().equals(HttpMethod.HEAD) || bytes.isEmpty()) {
                    response.end();
                } else {
                    response.end(buffer(bytes));
                }
                finish(reusable);
                emitter.complete(null);
            }
            case Answer.Body.Withheld(long length) -> {
                response.putHeader("Content-Length", String.valueOf(length));
                response.end();
                finish(reusable);
                emitter.complete(null);
            }
            case Answer.Body.Streamed(ByteSource source, long length, long _) -> {
                response.putHeader("Content-Length", String.valueOf(length));
                stream(source, reusable, emitter);
            }
            case Answer.Body.Growing(ByteSource source) -> {
                response.setChunked(true);
                stream(source, reusable, emitter);
            }
        }
    }

    private void stream(ByteSource source, boolean reusable, UniEmitter<? super Void> emitter) {
        stream(source)
                .subscribe()
                .with(
                        _ -> {
                            finish(reusable);
                            emitter.complete(null);
                        },
                        broken -> {
                            reset();
                            emitter.fail(broken);
                        });
    }

    private static void cancel(Answer answer) {
        switch (answer.body()) {
            case Answer.Body.Streamed(ByteSource source, long _, long _) -> source.cancel();
            case Answer.Body.Growing(ByteSource source) -> source.cancel();
            case Answer.Body.Whole _, Answer.Body.Withheld _ -> {}
        }
    }

    /** Whether the client has hung up, as far as that is known. */
    public boolean isClosed() {
        return closed;
    }

    /** Whether answers may be sent in chunks. */
    public boolean takesChunks() {
        return request.version() == HttpVersion.HTTP_1_1;
    }

    /** Pulls the next piece only when the one before fits the socket's queue; all of it on the event loop. */
    private Uni<Void> stream(ByteSource source) {
        sending = source;
        response.drainHandler(_ -> wake(true));
        return Repeat.whileTrue(() -> source.next().emitOn(this::onLoop).chain(piece -> {
            if (closed) {
                source.cancel();
                return Uni.createFrom().failure(new ClientGone());
            }
            if (piece.isEmpty()) {
                sending = null;
                response.end();
                return Uni.createFrom().item(false);
            }
            response.write(buffer(piece));
            return response.writeQueueFull() ? drained() : Uni.createFrom().item(true);
        }));
    }

    private void onLoop(Runnable action) {
        if (((ContextInternal) context).inThread()) {
            action.run();
        } else {
            context.runOnContext(_ -> action.run());
        }
    }

    private Uni<Boolean> drained() {
        return Uni.createFrom().emitter(emitter -> {
            if (closed || !response.writeQueueFull()) {
                emitter.complete(true);
            } else {
                draining = emitter;
            }
        });
    }

    private void wake(boolean goOn) {
        UniEmitter<? super Boolean> waiting = draining;
        draining = null;
        if (waiting != null) {
            waiting.complete(goOn);
        }
    }

    @SuppressWarnings("deprecation") // the only way of Vert.x 4 to send an array without copying it
    private static Buffer buffer(Bytes bytes) {
        Buffer[] out = new Buffer[1];
        bytes.feed((array, offset, length) -> out[0] = Buffer.buffer(Unpooled.wrappedBuffer(array, offset, length)));
        return out[0];
    }

    private void closed() {
        closed = true;
        body.closed();
        wake(true);
    }

    /** Before the head goes out: whether the connection can serve another request afterwards. */
    private boolean prepareConnection() {
        if (body.hasEnded() && !reader.isClosing()) {
            return true;
        }
        long declared = headers.get("content-length").map(Exchange::parse).orElse(Long.MAX_VALUE);
        boolean none = !headers.has("content-length") && !headers.has("transfer-encoding");
        boolean small = !body.isAwaited() && declared - body.received() <= MAX_DRAINED_BYTES;
        if ((none || small) && !reader.isClosing()) {
            return true;
        }
        response.putHeader("Connection", "close");
        return false;
    }

    private static long parse(String number) {
        try {
            return Long.parseLong(number.strip());
        } catch (NumberFormatException _) {
            return Long.MAX_VALUE;
        }
    }

    private void finish(boolean reusable) {
        if (!reusable) {
            reader.closeAfterAnswer();
        } else if (!body.hasEnded() && !closed) {
            body.discard();
        }
    }

    /** The head promised a length that will not come: only a broken connection says so. */
    private void reset() {
        ByteSource source = sending;
        sending = null;
        if (source != null) {
            source.cancel();
        }
        if (!closed) {
            request.connection().close();
        }
    }

    /** The client closed the connection before it had its answer: nothing an operator has to act on. */
    public static final class ClientGone extends RuntimeException {
        private static final long serialVersionUID = 1;

        ClientGone() {
            super("the client is gone", null, false, false);
        }
    }
}
