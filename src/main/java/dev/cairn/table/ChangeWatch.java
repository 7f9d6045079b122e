package dev.cairn.table;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.net.Peers;
import dev.cairn.net.Request;
import io.smallrye.mutiny.Uni;
import io.smallrye.mutiny.subscription.UniEmitter;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Hears from all nodes that store data which rows changed, while somebody here wants to know: one request to each of them is under way at a time,
 * however many wait. Whoever waits is woken by what is about him, and whenever something may have been missed; he looks for himself then. Safe from
 * any thread.
 */
public final class ChangeWatch {
    private static final Duration AFTER_FAILURE = Duration.ofMillis(500);

    private final Env env;
    private final Peers peers;
    private final Replicas replicas;
    private final Set<Watch> watches = ConcurrentHashMap.newKeySet();
    private final Map<NodeId, Heard> heard = new ConcurrentHashMap<>();

    /** How far a node has been listened to. */
    private record Heard(long life, long last) {
        static final Heard NOTHING = new Heard(0, -1);
    }

    public ChangeWatch(Env env, Peers peers, Replicas replicas) {
        this.env = env;
        this.peers = peers;
        this.replicas = replicas;
    }

    /** Somebody who wants to know; to be closed. */
    public final class Watch implements AutoCloseable {
        private final Predicate<Bytes> about;
        private boolean woken;
        private @Nullable UniEmitter<? super Void> waiting;

        private Watch(Predicate<Bytes> about) {
            this.about = about;
        }

        /** Completes when something may have changed since the watch began, or since this completed last. */
        public Uni<Void> next() {
            return Uni.createFrom().emitter(emitter -> {
                synchronized (this) {
                    if (!woken) {
                        waiting = emitter;
                        return;
                    }
                    woken = false;
                }
                emitter.complete(null);
            });
        }

        private void wake() {
            UniEmitter<? super Void> now;
            synchronized (this) {
                now = waiting;
                waiting = null;
                woken = now == null;
            }
            if (now != null) {
                now.complete(null);
            }
        }

        @Override
        public void close() {
            watches.remove(this);
        }
    }

    /** Begins to watch rows by their sort keys. */
    public Watch watch(Predicate<Bytes> about) {
        Watch watch = new Watch(about);
        watches.add(watch);
        listen();
        return watch;
    }

    public int watches() {
        return watches.size();
    }

    private void listen() {
        for (NodeId node : replicas.storageNodes()) {
            if (heard.putIfAbsent(node, Heard.NOTHING) == null) {
                listen(node);
            }
        }
    }

    private void listen(NodeId node) {
        Heard before = heard.getOrDefault(node, Heard.NOTHING);
        if (watches.isEmpty() || !replicas.storageNodes().contains(node)) {
            heard.remove(node);
            if (!watches.isEmpty()) {
                // Somebody came meanwhile, or other nodes store data now.
                listen();
            }
            return;
        }
        peers.call(node, new Request.AwaitNews(before.life(), before.last()))
                .subscribe()
                .with(news -> tell(node, news), _ -> {
                    heard.put(node, Heard.NOTHING);
                    env.schedule(AFTER_FAILURE, () -> listen(node));
                });
    }

    private void tell(NodeId node, Request.News news) {
        heard.put(node, new Heard(news.life(), news.last()));
        if (news.hasGap()) {
            watches.forEach(Watch::wake);
        } else if (!news.changes().isEmpty()) {
            tell(news.changes());
        }
        // A change of the layout brings nodes that have not been listened to.
        listen();
        env.workers().execute(() -> listen(node));
    }

    private void tell(List<Bytes> changes) {
        for (Watch watch : watches) {
            if (changes.stream().anyMatch(watch.about)) {
                watch.wake();
            }
        }
    }
}
