package dev.cairn.api.admin;

import dev.cairn.kernel.Secret;
import jakarta.inject.Provider;
import jakarta.ws.rs.container.ContainerRequestContext;
import jakarta.ws.rs.container.ContainerRequestFilter;
import jakarta.ws.rs.container.ContainerResponseContext;
import jakarta.ws.rs.container.ContainerResponseFilter;
import jakarta.ws.rs.core.HttpHeaders;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Lets calls with the right bearer token and a body of bounded length pass, before the body is read, and logs every change. */
@jakarta.ws.rs.ext.Provider
@AdminApi
final class TokenFilter implements ContainerRequestFilter, ContainerResponseFilter {
    static final int MAX_BODY_BYTES = 64 << 10;
    private static final String SCHEME = "Bearer ";
    private static final Logger LOG = Logger.getLogger("dev.cairn.admin");

    /** Asked for late: the container makes this object before there is a node. */
    private final Provider<AdminSettings> settings;

    TokenFilter(Provider<AdminSettings> settings) {
        this.settings = settings;
    }

    @Override
    public void filter(ContainerRequestContext request) {
        Secret token = settings.get().token();
        if (token == null) {
            throw AdminException.denied(
                    "the admin API is off, since it has no token: set admin.token-file or CAIRN_ADMIN_TOKEN"
                            + " and start the server again");
        }
        if (!carries(token, request.getHeaderString(HttpHeaders.AUTHORIZATION))) {
            throw AdminException.denied("this call wants the header Authorization: Bearer TOKEN with the admin token");
        }
        if (request.getHeaderString("Transfer-Encoding") != null) {
            throw new AdminException(411, "MissingContentLength", "send the body with a Content-Length");
        }
        if (request.getLength() > MAX_BODY_BYTES) {
            throw new AdminException(413, "RequestTooLarge", "a body has at most " + MAX_BODY_BYTES + " bytes");
        }
    }

    @Override
    public void filter(ContainerRequestContext request, ContainerResponseContext response) {
        if (request.getMethod().equals("POST")) {
            LOG.infof("%s: %d", request.getUriInfo().getPath(), response.getStatus());
        }
    }

    /** Compares in a time that says nothing about where a wrong token differs. */
    static boolean carries(Secret token, @Nullable String header) {
        return header != null
                && header.regionMatches(true, 0, SCHEME, 0, SCHEME.length())
                && token.matches(header.substring(SCHEME.length()).strip());
    }
}
