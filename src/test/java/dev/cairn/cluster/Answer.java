package dev.cairn.cluster;

import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A whole HTTP answer as it came over the wire; header names in lower case, {@code continued} after a 100. */
record Answer(int status, boolean continued, Map<String, List<String>> headers, byte[] body) {
    private static final int MAX_HEAD_BYTES = 64 * 1024;

    String header(String name) {
        return String.join(",", headers.getOrDefault(name.toLowerCase(Locale.ROOT), List.of()));
    }

    String text() {
        return new String(body, StandardCharsets.UTF_8);
    }

    /** Content of the first element of this name in the body, or the empty string. */
    String element(String name) {
        List<String> all = elements(name);
        return all.isEmpty() ? "" : all.getFirst();
    }

    List<String> elements(String name) {
        List<String> found = new ArrayList<>();
        Matcher matcher = Pattern.compile("<" + name + ">(.*?)</" + name + ">", Pattern.DOTALL)
                .matcher(text());
        while (matcher.find()) {
            found.add(matcher.group(1));
        }
        return found;
    }

    /** The S3 error code, or the empty string. */
    String code() {
        return text().contains("<Error>") ? element("Code") : "";
    }

    @Override
    public String toString() {
        String start = text();
        return status + (code().isEmpty() ? "" : " " + code()) + " " + headers + "\n"
                + start.substring(0, Math.min(start.length(), 600));
    }

    /** Reads one answer, skipping interim ones; a body without length lasts to the end of the stream. */
    static Answer read(InputStream in, boolean isHead) throws IOException {
        boolean continued = false;
        while (true) {
            String[] lines = head(in).split("\r\n");
            int status = Integer.parseInt(lines[0].split(" ")[1]);
            if (status == 100) {
                continued = true;
                continue;
            }
            Map<String, List<String>> headers = new TreeMap<>();
            for (int i = 1; i < lines.length; i++) {
                int colon = lines[i].indexOf(':');
                headers.computeIfAbsent(lines[i].substring(0, colon).toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
                        .add(lines[i].substring(colon + 1).strip());
            }
            boolean bodyless = isHead || status == 204 || status == 304;
            return new Answer(status, continued, headers, bodyless ? new byte[0] : body(in, headers));
        }
    }

    private static byte[] body(InputStream in, Map<String, List<String>> headers) throws IOException {
        if (headers.containsKey("content-length")) {
            int length = Integer.parseInt(headers.get("content-length").getFirst());
            byte[] body = in.readNBytes(length);
            if (body.length < length) {
                throw new EOFException("body ended after " + body.length + " of " + length + " bytes");
            }
            return body;
        }
        if (!headers.getOrDefault("transfer-encoding", List.of()).contains("chunked")) {
            return in.readAllBytes();
        }
        ByteArrayOutputStream body = new ByteArrayOutputStream();
        while (true) {
            int size = Integer.parseInt(line(in), 16);
            body.write(in.readNBytes(size));
            line(in);
            if (size == 0) {
                return body.toByteArray();
            }
        }
    }

    private static String head(InputStream in) throws IOException {
        StringBuilder head = new StringBuilder();
        for (String line = line(in); !line.isEmpty(); line = line(in)) {
            head.append(line).append("\r\n");
            if (head.length() > MAX_HEAD_BYTES) {
                throw new IOException("more than " + MAX_HEAD_BYTES + " bytes of headers");
            }
        }
        return head.toString();
    }

    private static String line(InputStream in) throws IOException {
        StringBuilder line = new StringBuilder();
        for (int c = in.read(); c != '\n'; c = in.read()) {
            if (c < 0) {
                throw new EOFException("connection closed after: " + line);
            }
            if (c != '\r') {
                line.append((char) c);
            }
        }
        return line.toString();
    }
}
