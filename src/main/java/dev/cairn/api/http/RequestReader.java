package dev.cairn.api.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.netty.channel.ChannelDuplexHandler;
import io.netty.channel.ChannelHandlerContext;
import io.netty.channel.ChannelPromise;
import io.netty.channel.socket.DuplexChannel;
import io.netty.handler.codec.http.DefaultFullHttpResponse;
import io.netty.handler.codec.http.DefaultHttpContent;
import io.netty.handler.codec.http.DefaultHttpRequest;
import io.netty.handler.codec.http.HttpResponse;
import io.netty.handler.codec.http.HttpResponseStatus;
import io.netty.handler.codec.http.HttpVersion;
import io.netty.handler.codec.http.LastHttpContent;
import io.netty.util.concurrent.Future;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.net.impl.ConnectionBase;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Reads the requests of one connection, strictly and one at a time, in place of the decoder that comes with Vert.x.
 *
 * <p>The next head is looked at only when the last answer has left this process, so a client that sends and never reads holds one
 * answer and what one read of the socket brought. A head that is not complete is plain bytes within {@link RequestLimits}. A body is
 * read when it is asked for. Head and body have a deadline. What is refused gets its answer here, before anybody asks who sent it,
 * and the connection closes. State belongs to the event loop of the connection.
 */
public final class RequestReader extends ChannelDuplexHandler {
    /** A connection that is to close keeps reading for a while, or the client might lose the answer to a reset. */
    private static final int MAX_LINGERED_BYTES = 16 << 20;

    private static final int LINGER_MILLIS = 2000;

    private enum State {
        HEAD,
        BODY,
        CHUNKS,
        CLOSING
    }

    private final RequestLimits limits;
    private final boolean pulled;
    private @Nullable ChannelHandlerContext context;
    private State state = State.HEAD;
    private @Nullable ByteBuf input;
    private HeadBuffer head = HeadBuffer.ofHead();
    private TransferChunks chunks = new TransferChunks();
    private long rest;

    private boolean answered = true;
    private boolean closeAfterAnswer;
    private boolean lingering;
    private long lingered;

    private boolean wanted;
    private boolean discarding;
    private boolean reading;
    private boolean running;
    private boolean stopped;
    private @Nullable Consumer<S3Exception> bodyListener;

    private @Nullable Future<?> headDeadline;
    private @Nullable Future<?> bodyDeadline;
    private BodyPace pace;

    RequestReader(RequestLimits limits, boolean pulled) {
        this.limits = limits;
        this.pulled = pulled;
        this.pace = new BodyPace(limits);
    }

    /** Takes over a new connection whose bodies are read as {@link #want} asks for them; on its event loop. */
    public static void pulling(HttpConnection connection, RequestLimits limits) {
        install(connection, new RequestReader(limits, true));
    }

    /** Takes over a new connection whose bodies are read as fast as Vert.x lets them come; on its event loop. */
    public static void pushing(HttpConnection connection, RequestLimits limits) {
        install(connection, new RequestReader(limits, false));
    }

    private static void install(HttpConnection connection, RequestReader reader) {
        var pipeline = ((ConnectionBase) connection).channelHandlerContext().pipeline();
        pipeline.remove("httpDecoder");
        // Behind the encoder, where answers still are messages and their end can be seen.
        pipeline.addAfter("httpEncoder", "httpDecoder", reader);
    }

    /** The reader of the connection of a request. */
    static RequestReader of(HttpServerRequest request) {
        return Objects.requireNonNull(((ConnectionBase) request.connection())
                .channelHandlerContext()
                .pipeline()
                .get(RequestReader.class));
    }

    /** The address of the client, without asking anybody for its name. */
    String client() {
        return context().channel().remoteAddress() instanceof InetSocketAddress address && address.getAddress() != null
                ? address.getAddress().getHostAddress()
                : "?";
    }

    /** Who hears that the body of the request at hand cannot be read on. */
    void onBrokenBody(Consumer<S3Exception> listener) {
        bodyListener = listener;
    }

    /** Lets one more piece of the body in. */
    void want() {
        wanted = true;
        run();
    }

    /** Reads the rest of the body and forgets it. */
    void discard() {
        discarding = true;
        run();
    }

    /** Whether the connection ends with the answer at hand. */
    boolean isClosing() {
        return closeAfterAnswer || state == State.CLOSING;
    }

    /** Ends the connection, gently, once the answer at hand is out. */
    void closeAfterAnswer() {
        closeAfterAnswer = true;
        if (answered) {
            close();
        }
    }

    @Override
    public void handlerAdded(ChannelHandlerContext ctx) {
        context = ctx;
        if (pulled) {
            ctx.channel().config().setAutoRead(false);
        }
        if (ctx.channel().isActive()) {
            run();
        }
    }

