package dev.cairn.api.http;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufAllocator;
import org.jspecify.annotations.Nullable;

/**
 * One body in the chunks of HTTP, with the trailers behind it, which are read and forgotten. All the chunks at hand become one piece,
 * however small they are; the lines between them are bounded and strict.
 */
final class TransferChunks {
    static final int MAX_PIECE_BYTES = 64 << 10;
    private static final int MAX_EXTENSION_BYTES = 256;
    private static final int MAX_DIGITS = 15;

    private enum State {
        SIZE,
        EXTENSION,
        SIZE_END,
        DATA,
        DATA_RETURN,
        DATA_END,
        TRAILERS,
        DONE
    }

    private State state = State.SIZE;
    private long size;
    private int digits;
    private int extensionBytes;
    private @Nullable HeadBuffer trailers;

    boolean isDone() {
        return state == State.DONE;
    }

    /** The data that {@code in} holds, or null when it holds none; stops at the end of the body, and when the piece is full. */
    @Nullable
    ByteBuf take(ByteBuf in, ByteBufAllocator allocator) {
        ByteBuf piece = null;
        try {
            while (in.isReadable() && state != State.DONE) {
                if (state == State.DATA) {
                    if (piece == null) {
                        piece = first(in, allocator);
                    } else if (!piece.isWritable()) {
                        break;
                    }
                    take(in, piece);
                } else if (state == State.TRAILERS) {
                    takeTrailers(in);
                } else {
                    framing(in.readByte());
                }
            }
            ByteBuf taken = piece;
            piece = null;
            return taken;
        } finally {
            if (piece != null) {
                piece.release();
            }
        }
    }

    /** What is left of {@code in} bounds what can come out of it. */
    private static ByteBuf first(ByteBuf in, ByteBufAllocator allocator) {
        int bound = Math.min(in.readableBytes(), MAX_PIECE_BYTES);
        return allocator.heapBuffer(bound, bound);
    }

    private void take(ByteBuf in, ByteBuf piece) {
        int count = (int) Math.min(size, Math.min(in.readableBytes(), piece.writableBytes()));
        piece.writeBytes(in, count);
        size -= count;
        if (size == 0) {
            state = State.DATA_RETURN;
        }
    }

    private void takeTrailers(ByteBuf in) {
        HeadBuffer fields = trailers == null ? HeadBuffer.ofTrailers() : trailers;
        trailers = fields;
        if (fields.take(in)) {
            fields.requireFields();
            trailers = null;
            state = State.DONE;
        }
    }

    private void framing(byte octet) {
        switch (state) {
            case SIZE -> {
                if (octet == '\r' && digits > 0) {
                    state = State.SIZE_END;
                } else if (octet == ';' && digits > 0) {
                    state = State.EXTENSION;
                    extensionBytes = 0;
                } else {
                    int digit = octet < 0 ? -1 : Character.digit(octet, 16);
                    require(digit >= 0 && ++digits <= MAX_DIGITS);
                    size = size << 4 | digit;
                }
            }
            // A server overlooks extensions that it does not know (RFC 9112 §7.1.1).
            case EXTENSION -> {
                boolean printable = octet < 0 || octet >= 0x20 && octet != 0x7f || octet == '\t';
                require(octet == '\r' || printable && ++extensionBytes <= MAX_EXTENSION_BYTES);
                state = octet == '\r' ? State.SIZE_END : State.EXTENSION;
            }
            case SIZE_END -> {
                require(octet == '\n');
                digits = 0;
                state = size == 0 ? State.TRAILERS : State.DATA;
            }
            case DATA_RETURN -> {
                require(octet == '\r');
                state = State.DATA_END;
            }
            case DATA_END -> {
                require(octet == '\n');
                state = State.SIZE;
            }
            case DATA, TRAILERS, DONE -> throw new IllegalStateException(state.name());
        }
    }

    private static void require(boolean fine) {
        if (!fine) {
            throw S3Error.BAD_REQUEST.exception("The chunks of the body are malformed.");
        }
    }
}
