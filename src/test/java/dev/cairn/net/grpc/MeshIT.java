package dev.cairn.net.grpc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.Secret;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.RealEnv;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.DialFailure;
import dev.cairn.net.DialFailure.DialException;
import dev.cairn.net.Gossip;
import dev.cairn.net.NodeStatus;
import dev.cairn.net.PastLives;
import dev.cairn.net.PeerAddress;
import dev.cairn.net.Peering;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.net.RequestHandler;
import dev.cairn.net.tls.ClusterAuthority;
import dev.cairn.net.tls.MeshTls;
import dev.cairn.net.tls.NodeIdentity;
import dev.cairn.store.rocks.RocksConfig;
import dev.cairn.store.rocks.RocksStore;
import io.smallrye.mutiny.Uni;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.InvocationHandler;
import java.lang.reflect.Proxy;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nodes that meet over real sockets: who finds whom, who is refused and why, and bodies that are not held. */
final class MeshIT {
    private static final String SECRET = "0a".repeat(32);
    private static final Duration SOON = Duration.ofSeconds(10);
    private static final int BLOCK = 3 << 20;

    @TempDir
    Path directory;

    private final RealEnv env = new RealEnv(RealEnv.Bounds.ofThisMachine());
    private final List<Node> nodes = new ArrayList<>();

    /** A node that counts what it receives and answers with what it was told to. */
    private final class Node {
        final NodeIdentity identity;
        final int port = freePort();
        final GrpcTransport transport;
        final RocksStore store;
        final Peering peering;
        final AtomicInteger received = new AtomicInteger();
        final AtomicInteger pulled = new AtomicInteger();
        private boolean isStopped;

