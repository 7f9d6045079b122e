package dev.cairn.net.grpc;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.net.DialFailure;
import dev.cairn.net.Gossip;
import dev.cairn.net.Link;
import dev.cairn.net.Request;
import dev.cairn.net.tls.RefusedCertificateException;
import dev.cairn.proto.AnswerMessage;
import dev.cairn.proto.BodyMessage;
import dev.cairn.proto.MeshGrpc;
import dev.cairn.proto.RequestMessage;
import io.grpc.CallOptions;
import io.grpc.ClientCall;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A channel to one node. What waits for an answer is bounded in number and bytes: what is above that fails at once, as if the node did not answer. */
final class GrpcLink implements Link {
    /**
     * Bytes of requests: what a stalled node can make this one hold until its link is given up. Five of them are a quarter of the smallest heap. A single
     * request may be larger.
     */
    static final long MAX_WAITING_BYTES = 4L << 20;

    private static final int MAX_WAITING_CALLS = 4000;

    private final ManagedChannel channel;
    private final AtomicLong waitingBytes = new AtomicLong();
    private final AtomicInteger waitingCalls = new AtomicInteger();

    GrpcLink(ManagedChannel channel) {
        this.channel = channel;
    }

    @Override
    public Uni<Gossip> gossip(Gossip mine, Duration deadline) {
        return Uni.createFrom()
                .<Gossip>emitter(emitter -> ClientCalls.asyncUnaryCall(
                        channel.newCall(MeshGrpc.getGossipMethod(), options(deadline)),
                        Wire.message(mine),
                        new Answer<>(emitter, Wire::gossip)))
                .onFailure(FailureException.class)
                .transform(_ -> new DialFailure.NoAnswer(deadline).asException());
    }

    @Override
    public <R> Uni<R> call(Request<R> request, Duration deadline) {
        return switch (inside(request)) {
            case Request.PutBlock put -> put(request, put, deadline);
            case Request.GetBlock _ -> get(request, deadline);
            default -> {
                RequestMessage message = Wire.message(request);
                yield bounded(
                        message.getSerializedSize(),
                        Uni.createFrom()
                                .emitter(emitter -> ClientCalls.asyncUnaryCall(
                                        channel.newCall(MeshGrpc.getCallMethod(), options(deadline)),
                                        message,
                                        new Answer<AnswerMessage, R>(
                                                emitter, answer -> Wire.answer(request, answer)))));
            }
        };
    }

    private <R> Uni<R> bounded(int bytes, Uni<R> call) {
        return Uni.createFrom().deferred(() -> {
            long waiting = waitingBytes.addAndGet(bytes);
            boolean isTooMuch = waiting > MAX_WAITING_BYTES && waiting > bytes;
            isTooMuch |= waitingCalls.incrementAndGet() > MAX_WAITING_CALLS;
            Uni<R> result = isTooMuch
                    ? Uni.createFrom().failure(new Failure.Overloaded("a node that does not answer").asException())
                    : call;
            return result.onTermination().invoke(() -> {
                waitingBytes.addAndGet(-bytes);
                waitingCalls.decrementAndGet();
            });
        });
    }

    private static Request<?> inside(Request<?> request) {
        return request instanceof Request.Under<?> under ? under.request() : request;
    }

    private static CallOptions options(Duration deadline) {
        return CallOptions.DEFAULT.withDeadlineAfter(deadline.toNanos(), TimeUnit.NANOSECONDS);
    }

    private <R> Uni<R> put(Request<R> request, Request.PutBlock put, Duration deadline) {
        return bounded(OutboundBody.PIECE_BYTES, Uni.createFrom().emitter(emitter -> {
            ClientCall<BodyMessage, AnswerMessage> call = channel.newCall(MeshGrpc.getPutMethod(), options(deadline));
            var sending = new Sending<>(emitter, put.body(), call, message -> Wire.answer(request, message));
            var out = (ClientCallStreamObserver<BodyMessage>) ClientCalls.asyncClientStreamingCall(call, sending);
            sending.start(
                    out,
                    BodyMessage.newBuilder().setRequest(Wire.message(request)).build());
        }));
    }

    @SuppressWarnings("unchecked") // the answer to this request is a source
    private <R> Uni<R> get(Request<R> request, Duration deadline) {
        return (Uni<R>) Uni.createFrom()
                .item(() -> new Receiving(
                        channel.newCall(MeshGrpc.getGetMethod(), options(deadline)), Wire.message(request)));
    }

    @Override
    public void close() {
        channel.shutdownNow();
    }