    @Override
    public void channelActive(ChannelHandlerContext ctx) {
        ctx.fireChannelActive();
        run();
    }

    @Override
    public void channelInactive(ChannelHandlerContext ctx) {
        end();
        ctx.fireChannelInactive();
    }

    @Override
    public void handlerRemoved(ChannelHandlerContext ctx) {
        end();
    }

    private void end() {
        state = State.CLOSING;
        release();
        cancelDeadlines();
    }

    @Override
    public void channelRead(ChannelHandlerContext ctx, Object message) {
        ByteBuf bytes = (ByteBuf) message;
        reading = false;
        if (state == State.CLOSING) {
            lingered += bytes.readableBytes();
            bytes.release();
            if (lingered >= MAX_LINGERED_BYTES) {
                drop();
            }
            return;
        }
        if (pace.isWaiting()) {
            pace.received(bytes.readableBytes(), System.nanoTime());
        }
        input = input == null ? bytes : Unpooled.wrappedBuffer(2, input, bytes);
        run();
    }

    @Override
    public void channelReadComplete(ChannelHandlerContext ctx) {
        reading = false;
        ctx.fireChannelReadComplete();
        run();
    }

    @Override
    public void write(ChannelHandlerContext ctx, Object message, ChannelPromise promise) throws Exception {
        boolean interim = message instanceof HttpResponse head && head.status().code() < 200;
        if (message instanceof LastHttpContent && !interim) {
            var _ = ctx.write(message, promise.unvoid().addListener(_ -> answered()));
        } else {
            var _ = ctx.write(message, promise);
        }
    }

    /** The last byte of an answer is with the network, or the connection is broken. */
    private void answered() {
        answered = true;
        // Not at once: this may be a call out of the write itself, or out of the handling of the request before.
        if (closeAfterAnswer) {
            state = State.CLOSING;
            context().executor().execute(this::close);
        } else if (input != null) {
            context().executor().execute(this::run);
        } else {
            readOn();
        }
    }

    /** Takes as many steps as the input, the open answer and the demand for the body allow. */
    private void run() {
        if (running || context == null) {
            return;
        }
        running = true;
        try {
            while (step()) {}
        } catch (S3Exception refused) {
            refuse(refused);
        } finally {
            running = false;
        }
        readOn();
    }

    private boolean step() {
        ByteBuf in = input;
        if (in == null) {
            return false;
        }
        return switch (state) {
            case HEAD -> answered && readHead(in);
            case BODY -> isBodyWanted() && readBody(in);
            case CHUNKS -> isBodyWanted() && readChunks(in);
            case CLOSING -> false;
        };
    }

    private boolean isBodyWanted() {
        return !pulled || wanted || discarding;
    }

    /** Reads from the socket only what there is a use for. */
    private void readOn() {
        boolean hungry = input == null
                && switch (state) {
                    // While a request is served, one read stays open to see whether its client leaves.
                    case HEAD -> true;
                    case BODY, CHUNKS -> isBodyWanted();
                    case CLOSING -> lingering && lingered < MAX_LINGERED_BYTES;
                };
        if (hungry && (state == State.BODY || state == State.CHUNKS)) {
            awaitBody();
        }
        if (pulled) {
            if (hungry && !reading && context().channel().isActive()) {
                reading = true;
                context().read();
            }
        } else if (hungry == stopped) {
            stopped = !hungry;
            context().channel().config().setAutoRead(hungry);
        }
    }

    private void awaitBody() {
        if (!context().channel().config().isAutoRead() && !pulled) {
            return;
        }
        pace.await(System.nanoTime());
        if (bodyDeadline == null) {
            bodyDeadline = schedule(this::checkPace, limits.body().toNanos());
        }
    }

    private boolean readHead(ByteBuf in) {
        boolean complete = head.take(in);
        releaseIfRead(in);
        if (complete) {
            cancelDeadlines();
            RequestHead request = head.head();
            head = HeadBuffer.ofHead();
            begin(request);
        } else if (headDeadline == null && !head.isEmpty()) {
            headDeadline = schedule(this::headTooSlow, limits.head().toNanos());
        }
        return complete;
    }

    private void begin(RequestHead request) {
        answered = false;
        wanted = false;
        discarding = false;
        rest = request.length();
        state = request.chunked() ? State.CHUNKS : State.BODY;
        boolean bodyless = state == State.BODY && rest == 0;
        if (!bodyless) {
            pace = new BodyPace(limits);
            chunks = new TransferChunks();
        }
        context()
                .fireChannelRead(new DefaultHttpRequest(
                        request.http10() ? HttpVersion.HTTP_1_0 : HttpVersion.HTTP_1_1,
                        request.method(),
                        request.target(),
                        request.fields()));
        if (bodyless) {
            endBody();
        }
        context().fireChannelReadComplete();
    }

