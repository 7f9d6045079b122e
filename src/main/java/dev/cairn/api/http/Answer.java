package dev.cairn.api.http;

import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import java.util.ArrayList;
import java.util.List;

/** What goes back to the client: status, header fields in order, and a body. Made by one thread, then sent once. */
public final class Answer {
    private final int status;
    private final List<Field> fields = new ArrayList<>(12);
    private Body body = Body.NONE;

    /** One header field. */
    public record Field(String name, String value) {}

    /** The body of an answer. */
    public sealed interface Body {
        Body NONE = new Whole(Bytes.EMPTY);

        record Whole(Bytes bytes) implements Body {}

        /**
         * Pulled while it is sent; a source that fails breaks the connection, so that nobody takes a part for the whole. At most {@code held} bytes of it are in
         * memory at a time.
         */
        record Streamed(ByteSource source, long length, long held) implements Body {
            /** Of pieces as they come from disks and peers. */
            public Streamed(ByteSource source, long length) {
                this(source, length, 2 * BlockFiles.PIECE_BYTES);
            }
        }

        /** As {@link Streamed}, of a length that is not known when it begins: sent in chunks. */
        record Growing(ByteSource source) implements Body {}

        /** Nothing is sent, but the length of what a GET would send is told; for HEAD. */
        record Withheld(long length) implements Body {}
    }

    private Answer(int status) {
        this.status = status;
    }

    public static Answer of(int status) {
        return new Answer(status);
    }

    public static Answer xml(int status, Bytes document) {
        return of(status).field("Content-Type", "application/xml").body(new Body.Whole(document));
    }

    public Answer field(String name, String value) {
        fields.add(new Field(name, value));
        return this;
    }

    public Answer body(Body what) {
        body = what;
        return this;
    }

    /** The same under another status. */
    public Answer under(int other) {
        Answer answer = new Answer(other);
        answer.fields.addAll(fields);
        answer.body = body;
        return answer;
    }

    public int status() {
        return status;
    }

    public List<Field> fields() {
        return fields;
    }

    public Body body() {
        return body;
    }
}