    /** What the failure of a call says: that this node is turned away, that the link is no good, or only that there was no answer. */
    static RuntimeException failure(Throwable why) {
        for (Throwable cause = why; cause != null; cause = cause.getCause()) {
            if (cause instanceof RefusedCertificateException refused) {
                return refused.failure().asException();
            }
        }
        Status status = Status.fromThrowable(why);
        String text = text(status);
        return switch (status.getCode()) {
            case UNAVAILABLE -> new DialFailure.Unreachable(text).asException();
            case FAILED_PRECONDITION, UNAUTHENTICATED -> new DialFailure.TurnedAway(text).asException();
            case UNIMPLEMENTED -> new DialFailure.NotANode(text).asException();
            default -> new Failure.QuorumLost(1, 0, Duration.ZERO).asException();
        };
    }

    private static String text(Status status) {
        Throwable cause = status.getCause();
        while (cause != null && cause.getCause() != null) {
            cause = cause.getCause();
        }
        String said = status.getDescription();
        return cause == null || cause.getMessage() == null
                ? said == null ? status.getCode().name() : said
                : cause.getMessage();
    }

    /** Hands one answer on. */
    private static class Answer<M, R> implements StreamObserver<M> {
        private final UniEmitter<? super R> emitter;
        private final Function<M, R> read;

        Answer(UniEmitter<? super R> emitter, Function<M, R> read) {
            this.emitter = emitter;
            this.read = read;
        }

        @Override
        public void onNext(M message) {
            R answer;
            try {
                answer = read.apply(message);
            } catch (RuntimeException refused) {
                emitter.fail(refused);
                return;
            }
            emitter.complete(answer);
        }

        @Override
        public void onError(Throwable why) {
            emitter.fail(failure(why));
        }

        @Override
        public void onCompleted() {
            // Without effect after an answer.
            emitter.fail(new Failure.QuorumLost(1, 0, Duration.ZERO).asException());
        }
    }

    /** A request with a body on its way. */
    private static final class Sending<R> extends Answer<AnswerMessage, R>
            implements ClientResponseObserver<BodyMessage, AnswerMessage> {
        private final Request.Body body;
        private final ClientCall<?, ?> call;
        private volatile @Nullable OutboundBody sender;

        Sending(
                UniEmitter<? super R> emitter,
                Request.Body body,
                ClientCall<?, ?> call,
                Function<AnswerMessage, R> read) {
            super(emitter, read);
            this.body = body;
            this.call = call;
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<BodyMessage> out) {
            out.setOnReadyHandler(() -> {
                OutboundBody now = sender;
                if (now != null) {
                    now.proceed();
                }
            });
        }

        void start(ClientCallStreamObserver<BodyMessage> out, BodyMessage head) {
            out.onNext(head);
            OutboundBody now = new OutboundBody(body.read(), out, why -> call.cancel("the body broke off", why));
            sender = now;
            now.proceed();
        }

        private void stop() {
            OutboundBody now = sender;
            if (now != null) {
                now.stop();
            }
        }

        @Override
        public void onNext(AnswerMessage message) {
            stop();
            super.onNext(message);
        }

        @Override
        public void onError(Throwable why) {
            stop();
            super.onError(why);
        }
    }

    /** A body on its way here; the call begins with the first pull. */
    private static final class Receiving implements ByteSource, ClientResponseObserver<RequestMessage, BodyMessage> {
        private final ClientCall<RequestMessage, BodyMessage> call;
        private final RequestMessage request;
        private final InboundBody body;
        private boolean isStarted;

        Receiving(ClientCall<RequestMessage, BodyMessage> call, RequestMessage request) {
            this.call = call;
            this.request = request;
            this.body = new InboundBody(new InboundBody.Flow() {
                @Override
                public void requestOne() {
                    call.request(1);
                }

                @Override
                public void cancel() {
                    call.cancel("no longer wanted", null);
                }
            });
        }

        @Override
        public Uni<Bytes> next() {
            if (!isStarted) {
                isStarted = true;
                ClientCalls.asyncServerStreamingCall(call, request, this);
            }
            return body.next();
        }

        @Override
        public void cancel() {
            if (isStarted) {
                body.cancel();
            }
        }

        @Override
        public void beforeStart(ClientCallStreamObserver<RequestMessage> out) {
            out.disableAutoRequestWithInitial(0);
        }

        @Override
        public void onNext(BodyMessage message) {
            if (message.hasFailure()) {
                body.failed(Wire.failure(message.getFailure()));
            } else {
                body.arrived(Protos.bytes(message.getPiece()));
            }
        }

        @Override
        public void onError(Throwable why) {
            body.failed(new Failure.QuorumLost(1, 0, Duration.ZERO).asException());
        }

        @Override
        public void onCompleted() {
            body.ended();
        }
    }
}