        Node(String name, String secret, int copies) throws IOException {
            Path home = directory.resolve(name);
            Files.createDirectories(home);
            identity = NodeIdentity.open(home);
            transport = new GrpcTransport(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), port),
                    new MeshTls(ClusterAuthority.of(new Secret(secret)), identity));
            store = RocksStore.open(
                    env,
                    new RocksConfig(
                            home.resolve("db"),
                            List.of(Peering.SPACE),
                            RocksConfig.Durability.PROCESS_CRASH,
                            new RocksConfig.Memory(8 << 20, 4 << 20),
                            RocksConfig.Queues.DEFAULT));
            peering = new Peering(
                    env,
                    store,
                    transport,
                    identity.id(),
                    new Peering.Cluster(copies, 8),
                    new Peering.Announced(
                            Optional.of(new PeerAddress("127.0.0.1", port)),
                            port,
                            () -> new NodeStatus(name, "1", 0, 0, 0, 0)));
            nodes.add(this);
        }

        void start(Gossip.Known... bootstrap) {
            start(new PastLives.Own(1, 0, () -> 0, identity.seal(), _ -> {}), bootstrap);
        }

        void start(PastLives.Own life, Gossip.Known... bootstrap) {
            peering.start(handler(), new NoLayouts(), life, List.of(bootstrap))
                    .await()
                    .atMost(SOON);
        }

        void stop() {
            peering.stop();
            transport.close();
            if (!isStopped) {
                isStopped = true;
                store.close();
            }
        }

        Gossip.Known known() {
            return new Gossip.Known(identity.id(), new PeerAddress("127.0.0.1", port));
        }

        boolean sees(Node other) {
            return peering.others().stream().anyMatch(seen -> seen.node().equals(other.identity.id()) && seen.isUp());
        }

        String troubleWith(NodeId other) {
            return peering.others().stream()
                    .filter(seen -> seen.node().equals(other))
                    .flatMap(seen -> seen.trouble().stream())
                    .findFirst()
                    .orElse("");
        }

        private RequestHandler handler() {
            return (RequestHandler) Proxy.newProxyInstance(
                    MeshIT.class.getClassLoader(),
                    new Class<?>[] {RequestHandler.class},
                    (proxy, method, arguments) -> switch (method.getName()) {
                        case "answer" -> InvocationHandler.invokeDefault(proxy, method, arguments);
                        case "livesOn" -> Uni.createFrom().item(true);
                        case "digest" -> throw new IllegalStateException("a mistake");
                        case "apply" -> Uni.createFrom().nothing();
                        case "putBlock" ->
                            drain(((Request.PutBlock) arguments[0]).body().read());
                        case "getBlock" -> Uni.createFrom().item(source(((Request.GetBlock) arguments[0]).to()));
                        default -> throw new UnsupportedOperationException(method.getName());
                    });
        }

        private Uni<Applied> drain(ByteSource body) {
            return Repeat.whileTrue(() -> body.next().map(piece -> {
                        received.addAndGet(piece.length());
                        return !piece.isEmpty();
                    }))
                    .replaceWith(new Applied.Done());
        }

        /** So many bytes; more than a block's worth fails half-way. */
        ByteSource source(int bytes) {
            return new ByteSource() {
                private int left = bytes;

                @Override
                public Uni<Bytes> next() {
                    if (left > BLOCK) {
                        return Uni.createFrom().failure(new Failure.Corrupt("a block").asException());
                    }
                    int length = Math.min(left, 256 << 10);
                    left -= length;
                    pulled.addAndGet(length);
                    return Uni.createFrom().item(Bytes.wrap(new byte[length]));
                }

                @Override
                public void cancel() {}
            };
        }
    }

    /** Nobody has ever laid this cluster out. */
    private static final class NoLayouts implements Peering.Layouts {
        @Override
        public Bytes digest() {
            return Bytes.EMPTY;
        }

        @Override
        public Bytes encoded() {
            return Bytes.EMPTY;
        }

        @Override
        public Uni<?> learn(Bytes theirs) {
            throw new AssertionError("there is nothing to learn");
        }
    }

    private Node node(String name) throws IOException {
        return new Node(name, SECRET, 3);
    }

    @AfterEach
    void stop() {
        nodes.forEach(Node::stop);
        env.close();
    }

    private static int freePort() {
        try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            return socket.getLocalPort();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static void await(BooleanSupplier condition) throws InterruptedException {
        long deadline = System.nanoTime() + SOON.toNanos();
        while (!condition.getAsBoolean()) {
            assertThat(System.nanoTime()).as("in time").isLessThan(deadline);
            Thread.sleep(20);
        }
    }

    @Test
    void one_introduction_each_makes_a_full_mesh() throws Exception {
        Node a = node("a");
        Node b = node("b");
        Node c = node("c");
        a.start();
        b.start(a.known());
        c.start(b.known());
        await(() -> a.sees(b) && a.sees(c) && b.sees(a) && b.sees(c) && c.sees(a) && c.sees(b));
        assertThat(a.peering
                        .call(c.identity.id(), new Request.LivesOn(1))
                        .await()
                        .atMost(SOON))
                .isTrue();
        assertThat(a.peering.nearestFirst(List.of(c.identity.id(), a.identity.id())))
                .first()
                .isEqualTo(a.identity.id());
    }

    @Test
    void bodies_flow_both_ways_and_break_off_with_the_reason() throws Exception {
        Node a = node("a");
        Node b = node("b");
        a.start();
        b.start(a.known());
        await(() -> a.sees(b));
        BlockHash hash = new BlockHash(Sha256.of(Bytes.EMPTY));
        Request.ApplyBatch reference = new Request.ApplyBatch(hash.value(), List.of(), List.of());
        NodeId to = b.identity.id();
        assertThat(a.peering
                        .call(to, new Request.PutBlock(hash, BLOCK, reference, () -> a.source(BLOCK)))
                        .await()
                        .atMost(SOON))
                .isEqualTo(new Applied.Done());
        assertThat(b.received).hasValue(BLOCK);
        ByteSource back =
                a.peering.call(to, new Request.GetBlock(hash, 0, BLOCK)).await().atMost(SOON);
        // What nobody pulls stays where it is, but for what the window between the two holds.
        back.next().await().atMost(SOON);
        Thread.sleep(200);
        int held = b.pulled.get();
        a.received.set(0);
        a.drain(back).await().atMost(SOON);
        assertThat(a.received.get()).isGreaterThan(BLOCK - (256 << 10) - 1);
        assertThat(held).isLessThanOrEqualTo(BLOCK);
        ByteSource broken = a.peering
                .call(to, new Request.GetBlock(hash, 0, BLOCK + 1))
                .await()
                .atMost(SOON);
        assertThatThrownBy(() -> broken.next().await().atMost(SOON))
                .isInstanceOfSatisfying(
                        FailureException.class,
                        thrown -> assertThat(thrown.failure()).isEqualTo(new Failure.Corrupt("a block")));
        // A source that fails half-way ends the call of the sender and leaves the link as it was.
        assertThatThrownBy(() -> a.peering
                        .call(to, new Request.PutBlock(hash, BLOCK, reference, () -> a.source(BLOCK + 1)))
                        .await()
                        .atMost(SOON))
                .isInstanceOf(FailureException.class);
        assertThat(a.peering.call(to, new Request.LivesOn(1)).await().atMost(SOON))
                .isTrue();
    }

    @Test
    void a_mistake_at_the_other_node_is_no_answer_and_disturbs_nothing() throws Exception {
        Node a = node("a");
        Node b = node("b");
        a.start();
        b.start(a.known());
        await(() -> a.sees(b));
        NodeId to = b.identity.id();
        assertThatThrownBy(() -> a.peering
                        .call(to, new Request.Digest(Bytes.EMPTY, "", Bytes.EMPTY))
                        .await()
                        .atMost(SOON))
                .isInstanceOf(FailureException.class);
        assertThat(a.peering.call(to, new Request.LivesOn(1)).await().atMost(SOON))
                .isTrue();
    }

    /** The one it talks to has never heard of it; the third has, in its earlier life. */
    @Test
    void a_node_that_begins_again_behind_what_it_told_is_told_so_by_whoever_heard_of_it() throws Exception {
        Node witness = node("witness");
        Node other = node("other");
        Node restored = node("restored");
        List<String> told = new java.util.concurrent.CopyOnWriteArrayList<>();
        witness.start(new PastLives.Own(1, 0, () -> 900L << 16, witness.identity.seal(), told::add));
        restored.start(new PastLives.Own(2, 0, () -> 500L << 16, restored.identity.seal(), told::add), witness.known());
        await(() -> restored.sees(witness) && witness.sees(restored));
        other.start(new PastLives.Own(3, 0, () -> 700L << 16, other.identity.seal(), told::add), witness.known());
        await(() -> other.sees(witness) && other.sees(restored));
        assertThat(told).as("in good order").isEmpty();
        restored.stop();
        Node again = node("restored");
        again.start(
                new PastLives.Own(4, 500L << 16, () -> 600L << 16, again.identity.seal(), told::add), other.known());
        await(() -> other.sees(again) && witness.sees(again));
        assertThat(told).as("after a restart").isEmpty();
        again.stop();
        witness.stop();
        Node older = node("restored");
        older.start(
                new PastLives.Own(5, 400L << 16, () -> 410L << 16, older.identity.seal(), told::add), other.known());
        await(() -> !told.isEmpty());
        assertThat(told.getFirst()).contains("older copy").containsAnyOf("100 ms later", "200 ms later");
    }

    @Test
    void who_has_another_secret_id_or_setting_is_refused_and_told_why() throws Exception {
        Node a = node("a");
        Node stranger = new Node("stranger", "0b".repeat(32), 3);
        Node other = new Node("other", SECRET, 2);
        a.start();
        stranger.start();
        other.start();
        assertThatThrownBy(() -> connect(stranger, a.known())).hasMessageContaining("another secret");
        assertThatThrownBy(() -> connect(a, stranger.known())).hasMessageContaining("another secret");
        assertThatThrownBy(() -> connect(other, a.known())).hasMessageContaining("replication-factor");
        NodeId nobody = new NodeId(Sha256.of(Bytes.utf8("nobody")));
        assertThatThrownBy(() -> connect(a, new Gossip.Known(nobody, a.known().address())))
                .hasMessageContaining("not the expected " + nobody.toHex());
        assertThatThrownBy(() -> connect(a, a.known()))
                .isInstanceOfSatisfying(
                        DialException.class,
                        thrown -> assertThat(thrown.failure()).isEqualTo(new DialFailure.Itself()));
        assertThatThrownBy(() -> connect(a, new Gossip.Known(nobody, new PeerAddress("127.0.0.1", freePort()))))
                .hasMessageContaining("cannot be reached");
        try (ServerSocket silent = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            assertThatThrownBy(() ->
                            connect(a, new Gossip.Known(nobody, new PeerAddress("127.0.0.1", silent.getLocalPort()))))
                    .isInstanceOf(RuntimeException.class);
        }
        assertThat(a.sees(stranger) || a.sees(other)).isFalse();
        Node friend = node("friend");
        friend.start(a.known(), new Gossip.Known(nobody, a.known().address()));
        await(() -> a.sees(friend) && !friend.troubleWith(nobody).isEmpty());
        assertThat(friend.troubleWith(nobody)).contains("not the expected");
    }

    private static void connect(Node from, Gossip.Known to) {
        from.peering.connect(to.node(), to.address()).await().atMost(SOON);
    }

    @Test
    void a_node_that_goes_is_missed_at_once_and_one_that_comes_back_is_found_again() throws Exception {
        Node a = node("a");
        Node b = node("b");
        a.start();
        b.start(a.known());
        await(() -> a.sees(b) && b.sees(a));
        b.stop();
        await(() -> !a.sees(b));
        assertThatThrownBy(() -> a.peering
                        .call(b.identity.id(), new Request.LivesOn(1))
                        .await()
                        .atMost(Duration.ofMillis(500)))
                .isInstanceOf(FailureException.class);
        Node again = node("b");
        assertThat(again.identity.id()).isEqualTo(b.identity.id());
        // At another address, as after a restart behind a router: it calls, and is called back there.
        again.start(a.known());
        await(() -> a.sees(again) && again.sees(a));
        assertThat(a.peering
                        .call(again.identity.id(), new Request.LivesOn(1))
                        .await()
                        .atMost(SOON))
                .isTrue();
    }

    @Test
    void a_request_that_is_not_answered_ends_at_its_deadline() throws Exception {
        Node a = node("a");
        Node b = node("b");
        a.start();
        b.start(a.known());
        await(() -> a.sees(b));
        long begin = System.nanoTime();
        assertThatThrownBy(() -> a.peering
                        .call(b.identity.id(), new Request.ApplyBatch(Sha256.of(Bytes.EMPTY), List.of(), List.of()))
                        .await()
                        .atMost(Duration.ofSeconds(20)))
                .isInstanceOf(FailureException.class);
        assertThat(Duration.ofNanos(System.nanoTime() - begin))
                .isBetween(Duration.ofSeconds(9), Duration.ofSeconds(15));
    }
}
