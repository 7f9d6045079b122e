package dev.cairn.api.http;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * The lines of a head or of a trailer while they come in: plain bytes, within {@link RequestLimits}, refused with the first byte too
 * many.
 */
final class HeadBuffer {
    private static final int FIRST_BYTES = 1024;
    private static final int MAX_EMPTY_LINES = 4;

    private byte[] bytes = {};
    private int size;
    private int lineStart;
    private int fieldsStart;
    private int lines;
    private int emptyLines;

    private HeadBuffer(int firstLines) {
        this.lines = firstLines;
    }

    /** For a head: a request line, then fields. */
    static HeadBuffer ofHead() {
        return new HeadBuffer(0);
    }

    /** For fields alone. */
    static HeadBuffer ofTrailers() {
        return new HeadBuffer(1);
    }

    /** Takes what belongs here out of {@code in}; true once the empty line at the end is in. */
    boolean take(ByteBuf in) {
        while (in.isReadable()) {
            int lineFeed = in.indexOf(in.readerIndex(), in.writerIndex(), (byte) '\n');
            int count = (lineFeed < 0 ? in.writerIndex() : lineFeed + 1) - in.readerIndex();
            requireRoom(count);
            if (size + count > bytes.length) {
                bytes = Arrays.copyOf(bytes, Math.max(Math.max(size + count, FIRST_BYTES), 2 * bytes.length));
            }
            in.readBytes(bytes, size, count);
            size += count;
            if (lineFeed >= 0 && endLine()) {
                return true;
            }
        }
        return false;
    }

    private void requireRoom(int more) {
        if (lines == 0 && size + more > RequestLimits.MAX_LINE_BYTES) {
            throw S3Error.URI_TOO_LONG.exception();
        }
        if (lines > 0 && size + more - fieldsStart > RequestLimits.MAX_FIELD_BYTES) {
            throw tooLarge(RequestLimits.MAX_FIELD_BYTES);
        }
    }

    private boolean endLine() {
        int length = size - lineStart - 2;
        if (length < 0 || bytes[size - 2] != '\r') {
            throw S3Error.BAD_REQUEST.exception("A line ends without a carriage return.");
        }
        if (length == 0 && lines > 0) {
            return true;
        }
        if (length == 0) {
            // Some clients put an empty line behind a body; RFC 9112 (§2.2) asks servers to overlook it.
            if (++emptyLines > MAX_EMPTY_LINES) {
                throw S3Error.BAD_REQUEST.exception();
            }
            size = 0;
        } else if (lines++ == 0) {
            fieldsStart = size;
        } else if (lines - 1 > RequestLimits.MAX_FIELDS) {
            throw tooLarge(RequestLimits.MAX_FIELDS);
        }
        lineStart = size;
        return false;
    }

    private static S3Exception tooLarge(int bound) {
        return S3Error.HEADERS_TOO_LARGE.exception().with("MaxSizeAllowed", String.valueOf(bound));
    }

    /** Whether nothing of a request has come yet. */
    boolean isEmpty() {
        return size == 0 && emptyLines == 0;
    }

    RequestHead head() {
        return RequestHead.parse(bytes, size);
    }

    void requireFields() {
        RequestHead.requireFields(bytes, size);
    }
}