    private boolean readBody(ByteBuf in) {
        int count = (int) Math.min(rest, in.readableBytes());
        rest -= count;
        deliver(in.readRetainedSlice(count));
        releaseIfRead(in);
        if (rest == 0) {
            endBody();
        }
        context().fireChannelReadComplete();
        return true;
    }

    private boolean readChunks(ByteBuf in) {
        ByteBuf piece = chunks.take(in, context().alloc());
        releaseIfRead(in);
        if (piece != null) {
            deliver(piece);
        }
        if (chunks.isDone()) {
            endBody();
        }
        context().fireChannelReadComplete();
        return piece != null || state == State.HEAD;
    }

    private void deliver(ByteBuf piece) {
        if (discarding) {
            piece.release();
            return;
        }
        wanted = false;
        context().fireChannelRead(new DefaultHttpContent(piece));
    }

    private void endBody() {
        if (state == State.CLOSING) {
            return;
        }
        cancelDeadlines();
        state = State.HEAD;
        bodyListener = null;
        context().fireChannelRead(LastHttpContent.EMPTY_LAST_CONTENT);
    }

    private void releaseIfRead(ByteBuf in) {
        if (!in.isReadable()) {
            release();
        }
    }

    private void release() {
        ByteBuf bytes = input;
        input = null;
        if (bytes != null) {
            bytes.release();
        }
    }

    /** Before its request is with anybody it is answered here; a broken body is left to whoever reads it. */
    private void refuse(S3Exception why) {
        release();
        cancelDeadlines();
        Consumer<S3Exception> listener = bodyListener;
        boolean isHead = state == State.HEAD;
        state = State.CLOSING;
        closeAfterAnswer = true;
        if (isHead) {
            answered = false;
            context().writeAndFlush(answer(why)).addListener(_ -> answered());
        } else if (answered || listener == null) {
            close();
        } else {
            listener.accept(why);
        }
    }

    private static DefaultFullHttpResponse answer(S3Exception why) {
        StringBuilder body = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Error>");
        element("Code", why.error().code(), body);
        element("Message", why.message(), body);
        why.details().forEach(detail -> element(detail.name(), detail.value(), body));
        ByteBuf bytes = Unpooled.copiedBuffer(body.append("</Error>"), StandardCharsets.UTF_8);
        var answer = new DefaultFullHttpResponse(
                HttpVersion.HTTP_1_1, HttpResponseStatus.valueOf(why.error().status()), bytes);
        answer.headers()
                .set("Content-Type", "application/xml")
                .set("Content-Length", bytes.readableBytes())
                .set("Connection", "close");
        return answer;
    }

    /** The texts are ours and need no escapes. */
    private static void element(String name, String text, StringBuilder out) {
        out.append('<')
                .append(name)
                .append('>')
                .append(text)
                .append("</")
                .append(name)
                .append('>');
    }

    /** Says that nothing more comes, and reads on for a while: a reset would take the answer away from the client. */
    private void close() {
        state = State.CLOSING;
        release();
        cancelDeadlines();
        if (lingering) {
            return;
        }
        lingering = true;
        if (context().channel() instanceof DuplexChannel duplex && duplex.isActive()) {
            var _ = duplex.shutdownOutput();
            var _ = schedule(this::drop, TimeUnit.MILLISECONDS.toNanos(LINGER_MILLIS));
            readOn();
        } else {
            drop();
        }
    }

    private void drop() {
        var _ = context().close();
    }

    private Future<?> schedule(Runnable task, long nanos) {
        return context().executor().schedule(task, nanos, TimeUnit.NANOSECONDS);
    }

    private void headTooSlow() {
        headDeadline = null;
        if (state == State.HEAD) {
            refuse(S3Error.REQUEST_TIMEOUT.exception());
        }
    }

    private void checkPace() {
        long again = pace.check(System.nanoTime());
        if (again > 0) {
            bodyDeadline = schedule(this::checkPace, again);
        } else {
            bodyDeadline = null;
            refuse(S3Error.REQUEST_TIMEOUT.exception());
        }
    }

    private void cancelDeadlines() {
        if (headDeadline != null) {
            headDeadline.cancel(false);
            headDeadline = null;
        }
        if (bodyDeadline != null) {
            bodyDeadline.cancel(false);
            bodyDeadline = null;
        }
    }

    private ChannelHandlerContext context() {
        return Objects.requireNonNull(context);
    }
}
