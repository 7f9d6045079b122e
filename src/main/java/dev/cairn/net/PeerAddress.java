package dev.cairn.net;

/** Where a node is reached: a host name or an IP address, without brackets, and a port. */
public record PeerAddress(String host, int port) {
    private static final int MAX_HOST = 253;
    private static final int MAX_PORT = 65_535;

    public PeerAddress {
        if (host.isEmpty() || host.length() > MAX_HOST || port < 1 || port > MAX_PORT) {
            throw new IllegalArgumentException("no address: %s port %d".formatted(host, port));
        }
    }

    /** Reads {@code host:port} or {@code [IPv6]:port}. */
    public static PeerAddress parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 1) {
            throw new IllegalArgumentException("no address: " + text);
        }
        String host = text.substring(0, colon);
        if (host.startsWith("[") && host.endsWith("]")) {
            host = host.substring(1, host.length() - 1);
        } else if (host.indexOf(':') >= 0) {
            throw new IllegalArgumentException("no address: " + text + " (an IPv6 address goes into brackets)");
        }
        try {
            return new PeerAddress(host, Integer.parseInt(text.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new IllegalArgumentException("no address: " + text, e);
        }
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
