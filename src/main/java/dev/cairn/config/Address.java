package dev.cairn.config;

/** Where to listen or to connect: a host (an IPv6 address without its brackets) and a port; port 0 lets the system choose. */
public record Address(String host, int port) {
    private static final int MAX_PORT = 65535;

    static Address parse(String text) {
        int colon = text.lastIndexOf(':');
        if (colon < 0 || colon == text.length() - 1) {
            throw new IllegalArgumentException("has no port: write host:port, such as 127.0.0.1:3900 or [::]:3900");
        }
        return new Address(host(text.substring(0, colon)), port(text.substring(colon + 1)));
    }

    private static String host(String text) {
        if (text.isEmpty()) {
            return "::";
        }
        if (text.startsWith("[") && text.endsWith("]")) {
            return text.substring(1, text.length() - 1);
        }
        if (text.indexOf(':') >= 0) {
            throw new IllegalArgumentException("is ambiguous: put an IPv6 address into brackets, such as [::1]:3900");
        }
        return text;
    }

    private static int port(String text) {
        try {
            int port = Integer.parseInt(text);
            if (port >= 0 && port <= MAX_PORT) {
                return port;
            }
        } catch (NumberFormatException _) {
            // Said below, as for a number out of range.
        }
        throw new IllegalArgumentException("has the port " + text + ": ports are 0 to " + MAX_PORT);
    }

    /** True if this address means every interface of the machine. */
    public boolean isAny() {
        return host.equals("::") || host.equals("0.0.0.0");
    }

    @Override
    public String toString() {
        return (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port;
    }
}
