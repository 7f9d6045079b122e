package dev.cairn.api.http;

import java.time.Duration;

/**
 * What one request may make a connection hold before anybody knows who sent it, and how long that may take. The fields of a head are
 * few and small, as with AWS; a request line has room for a presigned URL of the longest key.
 *
 * @param head from the first byte of a head to its last
 * @param body the span in which a body that is waited for must bring {@value #MIN_BODY_RATE} bytes per second
 */
public record RequestLimits(Duration head, Duration body) {
    static final int MAX_LINE_BYTES = 16 << 10;
    static final int MAX_FIELD_BYTES = 8 << 10;
    static final int MAX_FIELDS = 200;
    static final int MIN_BODY_RATE = 512;

    /** Bytes that one span of {@link #body} must bring. */
    long bodyBytes() {
        return Math.max(1, body.toMillis() * MIN_BODY_RATE / 1000);
    }
}
