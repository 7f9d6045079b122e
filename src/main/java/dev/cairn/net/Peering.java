package dev.cairn.net;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.DialFailure.DialException;
import dev.cairn.store.Scan;
import dev.cairn.store.Space;
import dev.cairn.store.Store;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The full mesh: keeps a link to every node that it has heard of, from the configuration, from the store, from other nodes, or because it called. A node
 * that cannot be reached is tried again, at first at once and later every few seconds, at each address it was known by; one that calls is
 * called back at once. All links carry gossip every few seconds, and one that misses two answers is given up. Safe from any thread.
 */
public final class Peering implements Peers {
    public static final Space SPACE = Space.rows("peers");
    public static final int PROTOCOL = 1;
    private static final int OLDEST_PROTOCOL = 1;

    private static final Duration TICK = Duration.ofMillis(250);
    private static final Duration GOSSIP_EVERY = Duration.ofSeconds(3);
    private static final Duration GOSSIP_DEADLINE = Duration.ofSeconds(3);
    /** The first gossip waits for the connection and the handshake, too. */
    private static final Duration MEET_DEADLINE = Duration.ofSeconds(10);

    private static final Duration CALL_DEADLINE = Duration.ofSeconds(10);
    private static final Duration BODY_DEADLINE = Duration.ofSeconds(60);
    private static final long LEAST_BACKOFF_NANOS = TimeUnit.MILLISECONDS.toNanos(250);
    private static final long MOST_BACKOFF_NANOS = TimeUnit.SECONDS.toNanos(5);
    private static final int MAX_PEERS = 1000;
    private static final int MAX_ADDRESSES = 4;
    private static final long SAVE_EVERY_NANOS = TimeUnit.MINUTES.toNanos(1);
    /** Ends the key of the row that says how far a node has come. */
    private static final Bytes LIFE = Bytes.utf8("life");

    private static final int MISSES = 2;

    private final Env env;
    private final Store store;
    private final Transport transport;
    private final NodeId self;
    private final Cluster cluster;
    private final Announced announced;
    private final Map<NodeId, Peer> known = new TreeMap<>();
    /** Guarded by {@link #known}. */
    private @Nullable PastLives lives;

    private long savedAt;
    private volatile @Nullable Layouts layouts;
    private volatile @Nullable RequestHandler handler;
    private boolean started;

    /** What all nodes of a cluster must agree on. */
    public record Cluster(int replicationFactor, int partitionBits) {}

    /** What this node says of itself: where it listens, and how it does just now. */
    public record Announced(Optional<PeerAddress> address, int port, Supplier<NodeStatus> status) {}

    /** What is known of the layout, which goes along with gossip. */
    public interface Layouts {
        Bytes digest();

        Bytes encoded();

        Uni<?> learn(Bytes theirs);
    }

    /** A node as this one sees it. */
    public record Seen(
            NodeId node,
            Optional<PeerAddress> address,
            boolean isUp,
            Duration silentFor,
            Optional<Duration> latency,
            NodeStatus status,
            Optional<String> trouble) {}

    /** Guarded by {@link #known}. */
    private static final class Peer {
        final NodeId node;
        final Deque<PeerAddress> addresses = new ArrayDeque<>();

        @Nullable
        Link link;

        NodeStatus status = NodeStatus.UNKNOWN;
        boolean isMet;
        boolean isBusy;
        int failures;
        int misses;
        long dueAt;
        long heardAt;
        long latencyNanos;

        @Nullable
        DialFailure trouble;

        /** The kind of trouble that the operator was told of last. */
        @Nullable
        Class<?> told;

        Bytes digest = Bytes.EMPTY;

        Peer(NodeId node, long now) {
            this.node = node;
            this.heardAt = now;
        }
    }

    public Peering(Env env, Store store, Transport transport, NodeId self, Cluster cluster, Announced announced) {
        this.env = env;
        this.store = store;
        this.transport = transport;
        this.self = self;
        this.cluster = cluster;
        this.announced = announced;
    }

