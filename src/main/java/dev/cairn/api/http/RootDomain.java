package dev.cairn.api.http;

import java.util.Locale;
import java.util.Optional;

/** The domain below which a host name carries a bucket name; the empty name switches that off. Always lower case, no dot around. */
public record RootDomain(String name) {
    public static final RootDomain NONE = new RootDomain("");

    public RootDomain {
        name = name.strip().toLowerCase(Locale.ROOT);
        name = name.startsWith(".") ? name.substring(1) : name;
        name = name.endsWith(".") ? name.substring(0, name.length() - 1) : name;
    }

    /** The bucket named by a {@code Host} value, which may carry a port; none on the bare domain, on addresses and elsewhere. */
    public Optional<String> bucketOf(String host) {
        if (name.isEmpty() || host.length() <= name.length() + 1 || host.charAt(0) == '[') {
            return Optional.empty();
        }
        int colon = host.lastIndexOf(':');
        int end = colon < 0 ? host.length() : colon;
        end = end > 0 && host.charAt(end - 1) == '.' ? end - 1 : end;
        int dot = end - name.length() - 1;
        if (dot <= 0 || host.charAt(dot) != '.' || !host.regionMatches(true, dot + 1, name, 0, name.length())) {
            return Optional.empty();
        }
        return Optional.of(host.substring(0, dot).toLowerCase(Locale.ROOT));
    }
}
