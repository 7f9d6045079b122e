package dev.cairn.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** One request being put together, right or wrong on purpose; every byte of it is under the test's control. Used once. */
final class Call {
    private final Wire wire;
    private final String method;
    private String target;
    private final SortedMap<String, String> signedHeaders = new TreeMap<>();
    private final List<String> otherHeaders = new ArrayList<>();
    private final List<String> droppedHeaders = new ArrayList<>();
    private final SortedMap<String, String> trailers = new TreeMap<>();
    private SigV4 signer;
    private Instant at = Instant.now();
    private byte[] body = {};
    private String payloadHash = "";
    private String length = "";
    private boolean sign = true;
    private boolean breakSignature;
    private @Nullable Duration presignedFor;
    private int chunkBytes;
    private boolean signChunks;
    private int brokenChunk = -1;
    private boolean sendTrailers = true;
    private boolean breakTrailerSignature;
    private boolean transferChunked;

    Call(Wire wire, String method, String target) {
        this.wire = wire;
        this.method = method;
        this.target = target;
        this.signer = wire.signer();
        signedHeaders.put("host", wire.authority());
    }

    /** A header that is sent and signed. */
    Call header(String name, String value) {
        signedHeaders.put(name.toLowerCase(Locale.ROOT), value);
        return this;
    }

    /** A header that is sent beside the signature, not under it. */
    Call unsignedHeader(String name, String value) {
        otherHeaders.add(name + ": " + value);
        return this;
    }

    /** A header that is signed but not sent. */
    Call withoutHeader(String name) {
        droppedHeaders.add(name);
        return this;
    }

    Call body(byte[] bytes) {
        body = bytes;
        return this;
    }

    Call body(String text) {
        return body(text.getBytes(StandardCharsets.UTF_8));
    }

    /** What {@code Content-Length} says instead of the truth; "none" leaves it out. */
    Call length(String value) {
        length = value;
        return this;
    }

    /** The body goes out as one HTTP chunk. */
    Call transferChunked() {
        transferChunked = true;
        return this;
    }

    Call at(Instant time) {
        at = time;
        return this;
    }

    Call as(String accessKey, String secretKey) {
        signer = new SigV4(accessKey, secretKey, signer.region(), signer.service());
        return this;
    }

    Call inRegion(String region) {
        signer = new SigV4(signer.accessKey(), signer.secretKey(), region, signer.service());
        return this;
    }

    /** The value of {@code x-amz-content-sha256} instead of the hash of the body. */
    Call payload(String value) {
        payloadHash = value;
        return this;
    }

    Call anonymous() {
        sign = false;
        return this;
    }

    Call breakSignature() {
        breakSignature = true;
        return this;
    }

    /** The signature goes into the query, good for this long. */
    Call presigned(Duration lifetime) {
        presignedFor = lifetime;
        return this;
    }

    /** The body is framed as {@code aws-chunked}. */
    Call awsChunked(boolean signed, int bytesPerChunk) {
        signChunks = signed;
        chunkBytes = bytesPerChunk;
        return this;
    }

    Call trailer(String name, String value) {
        trailers.put(name, value);
        return this;
    }

    /** Trailers are announced, but do not come. */
    Call forgetTrailers() {
        sendTrailers = false;
        return this;
    }

    Call breakTrailerSignature() {
        breakTrailerSignature = true;
        return this;
    }

    /** The signature of this chunk is wrong. */
    Call breakChunk(int index) {
        brokenChunk = index;
        return this;
    }

    Answer send() {
        return wire.exchange(bytes(), method.equals("HEAD"));
    }

    /** Sends all but the last {@code missing} bytes, then ends the stream; empty when the server just hangs up. */
    Optional<Answer> sendTruncated(int missing) {
        byte[] request = bytes();
        try (Socket socket = wire.connect()) {
            socket.getOutputStream().write(request, 0, request.length - missing);
            socket.shutdownOutput();
            return Optional.of(Answer.read(socket.getInputStream(), method.equals("HEAD")));
        } catch (SocketTimeoutException e) {
            throw new IllegalStateException("the server neither answered nor closed", e);
        } catch (IOException _) {
            return Optional.empty();
        }
    }

    /** Sends the head only and reads what comes back before any byte of the body is sent. */
    Answer sendHeadOnly() {
        byte[] request = bytes();
        return wire.exchange(Arrays.copyOf(request, request.length - body.length), method.equals("HEAD"));
    }

    /** Sends the head, waits for {@code 100 Continue}, then sends the body. */
    Answer sendAfterContinue() {
        byte[] request = bytes();
        try (Socket socket = wire.connect()) {
            InputStream in = socket.getInputStream();
            socket.getOutputStream().write(request, 0, request.length - body.length);
            String interim = new String(in.readNBytes("HTTP/1.1 100 ".length()), StandardCharsets.ISO_8859_1);
            if (!interim.equals("HTTP/1.1 100 ")) {
                throw new IllegalStateException("wanted 100 first, got " + interim);
            }
            for (int newlines = 0; newlines < 2; ) {
                newlines += in.read() == '\n' ? 1 : 0;
            }
            socket.getOutputStream().write(body);
            return Answer.read(in, method.equals("HEAD"));
        } catch (IOException e) {
            throw new IllegalStateException("no answer: " + e, e);
        }
    }