    /** Begins to meet others; the nodes given are known from the configuration. Completes when those of earlier lives are known, too. */
    public Uni<Void> start(
            RequestHandler newHandler, Layouts newLayouts, PastLives.Own ownLife, Collection<Gossip.Known> bootstrap) {
        handler = newHandler;
        layouts = newLayouts;
        synchronized (known) {
            lives = new PastLives(ownLife);
        }
        return store.scan(SPACE, Scan.prefix(Bytes.EMPTY, 2 * MAX_PEERS)).map(entries -> {
            entries.forEach(entry -> remembered(entry.key(), entry.value()));
            bootstrap.forEach(this::hearOf);
            transport.serve(new Inbound());
            synchronized (known) {
                started = true;
            }
            tick();
            return null;
        });
    }

    private void remembered(Bytes node, Bytes address) {
        if (node.length() > NodeId.BYTES) {
            synchronized (known) {
                lives().hearOf(new NodeId(node.slice(0, NodeId.BYTES)), PastLives.Life.decoded(address));
            }
            return;
        }
        try {
            hearOf(new Gossip.Known(new NodeId(node), PeerAddress.parse(address.toUtf8())));
        } catch (IllegalArgumentException damaged) {
            env.warn("the saved address of a peer cannot be read", damaged);
        }
    }

    /** Ends all links. */
    public void stop() {
        List<Link> open = new ArrayList<>();
        synchronized (known) {
            started = false;
            for (Peer peer : known.values()) {
                if (peer.link != null) {
                    open.add(peer.link);
                    peer.link = null;
                }
            }
        }
        open.forEach(Link::close);
    }

    /** Meets a node that an operator names; completes when the two have met. */
    public Uni<Void> connect(NodeId node, PeerAddress address) {
        if (node.equals(self)) {
            return Uni.createFrom().failure(new DialFailure.Itself().asException());
        }
        return meet(node, address).replaceWithVoid();
    }

    private void hearOf(Gossip.Known of) {
        synchronized (known) {
            peer(of.node()).ifPresent(peer -> addAddress(peer, of.address(), false));
        }
    }

    private Optional<Peer> peer(NodeId node) {
        if (node.equals(self) || known.size() >= MAX_PEERS && !known.containsKey(node)) {
            return Optional.empty();
        }
        return Optional.of(known.computeIfAbsent(node, _ -> new Peer(node, env.nanoTime())));
    }

    private static void addAddress(Peer peer, PeerAddress address, boolean isFirst) {
        if (isFirst) {
            peer.addresses.remove(address);
            peer.addresses.addFirst(address);
        } else if (!peer.addresses.contains(address)) {
            peer.addresses.addLast(address);
        }
        if (peer.addresses.size() > MAX_ADDRESSES) {
            peer.addresses.removeLast();
        }
    }

    private void tick() {
        List<Runnable> due = new ArrayList<>();
        synchronized (known) {
            if (!started) {
                return;
            }
            long now = env.nanoTime();
            for (Peer peer : known.values()) {
                if (!peer.isBusy && now - peer.dueAt >= 0 && (peer.link != null || !peer.addresses.isEmpty())) {
                    peer.isBusy = true;
                    due.add(work(peer));
                }
            }
        }
        due.forEach(Runnable::run);
        env.schedule(TICK, this::tick);
    }

    private Runnable work(Peer peer) {
        Link link = peer.link;
        if (link != null) {
            return () -> chat(peer, link);
        }
        PeerAddress address = peer.addresses.removeFirst();
        peer.addresses.addLast(address);
        return () -> meet(peer.node, address).subscribe().with(_ -> {}, _ -> {});
    }

    private Uni<Gossip> meet(NodeId node, PeerAddress address) {
        return transport
                .dial(node, address)
                .chain(link -> link.gossip(gossip(Bytes.EMPTY, true), MEET_DEADLINE)
                        .invoke(theirs -> requireFit(theirs, node))
                        .invoke(theirs -> opened(node, address, link, theirs))
                        .onFailure()
                        .invoke(link::close))
                .onFailure()
                .invoke(why -> missed(node, address, why))
                .chain(theirs -> learn(theirs).replaceWith(theirs));
    }

