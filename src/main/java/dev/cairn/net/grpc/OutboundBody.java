package dev.cairn.net.grpc;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.proto.BodyMessage;
import io.grpc.stub.CallStreamObserver;
import java.util.function.Consumer;

/** Sends a body as fast as the other side takes it: a piece is pulled once the one before has left. Safe from any thread. */
final class OutboundBody {
    static final int PIECE_BYTES = 64 << 10;

    private final ByteSource body;
    private final CallStreamObserver<BodyMessage> out;
    private final Consumer<Throwable> failed;
    private boolean isBusy;
    private boolean isOver;

    OutboundBody(ByteSource body, CallStreamObserver<BodyMessage> out, Consumer<Throwable> failed) {
        this.body = body;
        this.out = out;
        this.failed = failed;
    }

    /** To be called at the start and whenever the other side can take more. */
    void proceed() {
        synchronized (this) {
            if (isBusy || isOver || !out.isReady()) {
                return;
            }
            isBusy = true;
        }
        body.next().subscribe().with(this::send, this::fail);
    }

    private void send(Bytes piece) {
        synchronized (this) {
            isBusy = false;
            if (isOver) {
                return;
            }
            if (piece.isEmpty()) {
                isOver = true;
                out.onCompleted();
                return;
            }
            for (int at = 0; at < piece.length(); at += PIECE_BYTES) {
                out.onNext(BodyMessage.newBuilder()
                        .setPiece(Protos.proto(piece.slice(at, Math.min(piece.length(), at + PIECE_BYTES))))
                        .build());
            }
        }
        proceed();
    }

    private void fail(Throwable why) {
        synchronized (this) {
            isBusy = false;
            if (isOver) {
                return;
            }
            isOver = true;
        }
        failed.accept(why);
    }

    /** Sends nothing more. May be called twice. */
    void stop() {
        synchronized (this) {
            if (isOver) {
                return;
            }
            isOver = true;
        }
        body.cancel();
    }
}
