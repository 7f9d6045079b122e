package dev.cairn.sim;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.net.Peers;
import dev.cairn.net.Request;
import dev.cairn.net.RequestHandler;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Predicate;

/**
 * What lies between simulated nodes: every message takes its time, some are lost or come twice, and links can be cut, each way by itself. Who
 * hears nothing until the deadline learns only that.
 */
final class SimNet {
    static final Duration DEADLINE = Duration.ofSeconds(5);

    private final SplittableRandom random;
    private final Map<NodeId, Place> places = new TreeMap<>();
    private final Set<Link> cuts = new HashSet<>();
    private final Map<NodeId, Predicate<Request<?>>> filters = new TreeMap<>();
    private final Map<NodeId, Long> requests = new TreeMap<>();
    private boolean isEven;
    private long meanNanos = 1_000_000;
    private int lossPerMille;
    private int twicePerMille;

    private record Link(NodeId from, NodeId to) {}

    /** A node as the others can reach it: one life at a time. */
    private record Place(SimEnv env, RequestHandler handler) {}

    SimNet(SplittableRandom random) {
        this.random = random;
    }

    /** One-way delays are up to twice the mean. */
    void setDelay(Duration mean) {
        meanNanos = mean.toNanos();
        isEven = false;
    }

    /** All messages take just this long each way. */
    void setEqualDelay(Duration each) {
        meanNanos = each.toNanos();
        isEven = true;
    }

    /** How often a node has asked another one for rows or blocks. */
    long requestsOf(NodeId from) {
        return requests.getOrDefault(from, 0L);
    }

    void setTrouble(int newLossPerMille, int newTwicePerMille) {
        lossPerMille = newLossPerMille;
        twicePerMille = newTwicePerMille;
    }

    /** Nothing of {@code from} reaches {@code to} any more. */
    void cut(NodeId from, NodeId to) {
        cuts.add(new Link(from, to));
    }

    /** Of the messages of a node only those that {@code passes} go out, for scripts that need one of them lost. */
    void filter(NodeId from, Predicate<Request<?>> passes) {
        filterWhole(from, request -> passes.test(inside(request)));
    }

    /** As {@link #filter}, seeing requests with the layout that they were sent under. */
    void filterWhole(NodeId from, Predicate<Request<?>> passes) {
        filters.put(from, passes);
    }

    void heal() {
        cuts.clear();
        filters.clear();
        setTrouble(0, 0);
    }

    /** The node answers from now on, until its power fails. */
    void serve(NodeId node, SimEnv env, RequestHandler handler) {
        places.put(node, new Place(env, handler));
    }

    /** The others as one life of a node sees them. */
    Peers peers(NodeId self, SimEnv env) {
        return new Peers() {
            @Override
            public NodeId self() {
                return self;
            }

            @Override
            public <R> Uni<R> call(NodeId node, Request<R> request) {
                return SimNet.this.call(self, env, node, request);
            }
        };
    }

    private <R> Uni<R> call(NodeId from, SimEnv env, NodeId to, Request<R> request) {
        if (from.equals(to)) {
            return place(to).handler.answer(request);
        }
        return Uni.createFrom().emitter(answer -> {
            env.in(DEADLINE.toNanos(), "net.deadline", () -> answer.fail(silence()));
            if (!(request instanceof Request.ShareLayout)) {
                requests.merge(from, 1L, Long::sum);
            }
            if (filters.containsKey(from) && !filters.get(from).test(request)) {
                return;
            }
            int copies = isRepeatable(request) && random.nextInt(1000) < twicePerMille ? 2 : 1;
            for (int copy = 0; copy < copies; copy++) {
                send(
                        from,
                        to,
                        place -> place.handler
                                .answer(carried(request, from, env, to))
                                .subscribe()
                                .with(
                                        item -> back(
                                                to, from, env, () -> answer.complete(carried(item, from, env, to))),
                                        why -> back(to, from, env, () -> answer.fail(why))));
            }
        });
    }

    private static RuntimeException silence() {
        return new Failure.QuorumLost(1, 0, DEADLINE).asException();
    }

    private static boolean isRepeatable(Request<?> request) {
        return !(inside(request) instanceof Request.PutBlock);
    }

    private static Request<?> inside(Request<?> request) {
        return request instanceof Request.Under<?> under ? inside(under.request()) : request;
    }

    private Place place(NodeId node) {
        var place = places.get(node);
        if (place == null) {
            throw new IllegalStateException("nobody serves as " + node);
        }
        return place;
    }

    private void send(NodeId from, NodeId to, Consumer<Place> arrival) {
        var place = places.get(to);
        if (place != null && passes(from, to)) {
            place.env.in(delay(), "net.message", () -> arrival.accept(place));
        }
    }

    private void back(NodeId from, NodeId to, SimEnv env, Runnable arrival) {
        if (passes(from, to)) {
            env.in(delay(), "net.answer", arrival);
        }
    }

    private boolean passes(NodeId from, NodeId to) {
        return !cuts.contains(new Link(from, to)) && random.nextInt(1000) >= lossPerMille;
    }

    private long delay() {
        return isEven ? meanNanos : random.nextLong(2 * meanNanos);
    }

    /** A body that goes along is pulled over the same links. */
    @SuppressWarnings("unchecked") // the same kind of request, so the same type of answer
    private <R> Request<R> carried(Request<R> request, NodeId from, SimEnv env, NodeId to) {
        return switch (request) {
            case Request.Under<R> under -> new Request.Under<>(under.layout(), carried(under.request(), from, env, to));
            case Request.PutBlock put ->
                (Request<R>) new Request.PutBlock(
                        put.hash(),
                        put.length(),
                        put.reference(),
                        () -> new Remote(put.body().read(), from, env, to));
            default -> request;
        };
    }

    @SuppressWarnings("unchecked") // a source for a source
    private <R> R carried(R item, NodeId from, SimEnv env, NodeId to) {
        return item instanceof ByteSource source ? (R) new Remote(source, to, place(to).env, from) : item;
    }

    /** A source at another node. */
    private final class Remote implements ByteSource {
        private final ByteSource source;
        private final NodeId owner;
        private final SimEnv ownerEnv;
        private final NodeId reader;

        Remote(ByteSource source, NodeId owner, SimEnv ownerEnv, NodeId reader) {
            this.source = source;
            this.owner = owner;
            this.ownerEnv = ownerEnv;
            this.reader = reader;
        }

        @Override
        public Uni<Bytes> next() {
            var readerEnv = place(reader).env;
            return Uni.createFrom().emitter(piece -> {
                readerEnv.in(DEADLINE.toNanos(), "net.deadline", () -> piece.fail(silence()));
                if (passes(reader, owner)) {
                    ownerEnv.in(
                            delay(),
                            "net.pull",
                            () -> source.next()
                                    .subscribe()
                                    .with(
                                            item -> back(owner, reader, readerEnv, () -> piece.complete(item)),
                                            why -> back(owner, reader, readerEnv, () -> piece.fail(why))));
                }
            });
        }

        @Override
        public void cancel() {
            source.cancel();
        }
    }
}