    private void opened(NodeId node, PeerAddress address, Link link, Gossip theirs) {
        Link old;
        boolean isWelcome;
        boolean isNew;
        synchronized (known) {
            isNew = !known.containsKey(node) || known.get(node).link == null;
            Optional<Peer> found = started ? peer(node) : Optional.empty();
            isWelcome = found.isPresent();
            old = isWelcome ? found.get().link : link;
            found.ifPresent(peer -> {
                peer.link = link;
                addAddress(peer, address, true);
                heard(peer, theirs);
            });
        }
        if (old != null) {
            old.close();
        }
        if (isWelcome && isNew) {
            // The others are to know of it before anything is placed on it.
            gossipNow();
        }
        if (isWelcome) {
            store.commitLazily(tx -> {
                        tx.put(SPACE, node.value(), Bytes.utf8(address.toString()));
                        return true;
                    })
                    .subscribe()
                    .with(_ -> {}, why -> env.warn("the address of a peer could not be saved", why));
        }
    }

    private void heard(Peer peer, Gossip theirs) {
        peer.isBusy = false;
        peer.failures = 0;
        peer.misses = 0;
        peer.trouble = null;
        peer.told = null;
        peer.heardAt = env.nanoTime();
        peer.dueAt = peer.heardAt + GOSSIP_EVERY.toNanos();
        peer.status = theirs.status();
        peer.digest = theirs.layoutDigest();
        heardOf(theirs);
    }

    /** What others say of third nodes, and of this one. */
    private void heardOf(Gossip theirs) {
        lives().hear(theirs.node(), theirs.life());
        for (Gossip.Known other : theirs.peers()) {
            if (other.node().equals(self)) {
                if (!lives().hearOfOneself(theirs.node(), other.life())) {
                    env.warn(
                            "what is said of this node is not believed",
                            new IllegalStateException(
                                    "node %s tells of a life of this node that it never had".formatted(theirs.node())));
                }
            } else if (peer(other.node()).isPresent()) {
                addAddress(peer(other.node()).get(), other.address(), false);
                lives().hearOf(other.node(), other.life());
            }
        }
        saveLives();
    }

    private PastLives lives() {
        return Objects.requireNonNull(lives, "gossip before the start");
    }

    /** Now and then: what is forgotten of the last minute matters only where every node restarts at once. */
    private void saveLives() {
        long now = env.nanoTime();
        if (savedAt != 0 && now - savedAt < SAVE_EVERY_NANOS) {
            return;
        }
        savedAt = now;
        Map<Bytes, Bytes> rows = new TreeMap<>();
        known.keySet()
                .forEach(node ->
                        rows.put(node.value().concat(LIFE), lives().of(node).encoded()));
        store.commitLazily(tx -> {
                    rows.forEach((key, value) -> tx.put(SPACE, key, value));
                    return true;
                })
                .subscribe()
                .with(_ -> {}, why -> env.warn("what is known of other nodes could not be saved", why));
    }

    private void missed(NodeId node, PeerAddress address, Throwable why) {
        boolean isNews = false;
        synchronized (known) {
            Peer peer = known.get(node);
            if (peer != null && peer.link == null) {
                peer.isBusy = false;
                peer.failures++;
                long wait = LEAST_BACKOFF_NANOS << Math.min(peer.failures - 1, 5);
                peer.dueAt = env.nanoTime() + Math.min(wait, MOST_BACKOFF_NANOS);
                DialFailure trouble = why instanceof DialException dial
                        ? dial.failure()
                        : new DialFailure.Unreachable(String.valueOf(why.getMessage()));
                isNews = started && !trouble.getClass().equals(peer.told);
                peer.told = trouble.getClass();
                peer.trouble = trouble;
            }
        }
        if (isNews) {
            env.warn(
                    "node %s at %s is not reached, and is tried again from time to time".formatted(node, address), why);
        }
    }

