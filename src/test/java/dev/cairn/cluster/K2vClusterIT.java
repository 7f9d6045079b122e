package dev.cairn.cluster;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/** The causal store on three real nodes: writers and pollers at different ones, and one that is killed. */
final class K2vClusterIT {
    private static final String BUCKET = "/k2v";
    private static final String TOKEN = "x-garage-causality-token";

    private static String item(String sortKey) {
        return BUCKET + "/shared?sort_key=" + sortKey;
    }

    private static Answer read(CairnProcess at, String target) {
        return at.k2v().call("GET", target).header("accept", "*/*").send();
    }

    private static boolean write(CairnProcess at, String target, String value, String token) {
        var call = at.k2v().call("PUT", target).body(value);
        return (token.isEmpty() ? call : call.header(TOKEN, token)).send().status() == 204;
    }

    @Test
    void siblings_are_made_and_resolved_pollers_are_told_and_a_kill_loses_nothing() throws Exception {
        try (Cluster cluster = Cluster.start("k2v", 3)) {
            assertThat(cluster.node(1).wire().call("PUT", BUCKET).send().status())
                    .isEqualTo(200);

            assertThat(write(cluster.node(1), item("both"), "of one", "")).isTrue();
            assertThat(write(cluster.node(2), item("both"), "of two", "")).isTrue();
            var siblings = read(cluster.node(3), item("both"));
            assertThat(siblings.header("content-type")).isEqualTo("application/json");
            assertThat(siblings.text().split(",")).hasSize(2);

            var poll = CompletableFuture.supplyAsync(() ->
                    read(cluster.node(2), item("both") + "&timeout=60&causality_token=" + siblings.header(TOKEN)));
            TimeUnit.SECONDS.sleep(1);
            assertThat(poll).isNotDone();
            assertThat(write(cluster.node(3), item("both"), "resolved", siblings.header(TOKEN)))
                    .isTrue();
            assertThat(poll.get(5, TimeUnit.SECONDS).text()).isEqualTo("resolved");
            assertThat(read(cluster.node(1), item("both")).text()).isEqualTo("resolved");

            List<String> acknowledged = Collections.synchronizedList(new ArrayList<>());
            var stop = new AtomicBoolean();
            var writer = CompletableFuture.runAsync(() -> {
                for (int i = 0; !stop.get(); i++) {
                    try {
                        if (write(cluster.node(1), item("kept-" + i), "value " + i, "")) {
                            acknowledged.add("kept-" + i);
                        }
                    } catch (IllegalStateException _) {
                        Cluster.pause(20);
                    }
                }
            });
            Cluster.await("some writes", () -> acknowledged.size() > 50);
            cluster.node(1).kill();
            stop.set(true);
            writer.get(60, TimeUnit.SECONDS);
            for (int number : List.of(2, 3)) {
                for (String key : acknowledged) {
                    assertThat(read(cluster.node(number), item(key)).text())
                            .as("%s at node %d", key, number)
                            .isEqualTo(key.replace("kept-", "value "));
                }
            }
            cluster.node(1).start();
            Cluster.await(
                    "the node that is back",
                    () -> read(cluster.node(1), item("both")).text().equals("resolved"));
            for (String key : acknowledged) {
                assertThat(read(cluster.node(1), item(key)).status()).isEqualTo(200);
            }
        }
    }
}
