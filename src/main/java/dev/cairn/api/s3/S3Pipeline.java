package dev.cairn.api.s3;

import dev.cairn.api.auth.Authentication;
import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.auth.KeyLookup;
import dev.cairn.api.auth.SecretKey;
import dev.cairn.api.auth.SignedRequest;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.BodyBudget;
import dev.cairn.api.http.BudgetedSource;
import dev.cairn.api.http.Exchange;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.OffloadedSource;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.block.BlockFiles;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.AccessKey;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.Buckets;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/**
 * The way of every S3 request: read the raw target, choose the operation, prove the sender, find the bucket, check the permission,
 * only then touch the body; then answer, or say exactly why not. Safe from any thread.
 */
public final class S3Pipeline {
    private static final Logger LOG = Logger.getLogger("dev.cairn.s3");
    private static final long BODY_MEMORY_BYTES = 2 * BlockFiles.PIECE_BYTES;
    private static final long DOCUMENT_COPIES = 4;
    private static final int REQUEST_ID_BYTES = 8;

    private final Env env;
    private final Settings settings;
    private final Authenticator authenticator;
    private final AccessKeys keys;
    private final Buckets buckets;
    private final Map<S3Operation, OperationHandler> handlers;
    private final BodyBudget budget;
    private final BooleanSupplier roomForData;
    private final RequestObserver observer;
    private final KeyLookup secrets;
    private final AtomicInteger active = new AtomicInteger();
    private volatile boolean stopping;

    /** What an operator sets; {@code hostId} is how answers name this node. */
    public record Settings(String region, RootDomain rootDomain, boolean trustsForwardedProto, String hostId) {}

    /** Hears how requests ended. */
    @FunctionalInterface
    public interface RequestObserver {
        void answered(String operation, int status, long nanos);
    }

    public S3Pipeline(
            Env env,
            Settings settings,
            Authenticator authenticator,
            AccessKeys keys,
            Buckets buckets,
            S3Operations operations,
            BodyBudget budget,
            BooleanSupplier roomForData,
            RequestObserver observer) {
        this.env = env;
        this.settings = settings;
        this.authenticator = authenticator;
        this.keys = keys;
        this.buckets = buckets;
        this.handlers = operations.handlers();
        this.budget = budget;
        this.roomForData = roomForData;
        this.observer = observer;
        this.secrets = id -> keys.find(id).map(found -> found.map(key -> new SecretKey(key.secret())));
    }

    /** Serves one request; to be called on its event loop. */
    public void serve(Exchange exchange) {
        long began = env.nanoTime();
        String requestId = env.randomBytes(REQUEST_ID_BYTES).toHex();
        Label label = new Label();
        active.incrementAndGet();
        answer(exchange, label)
                .onFailure()
                .recoverWithItem(why -> refusal(exchange, requestId, why))
                .map(answer -> withinBudget(exchange, requestId, answer))
                .chain(answer -> {
                    complete(answer, requestId);
                    label.status = answer.status();
                    return exchange.send(answer);
                })
                .subscribe()
                .with(_ -> ended(label, began), broken -> {
                    LOG.logf(
                            broken instanceof Exchange.ClientGone ? Logger.Level.DEBUG : Logger.Level.WARN,
                            "%s %s: broken off: %s",
                            label.operation,
                            requestId,
                            broken);
                    ended(label, began);
                });
    }

    /** What a request turned out to be; written by the steps of that request, one after the other. */
    private static final class Label {
        private String operation = "Unknown";
        private int status;
    }

    private void ended(Label label, long began) {
        active.decrementAndGet();
        observer.answered(label.operation, label.status, env.nanoTime() - began);
    }

    /** From now on requests are turned away; {@link #active} tells how many are still under way. */
    public void stop() {
        stopping = true;
    }

    public int active() {
        return active.get();
    }

    private Uni<Answer> answer(Exchange exchange, Label label) {
        try {
            if (stopping) {
                throw S3Error.SLOW_DOWN.exception("The node is stopping.");
            }
            RequestTarget target = RequestTarget.parse(exchange.rawTarget(), exchange.host(), settings.rootDomain());
            SignedRequest signed = new SignedRequest(exchange.method(), target, exchange.headers());
            return authenticator
                    .verify(signed, now(), settings.region(), secrets)
                    .chain(sender -> switch (sender) {
                        case Authentication.Anonymous() -> throw S3Error.ACCESS_DENIED.exception();
                        case Authentication.Verified verified -> {
                            S3Operation operation = S3Operation.of(exchange.method(), target, verified.headers());
                            label.operation = operation.label();
                            if (operation.addsData() && !roomForData.getAsBoolean()) {
                                throw new Failure.DiskFull("metadata or data").asException();
                            }
                            yield perform(exchange, target, verified, operation);
                        }
                    });
        } catch (RuntimeException e) {
            return Uni.createFrom().failure(e);
        }
    }

    private Uni<Answer> perform(
            Exchange exchange, RequestTarget target, Authentication.Verified verified, S3Operation operation) {
        String name = target.bucket().orElse("");
        return keys.find(verified.keyId())
                .map(caller -> caller.orElseThrow(S3Error.INVALID_ACCESS_KEY_ID::exception))
                .chain(caller -> bucket(operation, name, caller, verified).chain(bucket -> {
                    S3Request request = new S3Request(
                            operation,
                            new Origin(scheme(exchange), exchange.host(), target),
                            now(),
                            verified.headers(),
                            verified,
                            caller,
                            name,
                            bucket,
                            target.key().map(Bytes::utf8).orElse(Bytes.EMPTY),
                            body(exchange, operation, verified));
                    return withinBudget(exchange, request);
                }));
    }