    private void chat(Peer peer, Link link) {
        long from = env.nanoTime();
        Bytes theirDigest;
        synchronized (known) {
            theirDigest = peer.digest;
        }
        link.gossip(gossip(theirDigest, false), GOSSIP_DEADLINE)
                .subscribe()
                .with(
                        theirs -> {
                            synchronized (known) {
                                measured(peer, env.nanoTime() - from);
                                heard(peer, theirs);
                            }
                            learn(theirs).subscribe().with(_ -> {}, _ -> {});
                        },
                        why -> silent(peer, link, why));
    }

    private static void measured(Peer peer, long nanos) {
        peer.latencyNanos = peer.latencyNanos == 0 ? nanos : (3 * peer.latencyNanos + nanos) / 4;
    }

    private void silent(Peer peer, Link link, Throwable why) {
        boolean isOver;
        synchronized (known) {
            peer.isBusy = false;
            peer.dueAt = env.nanoTime();
            isOver = ++peer.misses >= MISSES
                    || why instanceof DialException dial && !(dial.failure() instanceof DialFailure.NoAnswer);
        }
        if (isOver) {
            dropped(peer.node, link, why);
        }
    }

    /** A link that fails is replaced. */
    private void dropped(NodeId node, Link link, Throwable why) {
        synchronized (known) {
            Peer peer = known.get(node);
            if (peer == null || !link.equals(peer.link)) {
                return;
            }
            peer.link = null;
            peer.isBusy = false;
            peer.misses = 0;
            peer.dueAt = env.nanoTime();
            peer.trouble = new DialFailure.Unreachable(String.valueOf(why.getMessage()));
        }
        link.close();
    }

    private Gossip gossip(Bytes theirDigest, boolean withPeers) {
        Layouts mine = Objects.requireNonNull(layouts, "gossip before the start");
        Bytes digest = mine.digest();
        List<Gossip.Known> others = new ArrayList<>();
        PastLives.Life life;
        synchronized (known) {
            life = lives().own();
            for (Peer peer : known.values()) {
                if (peer.link != null || withPeers && !peer.addresses.isEmpty()) {
                    others.add(new Gossip.Known(peer.node, peer.addresses.getFirst(), lives().of(peer.node)));
                }
            }
        }
        return new Gossip(
                PROTOCOL,
                OLDEST_PROTOCOL,
                self,
                cluster.replicationFactor(),
                cluster.partitionBits(),
                announced.address(),
                announced.port(),
                announced.status().get(),
                others,
                digest,
                digest.equals(theirDigest) ? Bytes.EMPTY : mine.encoded(),
                life);
    }

    private Uni<?> learn(Gossip theirs) {
        Layouts mine = Objects.requireNonNull(layouts, "gossip before the start");
        return theirs.layout().isEmpty() || theirs.layoutDigest().equals(mine.digest())
                ? Uni.createFrom().voidItem()
                : mine.learn(theirs.layout());
    }

    private void requireFit(Gossip theirs, NodeId expected) {
        if (!theirs.node().equals(expected)) {
            throw new DialFailure.OtherNode(theirs.node(), expected).asException();
        }
        if (theirs.protocol() < OLDEST_PROTOCOL || theirs.oldestProtocol() > PROTOCOL) {
            throw new DialFailure.OtherProtocol(theirs.protocol(), theirs.oldestProtocol(), PROTOCOL, OLDEST_PROTOCOL)
                    .asException();
        }
        requireSame("replication-factor", theirs.replicationFactor(), cluster.replicationFactor());
        requireSame("number of partition bits", theirs.partitionBits(), cluster.partitionBits());
    }

    private static void requireSame(String name, int theirs, int ours) {
        if (theirs != ours) {
            throw new DialFailure.OtherParameter(name, theirs, ours).asException();
        }
    }

    @Override
    public NodeId self() {
        return self;
    }

