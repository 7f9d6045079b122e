package dev.cairn.api.http;

/** The stretch of an object that a read asks for, already clipped to the object's size. */
public sealed interface ByteRange {
    /** Everything: nothing was asked for, or nothing a server has to understand. */
    record Whole() implements ByteRange {}

    /** The bytes from {@code first} to {@code last}, both included. */
    record Part(long first, long last) implements ByteRange {
        public long length() {
            return last - first + 1;
        }

        /** The value of {@code Content-Range}. */
        public String contentRange(long size) {
            return "bytes " + first + "-" + last + "/" + size;
        }
    }

    /** Well-formed, but no byte of the object lies in it. */
    record Unsatisfiable(String asked) implements ByteRange {
        public S3Exception exception(long size) {
            return S3Error.INVALID_RANGE
                    .exception()
                    .with("RangeRequested", asked)
                    .with("ActualObjectSize", String.valueOf(size))
                    .withHeader("Content-Range", "bytes */" + size);
        }
    }

    /** The range of a request to read an object of {@code size} bytes; several ranges and syntax errors mean the whole. */
    static ByteRange of(Headers headers, long size) {
        var header = headers.get("range");
        return header.isEmpty() ? new Whole() : parse(header.get(), size);
    }

    static ByteRange parse(String header, long size) {
        String text = header.strip();
        int dash = text.indexOf('-');
        if (!text.regionMatches(true, 0, "bytes=", 0, 6) || dash < 0) {
            return new Whole();
        }
        String from = text.substring(6, dash).strip();
        String to = text.substring(dash + 1).strip();
        long first = number(from);
        long last = number(to);
        if (first == BROKEN || last == BROKEN || first == ABSENT && last == ABSENT) {
            return new Whole();
        }
        if (first == ABSENT) {
            if (last == 0) {
                return new Unsatisfiable(text);
            }
            // All that an empty object has is the last byte of it and more: nothing.
            return size == 0 ? new Whole() : new Part(Math.max(0, size - last), size - 1);
        }
        if (last != ABSENT && last < first) {
            return new Whole();
        }
        if (first >= size) {
            return new Unsatisfiable(text);
        }
        return new Part(first, last == ABSENT ? size - 1 : Math.min(last, size - 1));
    }

    /** The value of {@code x-amz-copy-source-range}: both ends given, and both inside a source of {@code size} bytes. */
    static Part ofCopySource(String header, long size) {
        String text = header.strip();
        int dash = text.indexOf('-');
        long first = text.startsWith("bytes=") && dash > 0 ? number(text.substring(6, dash)) : BROKEN;
        long last = first < 0 ? BROKEN : number(text.substring(dash + 1));
        if (first < 0 || last < first) {
            throw S3Exception.invalidArgument(
                    "x-amz-copy-source-range",
                    header,
                    "The x-amz-copy-source-range value must be of the form bytes=first-last.");
        }
        if (last >= size) {
            throw new Unsatisfiable(text).exception(size);
        }
        return new Part(first, last);
    }

    long ABSENT = -1;
    long BROKEN = -2;

    private static long number(String digits) {
        if (digits.isEmpty()) {
            return ABSENT;
        }
        long value = 0;
        for (int i = 0; i < digits.length(); i++) {
            int digit = digits.charAt(i) - '0';
            if (digit < 0 || digit > 9) {
                return BROKEN;
            }
            // More digits than a size can have only move the end further out.
            value = value > (Long.MAX_VALUE - digit) / 10 ? Long.MAX_VALUE : value * 10 + digit;
        }
        return value;
    }
}