    private Instant now() {
        return Instant.ofEpochMilli(env.wallMillis());
    }

    /** Only a proxy that the operator vouches for may say that its clients speak TLS. */
    private String scheme(Exchange exchange) {
        boolean secure = settings.trustsForwardedProto()
                && exchange.headers()
                        .get("x-forwarded-proto")
                        .filter("https"::equalsIgnoreCase)
                        .isPresent();
        return secure ? "https" : "http";
    }

    /** Signed chunks are hashed and documents parsed as they are pulled: not on an event loop, where others would wait. */
    private ByteSource body(Exchange exchange, S3Operation operation, Authentication.Verified verified) {
        return operation.readsDocument() || verified.payload().hasSignedChunks()
                ? new OffloadedSource(exchange.body(), env.workers())
                : exchange.body();
    }

    private Uni<Optional<Bucket>> bucket(
            S3Operation operation, String name, AccessKey caller, Authentication.Verified verified) {
        if (operation.permission() == Permission.NONE) {
            return Uni.createFrom().item(Optional.empty());
        }
        return buckets.resolve(name, Optional.of(caller.id())).map(found -> {
            Bucket bucket =
                    found.orElseThrow(() -> S3Error.NO_SUCH_BUCKET.exception().with("BucketName", name));
            if (!operation.permission().isIn(bucket.grantOf(caller.id()))) {
                throw S3Error.ACCESS_DENIED.exception();
            }
            requireOwner(
                    bucket,
                    verified.headers().get("x-amz-expected-bucket-owner").orElse(null));
            return Optional.of(bucket);
        });
    }

    /** A caller that names the owner it expects must be right. */
    static void requireOwner(Bucket bucket, @Nullable String expected) {
        if (expected != null && !bucket.grantOf(expected).owner()) {
            throw S3Error.ACCESS_DENIED.exception();
        }
    }

    /** A request whose body has to come in, or whose answer is a body, holds a bounded amount of memory meanwhile. */
    private Uni<Answer> withinBudget(Exchange exchange, S3Request request) {
        OperationHandler handler = java.util.Objects.requireNonNull(handlers.get(request.operation()));
        long held = held(request.operation(), exchange.headers());
        if (held == 0) {
            return handler.handle(request);
        }
        budget.take(held);
        return Uni.createFrom()
                .deferred(() -> handler.handle(request))
                .onTermination()
                .invoke(() -> budget.giveBack(held));
    }

    /** What a body holds while it comes in: some pieces of it; or all of a document, and what that is read into. */
    private long held(S3Operation operation, Headers headers) {
        long length = Math.max(length(headers, "content-length"), length(headers, "x-amz-decoded-content-length"));
        if (operation.readsDocument()) {
            // However small the budget is, one after the other must be able to pass.
            return Math.min(length * DOCUMENT_COPIES, budget.limitBytes() / 2);
        }
        return headers.has("transfer-encoding") ? BODY_MEMORY_BYTES : Math.min(length, BODY_MEMORY_BYTES);
    }

    private Answer withinBudget(Exchange exchange, String requestId, Answer answer) {
        return switch (answer.body()) {
            case Answer.Body.Streamed(ByteSource source, long length) ->
                withinBudget(exchange, requestId, answer, source, length, BODY_MEMORY_BYTES);
            // A long listing is in memory as a whole until a slow client has it.
            case Answer.Body.Whole(Bytes bytes)
            when bytes.length() > BODY_MEMORY_BYTES ->
                withinBudget(
                        exchange, requestId, answer, ByteSource.of(bytes), bytes.length(), budget.limitBytes() / 2);
            case Answer.Body.Whole _, Answer.Body.Withheld _ -> answer;
        };
    }

    private Answer withinBudget(
            Exchange exchange, String requestId, Answer answer, ByteSource source, long length, long maxHeld) {
        try {
            return answer.body(
                    new Answer.Body.Streamed(new BudgetedSource(source, budget, Math.min(length, maxHeld)), length));
        } catch (FailureException overloaded) {
            source.cancel();
            return refusal(exchange, requestId, overloaded);
        }
    }

    private static long length(Headers headers, String name) {
        try {
            return Math.clamp(Long.parseLong(headers.get(name).orElse("0").strip()), 0, Integer.MAX_VALUE);
        } catch (NumberFormatException _) {
            return 0;
        }
    }

    private Answer refusal(Exchange exchange, String requestId, Throwable why) {
        S3Exception error = Errors.of(why);
        if (error.error() == S3Error.INTERNAL_ERROR) {
            LOG.errorf(
                    why,
                    "%s %s from %s: internal error, request id %s",
                    exchange.method(),
                    exchange.loggedTarget(),
                    exchange.client(),
                    requestId);
        } else {
            LOG.debugf(
                    "%s %s from %s: %s",
                    exchange.method(),
                    exchange.loggedTarget(),
                    exchange.client(),
                    error.error().code());
        }
        Answer answer = Errors.answer(error, resource(exchange), requestId, settings.hostId());
        // A HEAD has no document that could say where a bucket lives: clients look here for the region to sign for.
        boolean namesRegion = exchange.method().equals("HEAD") && answer.status() != 404;
        return namesRegion ? answer.field(HeadBucket.REGION, settings.region()) : answer;
    }

    private static String resource(Exchange exchange) {
        String target = exchange.rawTarget();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private void complete(Answer answer, String requestId) {
        answer.field("x-amz-request-id", requestId)
                .field("x-amz-id-2", settings.hostId())
                .field("Date", HttpDates.format(now()))
                .field("Server", "Cairn");
    }
}