    @Override
    public <R> Uni<R> call(NodeId node, Request<R> request) {
        if (node.equals(self)) {
            return Objects.requireNonNull(handler, "a call before the start").answer(request);
        }
        Link link;
        synchronized (known) {
            Peer peer = known.get(node);
            link = peer == null ? null : peer.link;
        }
        if (link == null) {
            return Uni.createFrom().failure(unreachable());
        }
        return link.call(request, hasBody(request) ? BODY_DEADLINE : CALL_DEADLINE)
                .onFailure(DialException.class)
                .transform(why -> {
                    dropped(node, link, why);
                    return unreachable();
                });
    }

    private static boolean hasBody(Request<?> request) {
        return switch (request) {
            case Request.Under<?> under -> hasBody(under.request());
            case Request.PutBlock _, Request.GetBlock _ -> true;
            default -> false;
        };
    }

    private static RuntimeException unreachable() {
        return new Failure.QuorumLost(1, 0, Duration.ZERO).asException();
    }

    @Override
    public List<NodeId> nearestFirst(List<NodeId> nodes) {
        Map<NodeId, Long> distance = new TreeMap<>();
        synchronized (known) {
            for (NodeId node : nodes) {
                Peer peer = known.get(node);
                distance.put(
                        node,
                        node.equals(self)
                                ? -1
                                : peer == null || peer.link == null || peer.misses > 0
                                        ? Long.MAX_VALUE
                                        : peer.latencyNanos);
            }
        }
        return nodes.stream().sorted(Comparator.comparingLong(distance::get)).toList();
    }

    /** All other nodes that this one has heard of. */
    public List<Seen> others() {
        synchronized (known) {
            long now = env.nanoTime();
            return known.values().stream()
                    .map(peer -> new Seen(
                            peer.node,
                            Optional.ofNullable(peer.addresses.peekFirst()),
                            peer.link != null,
                            peer.link != null ? Duration.ZERO : Duration.ofNanos(now - peer.heardAt),
                            peer.link == null || peer.latencyNanos == 0
                                    ? Optional.empty()
                                    : Optional.of(Duration.ofNanos(peer.latencyNanos)),
                            peer.status,
                            peer.link != null
                                    ? Optional.empty()
                                    : Optional.ofNullable(peer.trouble).map(DialFailure::text)))
                    .toList();
        }
    }

    /** Tells all that are linked now rather than at the next turn. */
    public void gossipNow() {
        synchronized (known) {
            long now = env.nanoTime();
            known.values().stream().filter(peer -> peer.link != null).forEach(peer -> peer.dueAt = now);
        }
    }

    /** What other nodes say. */
    private final class Inbound implements Transport.Inbound {
        @Override
        public Uni<Gossip> met(Gossip theirs, String host) {
            if (theirs.node().equals(self)) {
                throw new DialFailure.Itself().asException();
            }
            requireFit(theirs, theirs.node());
            synchronized (known) {
                Peer peer = peer(theirs.node())
                        .orElseThrow(() -> new DialFailure.TurnedAway("it knows too many nodes").asException());
                peer.isMet = true;
                peer.digest = theirs.layoutDigest();
                peer.status = theirs.status();
                PeerAddress address = theirs.address().orElseGet(() -> new PeerAddress(host, theirs.port()));
                addAddress(peer, address, peer.link == null);
                if (peer.link == null && !peer.isBusy) {
                    peer.failures = 0;
                    peer.dueAt = env.nanoTime();
                }
                heardOf(theirs);
            }
            return learn(theirs).onItem().transform(_ -> gossip(theirs.layoutDigest(), true));
        }

        @Override
        public boolean isMet(NodeId node) {
            synchronized (known) {
                Peer peer = known.get(node);
                return peer != null && peer.isMet;
            }
        }

        @Override
        public RequestHandler handler() {
            return Objects.requireNonNull(handler, "a call before the start");
        }

        @Override
        public void failed(Supplier<String> what, Throwable why) {
            env.warn(what.get(), why);
        }
    }
}
