package dev.cairn.api.auth;

import dev.cairn.api.http.Headers;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * A body in chunks of {@code aws-chunked} without its framing. Pieces of a chunk go on before its signature is known, so that no
 * chunk is ever held in memory; the source fails at the end of a chunk that was not what was signed, and a consumer keeps nothing
 * of a failed source. A line of the framing has at most {@value #MAX_LINE} bytes, the trailers at most {@value #MAX_TRAILER_BYTES}.
 */
public final class ChunkedBody implements RequestBody {
    static final int MAX_LINE = 1024;
    static final int MAX_TRAILER_BYTES = 4096;
    private static final int SMALL_CHUNK = 4096;
    private static final int MAX_DECLARED_TRAILERS = 8;
    private static final String SIGNATURE = "chunk-signature=";
    private static final String TRAILER_SIGNATURE = "x-amz-trailer-signature";

    private enum State {
        CHUNK_HEADER,
        DATA,
        DATA_END,
        TRAILERS,
        FINISHED
    }

    private final ByteSource upstream;
    private final PayloadMode mode;
    private final long length;
    private final List<String> declared;
    private final @Nullable ChunkSignatures signatures;
    private final AtomicInteger pulls = new AtomicInteger();
    private final StringBuilder line = new StringBuilder();
    private final List<Map.Entry<String, String>> trailers = new ArrayList<>();

    private @Nullable UniEmitter<? super Bytes> consumer;
    private State state = State.CHUNK_HEADER;
    private Bytes input = Bytes.EMPTY;
    private long undelivered;
    private long chunkRest;
    private int trailerBytes;
    private String chunkSignature = "";

    ChunkedBody(ByteSource upstream, Authentication.Verified request, long length) {
        this.upstream = upstream;
        this.mode = request.payload();
        this.length = length;
        this.undelivered = length;
        this.declared = declaredTrailers(request.headers());
        this.signatures = mode.hasSignedChunks() ? new ChunkSignatures(request) : null;
        if (!mode.hasTrailer() && !declared.isEmpty()) {
            throw S3Error.INVALID_REQUEST.exception("x-amz-trailer needs a body with a trailer.");
        }
    }

    private static List<String> declaredTrailers(Headers headers) {
        var names = new ArrayList<String>();
        for (String value : headers.all("x-amz-trailer")) {
            for (String name : value.split(",", -1)) {
                names.add(name.strip().toLowerCase(Locale.ROOT));
            }
        }
        if (names.size() > MAX_DECLARED_TRAILERS || names.contains("") || names.contains(TRAILER_SIGNATURE)) {
            throw S3Exception.invalidArgument(
                    "x-amz-trailer", String.join(",", names), "The trailer names are not valid.");
        }
        return names;
    }

    @Override
    public Uni<Bytes> next() {
        return Uni.createFrom().emitter((UniEmitter<? super Bytes> emitter) -> {
            consumer = emitter;
            advance();
        });
    }

    @Override
    public void cancel() {
        state = State.FINISHED;
        upstream.cancel();
    }

    @Override
    public long length() {
        return length;
    }

    @Override
    public Headers trailers() {
        return Headers.of(trailers);
    }

    private void advance() {
        try {
            var piece = decode();
            if (piece.isEmpty()) {
                pull();
            } else {
                consumer().complete(piece);
            }
        } catch (S3Exception broken) {
            consumer().fail(broken);
        }
    }

    /** Asks for more input; a source that answers at once is asked again in a loop, not in deeper and deeper calls. */
    private void pull() {
        if (pulls.getAndIncrement() != 0) {
            return;
        }
        do {
            upstream.next().subscribe().with(this::take, failure -> consumer().fail(failure));
        } while (pulls.decrementAndGet() != 0);
    }

    private void take(Bytes piece) {
        if (!piece.isEmpty()) {
            input = piece;
            advance();
        } else if (state == State.FINISHED) {
            consumer().complete(Bytes.EMPTY);
        } else {
            consumer().fail(incomplete());
        }
    }

    /** Who asked for the piece at work; there is only one at a time. */
    private UniEmitter<? super Bytes> consumer() {
        return Objects.requireNonNull(consumer, "nobody asked");
    }

    /** The next piece of data in the input at hand; empty when all of it is consumed. */
    private Bytes decode() {
        Gathered small = null;
        while (!input.isEmpty()) {
            switch (state) {
                case CHUNK_HEADER -> {
                    if (readLine()) {
                        beginChunk(takeLine());
                    }
                }
                case DATA -> {
                    if (small == null && Math.min(chunkRest, input.length()) >= SMALL_CHUNK) {
                        return takeData();
                    }
                    small = small == null ? new Gathered(input.length()) : small;
                    small.add(takeData());
                }
                case DATA_END -> {
                    if (readLine()) {
                        if (!takeLine().isEmpty()) {
                            throw incomplete();
                        }
                        endChunk();
                        state = State.CHUNK_HEADER;
                    }
                }
                case TRAILERS -> {
                    if (readLine()) {
                        trailerLine(takeLine());
                    }
                }
                case FINISHED -> throw incomplete();
            }
        }
        return small == null ? Bytes.EMPTY : small.bytes();
    }

    /** The data of chunks so small that each of them, as a piece of its own, would hold a whole network buffer for a few bytes. */
    private static final class Gathered {
        private final byte[] bytes;
        private int size;

        Gathered(int bound) {
            this.bytes = new byte[bound];
        }

        void add(Bytes piece) {
            piece.copyTo(bytes, size);
            size += piece.length();
        }

        Bytes bytes() {
            return size < bytes.length / 2 ? Bytes.wrap(Arrays.copyOf(bytes, size)) : Bytes.wrap(bytes, 0, size);
        }
    }

    private Bytes takeData() {
        int size = (int) Math.min(chunkRest, input.length());
        var piece = input.slice(0, size);
        input = input.from(size);
        chunkRest -= size;
        undelivered -= size;
        if (signatures != null) {
            signatures.update(piece);
        }
        if (chunkRest == 0) {
            state = State.DATA_END;
        }
        return piece;
    }

    private void beginChunk(String header) {
        int end = header.indexOf(';');
        chunkRest = size(end < 0 ? header : header.substring(0, end));
        if (signatures != null) {
            if (end < 0 || !header.startsWith(SIGNATURE, end + 1)) {
                throw incomplete();
            }
            chunkSignature = header.substring(end + 1 + SIGNATURE.length());
        }
        if (chunkRest > undelivered) {
            throw incomplete();
        }
        if (chunkRest > 0) {
            state = State.DATA;
            return;
        }
        endChunk();
        if (undelivered > 0) {
            throw incomplete();
        }
        state = State.TRAILERS;
    }

    private void endChunk() {
        if (signatures != null) {
            signatures.verifyChunk(chunkSignature);
        }
    }

    private void trailerLine(String text) {
        if (text.isEmpty()) {
            finish();
            return;
        }
        int colon = text.indexOf(':');
        trailerBytes += text.length();
        if (colon <= 0 || !mode.hasTrailer() || trailerBytes > MAX_TRAILER_BYTES) {
            throw malformedTrailer();
        }
        String name = text.substring(0, colon).strip().toLowerCase(Locale.ROOT);
        // Some clients end the value with a line feed of its own.
        String value = text.substring(colon + 1).strip();
        if (seen(TRAILER_SIGNATURE) || seen(name) || !declared.contains(name) && !isSignature(name)) {
            throw malformedTrailer();
        }
        trailers.add(Map.entry(name, value));
    }

    private boolean isSignature(String name) {
        return mode.hasSignedChunks() && name.equals(TRAILER_SIGNATURE);
    }

    private boolean seen(String name) {
        return trailers.stream().anyMatch(trailer -> trailer.getKey().equals(name));
    }

    private void finish() {
        for (String name : declared) {
            if (!seen(name)) {
                throw malformedTrailer();
            }
        }
        if (signatures != null && mode.hasTrailer()) {
            if (!seen(TRAILER_SIGNATURE)) {
                throw malformedTrailer();
            }
            String signature = trailers.removeLast().getValue();
            var canonical = new StringBuilder();
            for (var trailer : trailers) {
                canonical
                        .append(trailer.getKey())
                        .append(':')
                        .append(trailer.getValue())
                        .append('\n');
            }
            signatures.verifyTrailer(canonical.toString(), signature);
        }
        state = State.FINISHED;
    }

    /** Moves input into the line; true once the line has its end. */
    private boolean readLine() {
        int at = 0;
        while (at < input.length()) {
            char c = (char) (input.at(at++) & 0xff);
            int last = line.length() - 1;
            if (c == '\n' && last >= 0 && line.charAt(last) == '\r') {
                line.setLength(last);
                input = input.from(at);
                return true;
            }
            if (line.length() == MAX_LINE) {
                throw state == State.TRAILERS ? malformedTrailer() : incomplete();
            }
            line.append(c);
        }
        input = Bytes.EMPTY;
        return false;
    }

    private String takeLine() {
        String text = line.toString();
        line.setLength(0);
        return text;
    }

    /** One to sixteen hexadecimal digits without a sign. */
    private static long size(String hex) {
        if (hex.isEmpty() || hex.length() > 15) {
            throw incomplete();
        }
        long size = 0;
        for (int i = 0; i < hex.length(); i++) {
            char c = hex.charAt(i);
            int digit = c < 0x80 ? Character.digit(c, 16) : -1;
            if (digit < 0) {
                throw incomplete();
            }
            size = size << 4 | digit;
        }
        return size;
    }

    private static S3Exception incomplete() {
        return S3Error.INCOMPLETE_BODY.exception();
    }

    private static S3Exception malformedTrailer() {
        return S3Error.MALFORMED_TRAILER.exception();
    }
}