    /** The request as it goes over the wire. */
    byte[] bytes() {
        String hash = effectivePayloadHash();
        if (chunkBytes > 0) {
            signedHeaders.putIfAbsent("content-encoding", "aws-chunked");
            signedHeaders.putIfAbsent("x-amz-decoded-content-length", Integer.toString(body.length));
            if (!trailers.isEmpty()) {
                signedHeaders.put("x-amz-trailer", String.join(",", trailers.keySet()));
            }
        }
        String authorization = "";
        String signature = "";
        if (sign && presignedFor != null) {
            target += (target.contains("?") ? "&" : "?") + "X-Amz-Algorithm=" + SigV4.ALGORITHM + "&X-Amz-Credential="
                    + SigV4.encoded(signer.accessKey() + "/" + signer.scope(at), false)
                    + "&X-Amz-Date=" + SigV4.TIMESTAMP.format(at)
                    + "&X-Amz-Expires=" + presignedFor.toSeconds()
                    + "&X-Amz-SignedHeaders=" + String.join("%3B", signedHeaders.keySet());
            target += "&X-Amz-Signature=" + tampered(signer.request(at, method, target, signedHeaders, hash));
        } else if (sign) {
            signedHeaders.put("x-amz-date", SigV4.TIMESTAMP.format(at));
            signedHeaders.put("x-amz-content-sha256", hash);
            signature = tampered(signer.request(at, method, target, signedHeaders, hash));
            authorization = "Authorization: " + SigV4.ALGORITHM + " Credential=" + signer.accessKey() + "/"
                    + signer.scope(at) + ", SignedHeaders=" + String.join(";", signedHeaders.keySet())
                    + ", Signature=" + signature + "\r\n";
        }
        if (chunkBytes > 0) {
            body = framed(signature);
        }
        return assembled(authorization);
    }

    private byte[] assembled(String authorization) {
        StringBuilder head = new StringBuilder(method + " " + target + " HTTP/1.1\r\n");
        signedHeaders.forEach((name, value) -> {
            if (!droppedHeaders.contains(name)) {
                head.append(name).append(": ").append(value).append("\r\n");
            }
        });
        otherHeaders.forEach(line -> head.append(line).append("\r\n"));
        head.append(authorization);
        if (transferChunked) {
            head.append("Transfer-Encoding: chunked\r\n");
        }
        boolean implied = transferChunked || (method.equals("GET") || method.equals("HEAD")) && body.length == 0;
        if (!length.equals("none") && !(length.isEmpty() && implied)) {
            head.append("Content-Length: ")
                    .append(length.isEmpty() ? body.length : length)
                    .append("\r\n");
        }
        head.append("\r\n");
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + head.length() + 16);
        out.writeBytes(head.toString().getBytes(StandardCharsets.ISO_8859_1));
        if (transferChunked) {
            out.writeBytes((Integer.toHexString(body.length) + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        }
        out.writeBytes(body);
        if (transferChunked) {
            out.writeBytes("\r\n0\r\n\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        return out.toByteArray();
    }

    private String effectivePayloadHash() {
        if (!payloadHash.isEmpty()) {
            return payloadHash;
        }
        if (presignedFor != null) {
            return "UNSIGNED-PAYLOAD";
        }
        if (chunkBytes > 0) {
            return (signChunks ? "STREAMING-AWS4-HMAC-SHA256-PAYLOAD" : "STREAMING-UNSIGNED-PAYLOAD")
                    + (trailers.isEmpty() ? "" : "-TRAILER");
        }
        return SigV4.sha256Hex(body);
    }

    private String tampered(String signature) {
        return breakSignature ? flipped(signature) : signature;
    }

    private static String flipped(String hex) {
        return (hex.charAt(0) == '0' ? '1' : '0') + hex.substring(1);
    }

    private byte[] framed(String seed) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + body.length / 64 + 1024);
        String previous = seed;
        int index = 0;
        for (int from = 0; ; from += chunkBytes, index++) {
            byte[] data =
                    Arrays.copyOfRange(body, Math.min(from, body.length), Math.min(from + chunkBytes, body.length));
            String line = Integer.toHexString(data.length);
            if (signChunks) {
                previous = signer.chunk(at, previous, data);
                line += ";chunk-signature=" + (index == brokenChunk ? flipped(previous) : previous);
            }
            out.writeBytes((line + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
            if (data.length == 0) {
                break;
            }
            out.writeBytes(data);
            out.writeBytes("\r\n".getBytes(StandardCharsets.ISO_8859_1));
        }
        StringBuilder tail = new StringBuilder();
        if (sendTrailers && !trailers.isEmpty()) {
            StringBuilder canonical = new StringBuilder();
            trailers.forEach((name, value) -> {
                tail.append(name).append(':').append(value).append("\r\n");
                canonical.append(name).append(':').append(value).append('\n');
            });
            if (signChunks) {
                String signature = signer.trailer(at, previous, canonical.toString());
                tail.append("x-amz-trailer-signature:")
                        .append(breakTrailerSignature ? flipped(signature) : signature)
                        .append("\r\n");
            }
        }
        out.writeBytes((tail + "\r\n").getBytes(StandardCharsets.ISO_8859_1));
        return out.toByteArray();
    }
}
