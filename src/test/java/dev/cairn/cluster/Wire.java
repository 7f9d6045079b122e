package dev.cairn.cluster;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;

/** Where raw requests of one key pair go. Immutable; each call opens a connection of its own. */
record Wire(String host, int port, SigV4 signer) {
    private static final int CONNECT_MILLIS = 5_000;
    private static final int READ_MILLIS = 120_000;

    /** A request with this target exactly as given, signed with this key unless told otherwise. */
    Call call(String method, String rawTarget) {
        return new Call(this, method, rawTarget);
    }

    /** Target of an object, percent-encoded as clients do. */
    static String path(String bucket, String key) {
        return "/" + bucket + "/" + SigV4.encoded(key, true);
    }

    String authority() {
        return host + ":" + port;
    }

    Socket connect() throws IOException {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, port), CONNECT_MILLIS);
        socket.setSoTimeout(READ_MILLIS);
        return socket;
    }

    /** Sends these bytes and reads one answer. */
    Answer exchange(byte[] request, boolean isHead) {
        try (Socket socket = connect()) {
            Thread.ofVirtual().start(() -> write(socket, request));
            return Answer.read(socket.getInputStream(), isHead);
        } catch (IOException e) {
            throw new IllegalStateException("no answer: " + e, e);
        }
    }

    private static void write(Socket socket, byte[] bytes) {
        try {
            socket.getOutputStream().write(bytes);
        } catch (IOException _) {
            // the server may answer and close before it has read everything; the answer decides
        }
    }
}
