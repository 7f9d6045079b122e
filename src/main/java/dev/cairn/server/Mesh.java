package dev.cairn.server;

import dev.cairn.config.Address;
import dev.cairn.config.CairnConfig;
import dev.cairn.kernel.Secret;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.RealEnv;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.layout.Layout;
import dev.cairn.layout.Layouts;
import dev.cairn.model.StorageNode;
import dev.cairn.net.Gossip;
import dev.cairn.net.NodeStatus;
import dev.cairn.net.PastLives;
import dev.cairn.net.PeerAddress;
import dev.cairn.net.Peering;
import dev.cairn.net.grpc.GrpcTransport;
import dev.cairn.net.tls.ClusterAuthority;
import dev.cairn.net.tls.MeshTls;
import dev.cairn.net.tls.NodeIdentity;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jboss.logging.Logger;

/** How this node reaches the others of its cluster, by its configuration. Closed once. */
final class Mesh implements AutoCloseable {
    private static final Logger LOG = Logger.getLogger(Mesh.class);

    private final CairnConfig config;
    private final NodeIdentity identity;
    private final GrpcTransport transport;
    private final Peering peering;
    private final RealEnv env;
    private final AtomicBoolean toldOfOlder = new AtomicBoolean();

    Mesh(CairnConfig config, NodeIdentity identity, RealEnv env, Store store, Supplier<NodeStatus> status)
            throws IOException {
        this.config = config;
        this.identity = identity;
        this.env = env;
        Secret secret = config.rpc().secret();
        if (secret == null) {
            throw new IOException("rpc.secret is not set, and without it nodes cannot trust each other: make one with"
                    + " 'openssl rand -hex 32', give it to all nodes (rpc.secret, rpc.secret-file or"
                    + " CAIRN_RPC_SECRET), or start one node on its own with --single-node");
        }
        Address bind = config.rpc().bind();
        transport = new GrpcTransport(
                new InetSocketAddress(InetAddress.getByName(bind.host()), bind.port()),
                new MeshTls(ClusterAuthority.of(secret), identity));
        peering = new Peering(
                env,
                store,
                transport,
                identity.id(),
                new Peering.Cluster(config.replicationFactor(), Layout.DEFAULT_BITS),
                new Peering.Announced(announced(config), bind.port(), status));
    }

    Peering peering() {
        return peering;
    }

    /** Where others reach this node, if that is more than the host it calls from. */
    private static Optional<PeerAddress> announced(CairnConfig config) {
        Address told = config.rpc().announced();
        if (told != null) {
            return Optional.of(new PeerAddress(told.host(), told.port()));
        }
        Address bind = config.rpc().bind();
        return bind.isAny() ? Optional.empty() : Optional.of(new PeerAddress(bind.host(), bind.port()));
    }

    /** Takes calls and looks for the others from now on. */
    void start(StorageNode node) {
        List<Gossip.Known> bootstrap = config.rpc().bootstrapPeers().stream()
                .map(peer -> new Gossip.Known(
                        NodeId.ofHex(peer.id()),
                        new PeerAddress(peer.address().host(), peer.address().port())))
                .toList();
        var life = new PastLives.Own(
                node.incarnation(),
                node.stamps().reserveAtStart(),
                node.stamps().clock()::reserve,
                identity.seal(),
                this::isOlder);
        peering.start(node.handler(), known(node.layouts()), life, bootstrap)
                .await()
                .indefinitely();
        node.layouts().listen(peering::gossipNow);
    }

    /** Whoever does not have his writes synced has accepted that a power cut takes some of them with it. */
    private void isOlder(String why) {
        if (config.durability() == CairnConfig.Durability.POWER_LOSS) {
            env.abort("starting on this metadata", new IOException(why));
        } else if (!toldOfOlder.getAndSet(true)) {
            LOG.warnf("goes on without what was not synced when the power failed (durability: process-crash): %s", why);
        }
    }

    private static Peering.Layouts known(Layouts layouts) {
        return new Peering.Layouts() {
            @Override
            public Bytes digest() {
                return layouts.digest();
            }

            @Override
            public Bytes encoded() {
                return layouts.encoded();
            }

            @Override
            public Uni<?> learn(Bytes theirs) {
                return layouts.learn(theirs);
            }
        };
    }

    @Override
    public void close() {
        peering.stop();
        transport.close();
    }
}
