package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/**
 * Clusters of real processes under load while nodes are killed, stopped, wiped, replaced and restarted. What was acknowledged is at every node
 * afterwards, in the listings too, and clients of nodes that nothing happened to saw no error at all.
 */
final class ClusterIT {
    private static final String BUCKET = "cluster";
    private static final int WRITERS = 4;

    private final Journal journal = new Journal();
    private final long seed = Long.getLong("cairn.it.seed", System.nanoTime());

    /** Clients that go on until they are stopped, each through any of these nodes; what fails is counted. */
    private final class Clients implements AutoCloseable {
        private final AtomicBoolean stop = new AtomicBoolean();
        private final AtomicInteger done = new AtomicInteger();
        private final AtomicInteger unanswered = new AtomicInteger();
        private final ExecutorService threads = Executors.newFixedThreadPool(WRITERS);
        private final List<Future<?>> running = new ArrayList<>();
        private final List<CairnProcess> through;
        private final int first;

        /** {@code first} keeps the keys of clients apart that run at the same time. */
        Clients(int first, List<CairnProcess> through) {
            this.first = first;
            this.through = List.copyOf(through);
            for (int i = 0; i < WRITERS; i++) {
                int writer = i;
                running.add(threads.submit(() -> run(writer)));
            }
        }

        private void run(int writer) {
            Random random = new Random(seed + first + writer);
            Load load = new Load(BUCKET, journal, through.getFirst().wire(), first + writer, random.nextLong());
            while (!stop.get()) {
                try {
                    load.step(through.get(random.nextInt(through.size())).wire());
                    done.incrementAndGet();
                } catch (IllegalStateException _) {
                    unanswered.incrementAndGet();
                    Cluster.pause(50);
                }
            }
        }

        /** Lets them work for a while. */
        void work(int operations) {
            int until = done.get() + operations;
            Cluster.await(operations + " operations", () -> {
                for (Future<?> one : running) {
                    if (one.isDone()) {
                        throw new IllegalStateException("a client has ended", one.exceptionNow());
                    }
                }
                return done.get() >= until;
            });
        }

        @Override
        public void close() throws ExecutionException, TimeoutException {
            stop.set(true);
            try {
                for (Future<?> one : running) {
                    one.get(120, TimeUnit.SECONDS);
                }
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            threads.shutdown();
        }
    }

    private void createBucket(Cluster cluster) {
        assertThat(cluster.node(1).wire().call("PUT", "/" + BUCKET).send().status())
                .isEqualTo(200);
    }

    private void verify(Cluster cluster, String when) {
        for (CairnProcess node : cluster.nodes()) {
            if (node.isAlive()) {
                journal.verify(
                        node.wire(), BUCKET, when + ", node " + (cluster.nodes().indexOf(node) + 1) + ", seed " + seed);
            }
        }
        System.out.println("ClusterIT: " + when + ": " + journal.counts());
    }

    @Test
    void a_node_that_is_killed_stopped_or_restarted_is_missed_by_nobody() throws Exception {
        try (Cluster cluster = Cluster.start("three", 3)) {
            createBucket(cluster);
            try (Clients others = new Clients(0, List.of(cluster.node(1), cluster.node(2)));
                    Clients victims = new Clients(WRITERS, List.of(cluster.node(3)))) {
                others.work(60);
                cluster.node(3).kill();
                others.work(100);
                cluster.node(3).start();
                victims.work(20);
                cluster.node(3).signal("STOP");
                others.work(100);
                cluster.node(3).signal("CONT");
                victims.work(20);
                assertThat(others.unanswered).as("errors at nodes that are up").hasValue(0);
            }
            verify(cluster, "after a kill and a stop");
            for (CairnProcess node : cluster.nodes()) {
                List<CairnProcess> rest = new ArrayList<>(cluster.nodes());
                rest.remove(node);
                try (Clients others = new Clients(0, rest)) {
                    others.work(15);
                    node.terminate();
                    others.work(15);
                    node.start();
                    others.work(15);
                    assertThat(others.unanswered)
                            .as("errors at nodes that are up")
                            .hasValue(0);
                }
            }
            verify(cluster, "after a rolling restart");
        }
    }

