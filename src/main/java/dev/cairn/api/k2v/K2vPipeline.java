package dev.cairn.api.k2v;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cairn.api.auth.Authentication;
import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.auth.KeyLookup;
import dev.cairn.api.auth.SignedRequest;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.BodyBudget;
import dev.cairn.api.http.Exchange;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.OffloadedSource;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.json.Json;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.Buckets;
import dev.cairn.model.Permissions;
import dev.cairn.model.Refusal;
import dev.cairn.model.RefusalException;
import dev.cairn.model.StorageNode;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/** The way of every K2V request: prove the sender, choose the operation, find the bucket, check the permission, only then touch the body. */
public final class K2vPipeline {
    /** Within one request, for something to change. */
    public static final Duration LONGEST_WAIT = Duration.ofSeconds(Polls.MOST_SECONDS);

    private static final Logger LOG = Logger.getLogger("dev.cairn.k2v");
    /** How far the clock of another node may be ahead of this one's. */
    private static final long CLOCKS_APART_MILLIS = 60_000;

    private static final long DOCUMENT_COPIES = 4;
    private static final long RANGE_BYTES = 4 << 20;
    private static final long ITEM_BYTES = 256 << 10;

    private final Env env;
    private final String region;
    private final Authenticator authenticator;
    private final AccessKeys keys;
    private final Buckets buckets;
    private final BodyBudget budget;
    private final BooleanSupplier roomForData;
    private final RequestObserver observer;
    private final KeyLookup secrets;
    private final AtomicInteger active = new AtomicInteger();
    private volatile boolean stopping;

    private final Items items;
    private final Batches batches;
    private final ReadIndex index;
    private final Polls polls;

    /** Hears how requests ended. */
    @FunctionalInterface
    public interface RequestObserver {
        void answered(String operation, int status, long nanos);
    }

    public K2vPipeline(
            Env env,
            String region,
            Authenticator authenticator,
            StorageNode node,
            BodyBudget budget,
            BooleanSupplier roomForData,
            RequestObserver observer) {
        this.env = env;
        this.region = region;
        this.authenticator = authenticator;
        this.keys = node.keys();
        this.buckets = node.buckets();
        this.budget = budget;
        this.roomForData = roomForData;
        this.observer = observer;
        this.secrets = id -> keys.find(id).map(found -> found.map(key -> key.secret()));
        this.items = new Items(node.items());
        this.batches = new Batches(node.items());
        this.index = new ReadIndex(node.items());
        this.polls = new Polls(node.items());
    }

    private interface Handler {
        Uni<Answer> handle(K2vRequest request);
    }

    /** An operation: what its caller has to be allowed, what it holds in memory besides its body, and what it does. */
    private record Operation(String name, boolean writes, boolean addsData, long holds, Handler handler) {}

    /** Serves one request; to be called on its event loop. */
    public void serve(Exchange exchange) {
        long began = env.nanoTime();
        String[] operation = {"Unknown"};
        active.incrementAndGet();
        answer(exchange, operation)
                .onFailure()
                .recoverWithItem(why -> refusal(exchange, why))
                .chain(answer -> exchange.send(
                                answer.field("Date", HttpDates.format(now())).field("Server", "Cairn"))
                        .replaceWith(answer.status()))
                .subscribe()
                .with(status -> ended(operation[0], status, began), broken -> {
                    LOG.debugf("%s: broken off: %s", operation[0], broken);
                    ended(operation[0], 0, began);
                });
    }

    private void ended(String operation, int status, long began) {
        active.decrementAndGet();
        observer.answered(operation, status, env.nanoTime() - began);
    }

    /** From now on requests are turned away; {@link #active} tells how many are still under way. */
    public void stop() {
        stopping = true;
    }

    public int active() {
        return active.get();
    }

    private Instant now() {
        return Instant.ofEpochMilli(env.wallMillis());
    }

    private Uni<Answer> answer(Exchange exchange, String[] name) {
        try {
            if (stopping) {
                throw new K2vException(503, "ServiceUnavailable", "The node is stopping");
            }
            RequestTarget target = RequestTarget.parse(exchange.rawTarget(), exchange.host(), RootDomain.NONE);
            SignedRequest signed = new SignedRequest(exchange.method(), target, exchange.headers());
            return authenticator.verify(signed, now(), region, secrets).chain(sender -> switch (sender) {
                case Authentication.Anonymous() ->
                    throw new K2vException(403, "AccessDenied", "Requests have to be signed");
                case Authentication.Verified verified -> {
                    String bucket = target.bucket().orElseThrow(() -> K2vException.invalid("No bucket is named"));
                    Bytes partitionKey = target.key()
                            .map(K2vPipeline::withoutSlashes)
                            .map(Bytes::utf8)
                            .orElse(Bytes.EMPTY);
                    Operation operation = operation(exchange.method(), target, partitionKey);
                    name[0] = operation.name();
                    if (operation.addsData() && !roomForData.getAsBoolean()) {
                        throw new Failure.DiskFull("metadata or data").asException();
                    }
                    yield allowed(bucket, verified, operation)
                            .chain(found -> perform(
                                    operation,
                                    new K2vRequest(
                                            found.id(),
                                            partitionKey,
                                            target.query(),
                                            verified,
                                            body(exchange),
                                            Stamp.atMillis(env.wallMillis() + CLOCKS_APART_MILLIS, 0)
                                                    .hlc(),
                                            exchange::isClosed)));
                }
            });
        } catch (RuntimeException refused) {
            return Uni.createFrom().failure(refused);
        }
    }

    private static String withoutSlashes(String key) {
        int start = 0;
        while (start < key.length() && key.charAt(start) == '/') {
            start++;
        }
        return key.substring(start);
    }

