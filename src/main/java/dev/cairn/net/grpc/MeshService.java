package dev.cairn.net.grpc;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.net.DialFailure.DialException;
import dev.cairn.net.Gossip;
import dev.cairn.net.Request;
import dev.cairn.net.Transport.Inbound;
import dev.cairn.proto.AnswerMessage;
import dev.cairn.proto.BodyMessage;
import dev.cairn.proto.GossipMessage;
import dev.cairn.proto.MeshGrpc;
import dev.cairn.proto.RequestMessage;
import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Takes the calls of other nodes, on the threads of the network: nothing here waits. */
final class MeshService extends MeshGrpc.MeshImplBase {
    private final Inbound inbound;

    MeshService(Inbound inbound) {
        this.inbound = inbound;
    }

    @Override
    public void gossip(GossipMessage message, StreamObserver<GossipMessage> answer) {
        Caller caller = Caller.current();
        try {
            Gossip theirs = Wire.gossip(message);
            if (!theirs.node().equals(caller.node())) {
                answer.onError(Status.UNAUTHENTICATED
                        .withDescription("you call yourself %s, your certificate says %s"
                                .formatted(theirs.node(), caller.node()))
                        .asRuntimeException());
                return;
            }
            inbound.met(theirs, caller.host())
                    .subscribe()
                    .with(
                            mine -> {
                                answer.onNext(Wire.message(mine));
                                answer.onCompleted();
                            },
                            why -> answer.onError(refusal(why)));
        } catch (DialException | IllegalArgumentException refused) {
            answer.onError(refusal(refused));
        }
    }

    private static RuntimeException refusal(Throwable why) {
        return Status.FAILED_PRECONDITION.withDescription(why.getMessage()).asRuntimeException();
    }

    @Override
    public void call(RequestMessage message, StreamObserver<AnswerMessage> answer) {
        if (!requireMet(answer)) {
            return;
        }
        Request<?> request;
        try {
            request = Wire.request(message, () -> ByteSource.of(Bytes.EMPTY));
        } catch (IllegalArgumentException wrong) {
            answer.onError(
                    Status.INVALID_ARGUMENT.withDescription(wrong.getMessage()).asRuntimeException());
            return;
        }
        answer(request, answer);
    }

    private void answer(Request<?> request, StreamObserver<AnswerMessage> answer) {
        Uni<AnswerMessage> found = answered(request);
        found.onFailure()
                .recoverWithItem(why -> {
                    note(request, why);
                    return AnswerMessage.newBuilder()
                            .setFailure(Wire.failure(why))
                            .build();
                })
                .subscribe()
                .with(
                        message -> {
                            answer.onNext(message);
                            answer.onCompleted();
                        },
                        why -> answer.onError(Status.INTERNAL.asRuntimeException()));
    }

    private <R> Uni<AnswerMessage> answered(Request<R> request) {
        try {
            return inbound.handler().answer(request).map(found -> Wire.answer(request, found));
        } catch (RuntimeException mistake) {
            return Uni.createFrom().failure(mistake);
        }
    }

    private void note(Request<?> request, Throwable why) {
        if (!Wire.isMeant(why)) {
            inbound.failed(
                    () -> "a request of another node (%s) failed"
                            .formatted(request.getClass().getSimpleName()),
                    why);
        }
    }

    private boolean requireMet(StreamObserver<?> answer) {
        NodeId caller = Caller.current().node();
        if (inbound.isMet(caller)) {
            return true;
        }
        answer.onError(Status.UNAUTHENTICATED
                .withDescription("nodes have to meet before they ask")
                .asRuntimeException());
        return false;
    }

    @Override
    public StreamObserver<BodyMessage> put(StreamObserver<AnswerMessage> answer) {
        var out = (ServerCallStreamObserver<AnswerMessage>) answer;
        out.disableAutoRequest();
        Put put = new Put(out);
        out.setOnCancelHandler(() -> put.onError(Status.CANCELLED.asRuntimeException()));
        if (requireMet(answer)) {
            out.request(1);
        }
        return put;
    }

    /** A request whose body comes in behind it. */
    private final class Put implements StreamObserver<BodyMessage> {
        private final ServerCallStreamObserver<AnswerMessage> out;
        private @Nullable InboundBody body;

        Put(ServerCallStreamObserver<AnswerMessage> out) {
            this.out = out;
        }

        @Override
        public void onNext(BodyMessage message) {
            InboundBody open = body;
            if (open != null) {
                open.arrived(Protos.bytes(message.getPiece()));
                return;
            }
            InboundBody opened = new InboundBody(new InboundBody.Flow() {
                @Override
                public void requestOne() {
                    out.request(1);
                }

                @Override
                public void cancel() {}
            });
            body = opened;
            Request<?> request;
            try {
                request = Wire.request(message.getRequest(), () -> opened);
            } catch (IllegalArgumentException wrong) {
                out.onError(Status.INVALID_ARGUMENT
                        .withDescription(wrong.getMessage())
                        .asRuntimeException());
                return;
            }
            answer(request, out);
        }

        @Override
        public void onError(Throwable why) {
            InboundBody open = body;
            if (open != null) {
                open.failed(new Failure.QuorumLost(1, 0, Duration.ZERO).asException());
            }
        }

        @Override
        public void onCompleted() {
            InboundBody open = body;
            if (open != null) {
                open.ended();
            }
        }
    }

    @Override
    public void get(RequestMessage message, StreamObserver<BodyMessage> answer) {
        if (!requireMet(answer)) {
            return;
        }
        var out = (ServerCallStreamObserver<BodyMessage>) answer;
        Request<?> request;
        try {
            request = Wire.request(message, () -> ByteSource.of(Bytes.EMPTY));
        } catch (IllegalArgumentException wrong) {
            out.onError(
                    Status.INVALID_ARGUMENT.withDescription(wrong.getMessage()).asRuntimeException());
            return;
        }
        if (!(request instanceof Request.GetBlock get)) {
            out.onError(Status.INVALID_ARGUMENT
                    .withDescription("this request is answered without a body")
                    .asRuntimeException());
            return;
        }
        var pending = new Object() {
            @Nullable
            OutboundBody body;
        };
        out.setOnReadyHandler(() -> {
            OutboundBody now = pending.body;
            if (now != null) {
                now.proceed();
            }
        });
        out.setOnCancelHandler(() -> {
            OutboundBody now = pending.body;
            if (now != null) {
                now.stop();
            }
        });
        inbound.handler()
                .answer(get)
                .subscribe()
                .with(
                        source -> {
                            OutboundBody body = new OutboundBody(source, out, why -> fail(get, out, why));
                            pending.body = body;
                            body.proceed();
                        },
                        why -> fail(get, out, why));
    }

    private void fail(Request<?> request, StreamObserver<BodyMessage> out, Throwable why) {
        note(request, why);
        out.onNext(BodyMessage.newBuilder().setFailure(Wire.failure(why)).build());
        out.onCompleted();
    }
}