    @Test
    void what_three_nodes_held_is_on_their_successors_when_two_of_them_are_gone() throws Exception {
        try (Cluster cluster = Cluster.start("moving", 3)) {
            createBucket(cluster);
            try (Clients clients = new Clients(0, List.of(cluster.node(2), cluster.node(3)))) {
                clients.work(80);
                String gone = Cluster.id(cluster.node(1));
                cluster.node(1).kill();
                cluster.add();
                cluster.assign(List.of(cluster.node(4)));
                cluster.remove(gone);
                cluster.apply();
                clients.work(60);
                cluster.awaitSettled();
                // One change upon the other, without waiting for the first.
                cluster.add();
                cluster.add();
                cluster.assign(List.of(cluster.node(5)));
                cluster.apply();
                cluster.assign(List.of(cluster.node(6)));
                cluster.apply();
                clients.work(60);
                cluster.awaitSettled();
                clients.work(30);
                assertThat(clients.unanswered)
                        .as("errors while a quorum was up")
                        .hasValue(0);
            }
            verify(cluster, "after three changes of the layout");
            cluster.awaitQuiet("layout changes", "layout 4");
            for (int number : List.of(2, 3)) {
                String id = Cluster.id(cluster.node(number));
                cluster.remove(id);
                cluster.apply();
                cluster.awaitSettled();
                cluster.awaitQuiet("layout changes", "layout " + (number + 3));
                cluster.node(number).kill();
            }
            verify(cluster, "with none of the first nodes left");
        }
    }

    /** All its directories agree with each other, so that nobody but the others can know. */
    @Test
    void a_node_that_was_rolled_back_to_a_snapshot_does_not_go_on() throws Exception {
        try (Cluster cluster = Cluster.start("rolled-back", 3)) {
            createBucket(cluster);
            CairnProcess node = cluster.node(3);
            node.kill();
            copy(node, "snapshot", "data", "meta");
            node.start();
            try (Clients clients = new Clients(0, cluster.nodes())) {
                clients.work(60);
            }
            // What it is told of others it tells every few seconds.
            Cluster.await("the others have heard of it", () -> Cluster.isUpFor(cluster.node(1), Cluster.id(node)));
            Cluster.pause(8_000);
            node.kill();
            node.start();
            try (Clients clients = new Clients(WRITERS, cluster.nodes())) {
                clients.work(20);
            }
            node.kill();
            node.wipe();
            copy(node, ".", "snapshot/data", "snapshot/meta");
            try {
                node.start();
            } catch (IllegalStateException _) {
                // It may hear of it before anybody sees that it is up.
            }
            Cluster.await("the node ends", () -> !node.isAlive());
            assertThat(node.log()).contains("the metadata of this node is an older copy");
            verify(cluster, "without the node that was rolled back");
        }
    }

    private static void copy(CairnProcess node, String to, String... from) throws Exception {
        java.nio.file.Files.createDirectories(node.home().resolve(to));
        List<String> command = new ArrayList<>(List.of("cp", "-a"));
        for (String each : from) {
            command.add(node.home().resolve(each).toString());
        }
        command.add(node.home().resolve(to).toString());
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
    }

    @Test
    void a_node_that_lost_everything_begins_anew_and_takes_its_place_again() throws Exception {
        try (Cluster cluster = Cluster.start("wiped", 3)) {
            createBucket(cluster);
            try (Clients clients = new Clients(0, List.of(cluster.node(1), cluster.node(2)))) {
                clients.work(80);
                String gone = Cluster.id(cluster.node(3));
                cluster.node(3).kill();
                cluster.node(3).wipe();
                cluster.node(3).start();
                cluster.introduce(cluster.node(3));
                assertThat(Cluster.id(cluster.node(3))).isNotEqualTo(gone);
                cluster.assign(List.of(cluster.node(3)));
                cluster.remove(gone);
                cluster.apply();
                clients.work(60);
                cluster.awaitSettled();
                assertThat(clients.unanswered)
                        .as("errors while a quorum was up")
                        .hasValue(0);
                assertThat(Cluster.get(cluster.node(1), "GetClusterStatus").toString())
                        .as("of a node that is gone for good nobody speaks any more")
                        .doesNotContain(gone);
            }
            verify(cluster, "after a node began anew");
            cluster.node(1).kill();
            verify(cluster, "with the new node as one of two");
        }
    }
}
