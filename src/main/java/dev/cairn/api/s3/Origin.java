package dev.cairn.api.s3;

import dev.cairn.api.http.PercentCoding;
import dev.cairn.api.http.RequestTarget;

/** How and where a request was sent: what its client has to ask to reach the same thing again. */
record Origin(String method, String scheme, String host, RequestTarget target) {
    /** The URL without its query, in the style of bucket names that the client uses; a path only for a client that named no host. */
    String url() {
        StringBuilder url = new StringBuilder();
        if (!host.isEmpty()) {
            url.append(scheme).append("://").append(host);
        }
        PercentCoding.encodePath(target.path(), url);
        return url.toString();
    }
}