    private Operation operation(String method, RequestTarget target, Bytes partitionKey) {
        boolean ofItem = !partitionKey.isEmpty();
        boolean waitsForRange =
                ofItem && (method.equals("SEARCH") || target.query().has("poll_range"));
        boolean waits = ofItem && target.query().has("causality_token");
        return switch (method) {
            case "GET", "HEAD" -> {
                if (!ofItem) {
                    yield new Operation("ReadIndex", false, false, RANGE_BYTES / 4, index::read);
                }
                if (waits) {
                    yield new Operation("PollItem", false, false, 0, polls::item);
                }
                yield new Operation("ReadItem", false, false, ITEM_BYTES, items::read);
            }
            case "PUT" -> ofItem ? new Operation("InsertItem", true, true, 0, items::insert) : unknown();
            case "DELETE" -> ofItem ? new Operation("DeleteItem", true, false, 0, items::delete) : unknown();
            case "POST", "SEARCH" -> {
                if (waitsForRange) {
                    yield new Operation("PollRange", false, false, 0, polls::range);
                }
                if (ofItem) {
                    yield unknown();
                }
                if (method.equals("SEARCH") || target.query().has("search")) {
                    yield new Operation("ReadBatch", false, false, RANGE_BYTES, batches::read);
                }
                yield target.query().has("delete")
                        ? new Operation("DeleteBatch", true, false, RANGE_BYTES, batches::delete)
                        : new Operation("InsertBatch", true, true, 0, batches::insert);
            }
            default -> unknown();
        };
    }

    private static Operation unknown() {
        throw K2vException.invalid("No operation goes by this method and path");
    }

    private Uni<Bucket> allowed(String name, Authentication.Verified verified, Operation operation) {
        return buckets.resolve(name, Optional.of(verified.keyId()))
                .map(found ->
                        found.orElseThrow(() -> new K2vException(404, "NoSuchBucket", "Bucket not found: " + name)))
                .invoke(bucket -> {
                    Permissions grant = bucket.grantOf(verified.keyId());
                    if (operation.writes() ? !grant.write() : !grant.read()) {
                        throw new K2vException(403, "AccessDenied", "The key may not do that in this bucket");
                    }
                });
    }

    /** A body is hashed and parsed as it is pulled: not on an event loop, where others would wait. */
    private OffloadedSource body(Exchange exchange) {
        return new OffloadedSource(exchange.body(), env.workers());
    }

    /** However small the budget is, one after the other must be able to pass. */
    private Uni<Answer> perform(Operation operation, K2vRequest request) {
        long held = Math.min(operation.holds() + length(request) * DOCUMENT_COPIES, budget.limitBytes() / 2);
        budget.take(held);
        return Uni.createFrom()
                .deferred(() -> operation.handler().handle(request))
                .onTermination()
                .invoke(() -> budget.giveBack(held));
    }

    private static long length(K2vRequest request) {
        try {
            return Math.clamp(
                    Long.parseLong(
                            request.headers().get("content-length").orElse("0").strip()),
                    0,
                    Batches.MOST_BYTES);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private Answer refusal(Exchange exchange, Throwable why) {
        K2vException error = error(why);
        if (error.status() == 500) {
            LOG.errorf(
                    why,
                    "%s %s from %s: internal error",
                    exchange.method(),
                    exchange.loggedTarget(),
                    exchange.client());
        }
        String target = exchange.rawTarget();
        int query = target.indexOf('?');
        ObjectNode document = Json.object()
                .put("code", error.code())
                .put("message", error.message())
                .put("region", region)
                .put("path", query < 0 ? target : target.substring(0, query));
        return Documents.answer(error.status(), document);
    }

    private static K2vException error(Throwable why) {
        return switch (why) {
            case K2vException known -> known;
            case S3Exception refused -> of(refused);
            case RefusalException refused -> of(refused.refusal());
            case FailureException failed -> of(failed.failure());
            default -> new K2vException(500, "InternalError", "Something went wrong in the node");
        };
    }

    private static K2vException of(S3Exception refused) {
        S3Error error = refused.error();
        String code = switch (error.status()) {
            case 403 -> "AccessDenied";
            case 400 ->
                switch (error.code()) {
                    case "AuthorizationHeaderMalformed", "InvalidDigest", "BadDigest" -> error.code();
                    case "XAmzContentSHA256Mismatch" -> "InvalidDigest";
                    default -> "InvalidRequest";
                };
            default -> error.code();
        };
        return new K2vException(error.status(), code, refused.message());
    }

    private static K2vException of(Refusal refusal) {
        return switch (refusal) {
            case Refusal.NoSuchBucket _, Refusal.BucketGone _ ->
                new K2vException(404, "NoSuchBucket", "Bucket not found");
            case Refusal.TooManyValues() ->
                K2vException.invalid(
                        "The item has too many values beside each other: read it, and write with its token");
            default -> new K2vException(500, "InternalError", "Something went wrong in the node");
        };
    }

    private static K2vException of(Failure failure) {
        return switch (failure) {
            case Failure.QuorumLost _ ->
                new K2vException(503, "ServiceUnavailable", "Too few nodes of the cluster answer");
            case Failure.Overloaded _, Failure.Stopping _, Failure.StaleLayout _ ->
                new K2vException(503, "ServiceUnavailable", "Please reduce your request rate, and try again");
            case Failure.DiskFull _ ->
                new K2vException(503, "ServiceUnavailable", "There is no room for new data on this node");
            case Failure.Corrupt _ -> new K2vException(500, "InternalError", "Something is damaged in the node");
        };
    }
}
