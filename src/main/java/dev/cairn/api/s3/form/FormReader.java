package dev.cairn.api.s3.form;

import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import io.smallrye.mutiny.Uni;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads {@code multipart/form-data} (RFC 7578) as it comes: first the fields before the file, together at most {@value #MAX_FIELD_BYTES} bytes, then
 * the file piece by piece. What stands behind the file is ignored. One call at a time.
 */
public final class FormReader {
    public static final int MAX_FIELD_BYTES = 20 << 10;
    private static final String TYPE = "multipart/form-data";
    private static final int MAX_BOUNDARY = 70;
    private static final Pattern BOUNDARY =
            Pattern.compile(";\\s*boundary=(?:\"([^\"]+)\"|([^\\s\";]+))", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile(";\\s*name=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s\";]+))");
    private static final Pattern FILE_NAME =
            Pattern.compile(";\\s*filename=(?:\"((?:[^\"\\\\]|\\\\.)*)\"|([^\\s\";]+))");
    private static final Bytes LINE = Bytes.utf8("\r\n");
    private static final Bytes BLANK_LINE = Bytes.utf8("\r\n\r\n");
    private static final String DISPOSITION = "content-disposition:";

    private final ByteSource upstream;
    private final Bytes delimiter;
    private final Map<String, Bytes> fields = new LinkedHashMap<>();
    private Bytes unread = LINE;
    private State state = State.BEFORE_DELIMITER;
    private String name = "";
    private String fileName = "";
    private long passed;
    private boolean isEnded;

    private enum State {
        BEFORE_DELIMITER,
        AFTER_DELIMITER,
        HEADERS,
        VALUE,
        FILE,
        END
    }

    private FormReader(ByteSource upstream, String boundary) {
        this.upstream = upstream;
        this.delimiter = Bytes.utf8("\r\n--" + boundary);
    }

    /** A reader of a body of that {@code Content-Type}. */
    public static FormReader of(Optional<String> contentType, ByteSource body) {
        String type = contentType.orElse("").strip();
        if (!type.regionMatches(true, 0, TYPE, 0, TYPE.length())) {
            throw S3Error.PRECONDITION_FAILED
                    .exception()
                    .with("Condition", "Bucket POST must be of the enclosure-type multipart/form-data");
        }
        Matcher found = BOUNDARY.matcher(type);
        if (!found.find()) {
            throw malformed();
        }
        String boundary = found.group(1) == null ? found.group(2) : found.group(1);
        if (boundary.length() > MAX_BOUNDARY) {
            throw malformed();
        }
        return new FormReader(body, boundary);
    }

    /** The fields before the file; fails where there is none. */
    public Uni<FormFields> fields() {
        return Repeat.whileTrue(this::readOn).map(_ -> {
            if (state != State.FILE) {
                throw S3Exception.invalidArgument("file", "0", "POST requires exactly one file upload per request.");
            }
            return new FormFields(fields, fileName);
        });
    }

    /** Reads as much as is there, then more; false at the file and at the end. */
    private Uni<Boolean> readOn() {
        while (step()) {
            if (state == State.FILE || state == State.END) {
                return Uni.createFrom().item(false);
            }
        }
        requireFewer(passed + unread.length());
        return upstream.next().map(piece -> {
            if (piece.isEmpty()) {
                throw malformed();
            }
            unread = unread.concat(piece);
            return true;
        });
    }

    /** Takes one thing off what is unread; false when it is not there as a whole. */
    private boolean step() {
        return switch (state) {
            case BEFORE_DELIMITER, VALUE -> toDelimiter();
            case AFTER_DELIMITER -> afterDelimiter();
            case HEADERS -> headers();
            case FILE, END -> true;
        };
    }

    private boolean toDelimiter() {
        int at = unread.indexOf(delimiter, 0);
        if (at < 0) {
            return false;
        }
        if (state == State.VALUE) {
            fields.putIfAbsent(
                    FormFields.lowerCase(name), Bytes.copyOf(unread.slice(0, at).toArray()));
        }
        take(at + delimiter.length());
        state = State.AFTER_DELIMITER;
        return true;
    }

    private boolean afterDelimiter() {
        if (unread.length() < 2) {
            return false;
        }
        if (unread.at(0) == '-' && unread.at(1) == '-') {
            state = State.END;
            return true;
        }
        int line = unread.indexOf(LINE, 0);
        if (line < 0) {
            return false;
        }
        // The line's end stays: headers begin with it, so that a part without any is told by a blank line, too.
        take(line);
        state = State.HEADERS;
        return true;
    }

    private boolean headers() {
        int end = unread.indexOf(BLANK_LINE, 0);
        if (end < 0) {
            return false;
        }
        read(unread.slice(0, end).toUtf8());
        take(end + BLANK_LINE.length());
        state = name.equalsIgnoreCase("file") ? State.FILE : State.VALUE;
        return true;
    }

    private void read(String headers) {
        String disposition = headers.lines()
                .filter(line -> line.regionMatches(true, 0, DISPOSITION, 0, DISPOSITION.length()))
                .findFirst()
                .orElseThrow(FormReader::malformed);
        name = quoted(NAME, disposition).orElseThrow(FormReader::malformed);
        if (name.equalsIgnoreCase("file")) {
            String whole = quoted(FILE_NAME, disposition).orElse("");
            fileName = whole.substring(Math.max(whole.lastIndexOf('/'), whole.lastIndexOf('\\')) + 1);
        }
    }

    /** Browsers write a quotation mark in a name as %22, others behind a backslash. */
    private static Optional<String> quoted(Pattern pattern, String text) {
        Matcher found = pattern.matcher(text);
        if (!found.find()) {
            return Optional.empty();
        }
        return Optional.of(
                found.group(1) == null ? found.group(2) : found.group(1).replace("\\\"", "\""));
    }

    private void take(int bytes) {
        unread = unread.from(bytes);
        passed += bytes;
        requireFewer(passed);
    }

    private static void requireFewer(long bytes) {
        if (bytes > MAX_FIELD_BYTES) {
            throw S3Error.MAX_POST_PRE_DATA_LENGTH_EXCEEDED.exception();
        }
    }

    /** The file; to be read once the {@linkplain #fields fields} are known. Fails where the form breaks off before its end. */
    public ByteSource file() {
        return new ByteSource() {
            @Override
            public Uni<Bytes> next() {
                return nextOfFile();
            }

            @Override
            public void cancel() {
                upstream.cancel();
            }
        };
    }

    private Uni<Bytes> nextOfFile() {
        if (state == State.END) {
            return Uni.createFrom().item(Bytes.EMPTY);
        }
        int end = unread.indexOf(delimiter, 0);
        if (end >= 0) {
            Bytes last = unread.slice(0, end);
            unread = Bytes.EMPTY;
            state = State.END;
            // Whoever declared the length of the whole is held to it.
            return Repeat.whileTrue(() -> upstream.next().map(piece -> !piece.isEmpty()))
                    .replaceWith(last);
        }
        if (isEnded) {
            throw malformed();
        }
        // The end of it may be the beginning of the delimiter.
        int sure = Math.max(0, unread.length() - delimiter.length() + 1);
        Bytes piece = unread.slice(0, sure);
        Bytes kept = unread.from(sure);
        return sure > 0
                ? Uni.createFrom().item(piece).invoke(() -> unread = kept)
                : upstream.next()
                        .invoke(more -> {
                            isEnded = more.isEmpty();
                            unread = kept.concat(more);
                        })
                        .chain(this::nextOfFile);
    }

    private static S3Exception malformed() {
        return S3Error.MALFORMED_POST_REQUEST.exception();
    }
}
