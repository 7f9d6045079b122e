package dev.cairn.kernel.codec;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedInputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.MessageLite;
import com.google.protobuf.Parser;
import com.google.protobuf.UnsafeByteOperations;
import dev.cairn.kernel.Failure;
import java.io.IOException;
import java.nio.ByteBuffer;
import org.jspecify.annotations.Nullable;

/** Between protobuf messages and bytes, without copies: what is parsed shares the memory of what it was parsed from. */
public final class Protos {
    private Protos() {}

    public static Bytes encoded(MessageLite message) {
        return Bytes.wrap(message.toByteArray());
    }

    public static <M extends MessageLite> M parse(Parser<M> parser, Bytes encoded) {
        try {
            CodedInputStream in = proto(encoded).newCodedInput();
            in.enableAliasing(true);
            M message = parser.parseFrom(in);
            in.checkLastTagWas(0);
            return message;
        } catch (InvalidProtocolBufferException e) {
            throw new Failure.Corrupt("row: " + e.getMessage()).asException();
        }
    }

    /** Reads an encoded message field by field; what is read does not share its memory. */
    public static <R extends @Nullable Object> R scan(Bytes encoded, Scanner<R> scanner) {
        try {
            return scanner.read(proto(encoded).newCodedInput());
        } catch (IOException e) {
            throw new Failure.Corrupt("row: " + e.getMessage()).asException();
        }
    }

    /** What {@link #scan} makes of a message. */
    @FunctionalInterface
    public interface Scanner<R extends @Nullable Object> {
        R read(CodedInputStream in) throws IOException;
    }

    public static ByteString proto(Bytes bytes) {
        ByteString[] shared = new ByteString[1];
        bytes.feed((array, offset, length) -> shared[0] = UnsafeByteOperations.unsafeWrap(array, offset, length));
        return shared[0];
    }

    public static Bytes bytes(ByteString proto) {
        var sink = new Sink();
        try {
            UnsafeByteOperations.unsafeWriteTo(proto, sink);
        } catch (IOException e) {
            throw new AssertionError("memory cannot fail", e);
        }
        return sink.one == null ? Bytes.wrap(proto.toByteArray()) : sink.one;
    }

    /** Keeps the array behind a string that lies in one piece; nothing for any other. */
    private static final class Sink extends ByteOutput {
        private int pieces;
        private @Nullable Bytes one;

        @Override
        public void write(byte value) {
            none();
        }

        @Override
        public void write(byte[] value, int offset, int length) {
            none();
        }

        @Override
        public void writeLazy(byte[] value, int offset, int length) {
            pieces++;
            one = pieces == 1 ? Bytes.wrap(value, offset, length) : null;
        }

        @Override
        public void write(ByteBuffer value) {
            none();
        }

        @Override
        public void writeLazy(ByteBuffer value) {
            none();
        }

        private void none() {
            pieces++;
            one = null;
        }
    }
}
