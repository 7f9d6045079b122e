package dev.cairn.net.grpc;

import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.tls.MeshTls;
import dev.cairn.net.tls.RefusedCertificateException;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import javax.net.ssl.SSLSession;

/** Who is at the other end of a call: the node that its certificate says, and the host that it calls from. */
record Caller(NodeId node, String host) {
    private static final Context.Key<Caller> KEY = Context.key("caller");

    static Caller current() {
        Caller caller = KEY.get();
        if (caller == null) {
            throw new IllegalStateException("no call");
        }
        return caller;
    }

    /** Finds out who calls, once per call. */
    record Finder(MeshTls tls) implements ServerInterceptor {
        @Override
        public <Q, R> ServerCall.Listener<Q> interceptCall(
                ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
            SSLSession session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
            SocketAddress from = call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR);
            try {
                if (session == null || !(from instanceof InetSocketAddress address)) {
                    throw new IllegalStateException("a call without TLS");
                }
                String host = address.getAddress().getHostAddress();
                int zone = host.indexOf('%');
                Caller caller = new Caller(tls.peer(session), zone < 0 ? host : host.substring(0, zone));
                return Contexts.interceptCall(Context.current().withValue(KEY, caller), call, headers, next);
            } catch (RefusedCertificateException refused) {
                call.close(Status.UNAUTHENTICATED.withDescription(refused.getMessage()), new Metadata());
                return new ServerCall.Listener<>() {};
            }
        }
    }
}
