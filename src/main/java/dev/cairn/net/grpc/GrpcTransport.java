package dev.cairn.net.grpc;

import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.Link;
import dev.cairn.net.PeerAddress;
import dev.cairn.net.Transport;
import dev.cairn.net.tls.MeshTls;
import io.grpc.ManagedChannel;
import io.grpc.Server;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.netty.NettyServerBuilder;
import io.netty.channel.EventLoopGroup;
import io.netty.channel.nio.NioEventLoopGroup;
import io.netty.channel.socket.nio.NioServerSocketChannel;
import io.netty.channel.socket.nio.NioSocketChannel;
import io.netty.handler.ssl.ApplicationProtocolConfig;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.IdentityCipherSuiteFilter;
import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContext;
import io.netty.util.concurrent.DefaultThreadFactory;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;

/**
 * Nodes reach each other over HTTP/2 and mutual TLS 1.3, with as many threads as there are processors, two at most. What one call holds is bounded by
 * the size of a message, what one connection has in flight by its window.
 */
public final class GrpcTransport implements Transport, AutoCloseable {
    /** Bytes: the rows of a page, or those that one comparison sends at once. */
    private static final int MAX_MESSAGE = 16 << 20;

    private static final int WINDOW = 4 << 20;
    private static final int CALLS_PER_CONNECTION = 2000;
    private static final int MAX_THREADS = 2;
    private static final long KEEPALIVE_SECONDS = 10;
    private static final long KEEPALIVE_ANSWER_SECONDS = 5;
    private static final long STOP_MILLIS = 500;

    private final InetSocketAddress bind;
    private final MeshTls tls;
    private final EventLoopGroup loops = new NioEventLoopGroup(
            Math.min(MAX_THREADS, Runtime.getRuntime().availableProcessors()), new DefaultThreadFactory("mesh", true));
    private @Nullable Server server;

    public GrpcTransport(InetSocketAddress bind, MeshTls tls) {
        this.bind = bind;
        this.tls = tls;
    }

    /** Throws {@link UncheckedIOException} when the port cannot be had. */
    @Override
    public void serve(Inbound inbound) {
        try {
            server = NettyServerBuilder.forAddress(bind)
                    .bossEventLoopGroup(loops)
                    .workerEventLoopGroup(loops)
                    .channelType(NioServerSocketChannel.class)
                    .sslContext(ssl(tls.accepting(), false))
                    .directExecutor()
                    .maxInboundMessageSize(MAX_MESSAGE)
                    .flowControlWindow(WINDOW)
                    .maxConcurrentCallsPerConnection(CALLS_PER_CONNECTION)
                    .permitKeepAliveTime(1, TimeUnit.SECONDS)
                    .permitKeepAliveWithoutCalls(true)
                    .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                    .keepAliveTimeout(KEEPALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                    .intercept(new Caller.Finder(tls))
                    .addService(new MeshService(inbound))
                    .build()
                    .start();
        } catch (IOException e) {
            throw new UncheckedIOException(
                    "cannot listen for other nodes on %s: %s".formatted(bind, e.getMessage()), e);
        }
    }

    @Override
    public Uni<Link> dial(NodeId node, PeerAddress address) {
        return Uni.createFrom().item(() -> new GrpcLink(channel(node, address)));
    }

    private ManagedChannel channel(NodeId node, PeerAddress address) {
        return NettyChannelBuilder.forAddress(address.host(), address.port())
                .eventLoopGroup(loops)
                .channelType(NioSocketChannel.class)
                .sslContext(ssl(tls.calling(node), true))
                .overrideAuthority("node")
                .directExecutor()
                .disableRetry()
                .maxInboundMessageSize(MAX_MESSAGE)
                .flowControlWindow(WINDOW)
                .keepAliveTime(KEEPALIVE_SECONDS, TimeUnit.SECONDS)
                .keepAliveTimeout(KEEPALIVE_ANSWER_SECONDS, TimeUnit.SECONDS)
                .keepAliveWithoutCalls(true)
                .build();
    }

    @SuppressWarnings(
            "deprecation") // the one way to give Netty a context of the JDK, and with it the trust that MeshTls decides
    private static SslContext ssl(SSLContext context, boolean isClient) {
        return new JdkSslContext(
                context,
                isClient,
                null,
                IdentityCipherSuiteFilter.INSTANCE,
                new ApplicationProtocolConfig(
                        ApplicationProtocolConfig.Protocol.ALPN,
                        ApplicationProtocolConfig.SelectorFailureBehavior.NO_ADVERTISE,
                        ApplicationProtocolConfig.SelectedListenerFailureBehavior.ACCEPT,
                        "h2"),
                isClient ? ClientAuth.NONE : ClientAuth.REQUIRE,
                new String[] {MeshTls.PROTOCOL},
                false);
    }

    @Override
    public void close() {
        Server open = server;
        if (open != null) {
            open.shutdownNow();
        }
        var _ = loops.shutdownGracefully(0, STOP_MILLIS, TimeUnit.MILLISECONDS);
    }
}
