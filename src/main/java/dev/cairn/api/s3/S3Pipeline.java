package dev.cairn.api.s3;

import dev.cairn.api.auth.Authentication;
import dev.cairn.api.auth.Authenticator;
import dev.cairn.api.auth.KeyLookup;
import dev.cairn.api.auth.SignedRequest;
import dev.cairn.api.http.Answer;
import dev.cairn.api.http.AnswerMemory;
import dev.cairn.api.http.BodyBudget;
import dev.cairn.api.http.CrossOrigin;
import dev.cairn.api.http.Exchange;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.OffloadedSource;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.CorsRules;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import org.jboss.logging.Logger;

/**
 * The way of every S3 request: read the raw target, prove the sender, choose the operation, find the bucket, check the permission,
 * only then touch the body; then answer, or say exactly why not. Safe from any thread.
 */
public final class S3Pipeline {
    private static final String PREFLIGHT = "OPTIONS";
    private static final Logger LOG = Logger.getLogger("dev.cairn.s3");

    private final Env env;
    private final Settings settings;
    private final Authenticator authenticator;
    private final AccessKeys keys;
    private final Buckets buckets;
    private final Routes routes;
    private final RequestMemory memory;
    private final AnswerMemory answerMemory;
    private final BooleanSupplier roomForData;
    private final RequestObserver observer;
    private final KeyLookup secrets;
    private final AtomicInteger active = new AtomicInteger();
    private final AtomicLong nextRequestId;
    private volatile Clock clock = new Clock(0, "");
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
            Routes routes,
            BodyBudget budget,
            BooleanSupplier roomForData,
            RequestObserver observer) {
        this.env = env;
        this.settings = settings;
        this.authenticator = authenticator;
        this.keys = keys;
        this.buckets = buckets;
        this.routes = routes;
        this.memory = new RequestMemory(budget);
        this.answerMemory = new AnswerMemory(budget);
        this.roomForData = roomForData;
        this.observer = observer;
        this.nextRequestId = new AtomicLong(env.randomBytes(Long.BYTES).buffer().getLong());
        this.secrets = id -> keys.find(id).map(found -> found.map(key -> key.secret()));
    }

    /** Serves one request; to be called on its event loop. */
    public void serve(Exchange exchange) {
        long began = env.nanoTime();
        RequestContext context = new RequestContext(HexFormat.of().toHexDigits(nextRequestId.incrementAndGet()));
        active.incrementAndGet();
        answer(exchange, context)
                .map(answerMemory::held)
                .onFailure()
                .recoverWithItem(why -> refusal(exchange, context, why))
                .chain(answer -> openedToScripts(exchange, context, answer))
                .chain(answer -> {
                    complete(answer, context);
                    return exchange.send(answer);
                })
                .subscribe()
                .with(_ -> ended(context, began), broken -> {
                    LOG.logf(
                            broken instanceof Exchange.ClientGone ? Logger.Level.DEBUG : Logger.Level.WARN,
                            "%s %s: broken off: %s",
                            context.operation(),
                            context.requestId(),
                            broken);
                    ended(context, began);
                });
    }

    private void ended(RequestContext context, long began) {
        active.decrementAndGet();
        observer.answered(context.operation(), context.status(), env.nanoTime() - began);
    }

    /** From now on requests are turned away; {@link #active} tells how many are still under way. */
    public void stop() {
        stopping = true;
    }

    public int active() {
        return active.get();
    }

    private Uni<Answer> answer(Exchange exchange, RequestContext context) {
        try {
            if (stopping) {
                throw S3Error.SLOW_DOWN.exception("The node is stopping.");
            }
            RequestTarget target = RequestTarget.parse(exchange.rawTarget(), exchange.host(), settings.rootDomain());
            context.asksFor(target.bucket().orElse(""));
            if (exchange.method().equals(PREFLIGHT)) {
                return preflight(exchange, target, context);
            }
            SignedRequest signed = new SignedRequest(exchange.method(), target, exchange.headers());
            return authenticator
                    .verify(signed, now(), settings.region(), secrets)
                    .chain(sender -> {
                        Headers headers = sender instanceof Authentication.Verified verified
                                ? verified.headers()
                                : exchange.headers();
                        Route route = route(sender, exchange.method(), target, headers);
                        context.chose(route);
                        if (route.is(Route.Trait.ADDS_DATA) && !roomForData.getAsBoolean()) {
                            throw new Failure.DiskFull("metadata or data").asException();
                        }
                        return perform(new Incoming(exchange, target, sender, headers, route), context);
                    });
        } catch (RuntimeException e) {
            return Uni.createFrom().failure(e);
        }
    }

    /** A browser's question in advance, which never bears a signature. */
    private Uni<Answer> preflight(Exchange exchange, RequestTarget target, RequestContext context) {
        context.chose("Preflight");
        CrossOrigin.requirePreflight(exchange.headers());
        // That of a presigned URL is the only hint at whose name for the bucket it may be.
        Optional<String> keyId = target.query().get("X-Amz-Credential").map(it -> it.split("/", 2)[0]);
        return rules(context, keyId).map(rules -> CrossOrigin.preflight(exchange.headers(), rules));
    }

    private Uni<Optional<CorsRules>> rules(RequestContext context, Optional<String> keyId) {
        Uni<Optional<Bucket>> bucket =
                context.bucket().isPresent() || context.bucketName().isEmpty()
                        ? Uni.createFrom().item(context.bucket())
                        : buckets.resolve(context.bucketName(), keyId);
        return bucket.map(found -> found.flatMap(it -> it.setting(BucketSetting.CORS)));
    }

    /** Lets scripts of other origins see the answer, be it an error, where the bucket allows it. */
    private Uni<Answer> openedToScripts(Exchange exchange, RequestContext context, Answer answer) {
        if (!CrossOrigin.isAsked(exchange.headers()) || exchange.method().equals(PREFLIGHT)) {
            return Uni.createFrom().item(answer);
        }
        return rules(context, Optional.empty())
                .invoke(rules ->
                        rules.ifPresent(it -> CrossOrigin.decorate(answer, exchange.method(), exchange.headers(), it)))
                .replaceWith(answer)
                .onFailure()
                .recoverWithItem(answer);
    }

    /** Whoever shows no key is told of nothing but what everybody may do. */
    private Route route(Authentication sender, String method, RequestTarget target, Headers headers) {
        if (sender instanceof Authentication.Verified) {
            return routes.of(method, target, headers);
        }
        Route route;
        try {
            route = routes.of(method, target, headers);
        } catch (S3Exception _) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        if (!route.is(Route.Trait.LISTS_TO_ALL)
                && !route.is(Route.Trait.READS_FOR_ALL)
                && !route.is(Route.Trait.PROVES_ITSELF)) {
            throw S3Error.ACCESS_DENIED.exception();
        }
        return route;
    }

    /** A request whose sender is known, and what it asks for. */
    private record Incoming(
            Exchange exchange, RequestTarget target, Authentication sender, Headers headers, Route route) {}

    private Uni<Answer> perform(Incoming incoming, RequestContext context) {
        String name = context.bucketName();
        Route route = incoming.route();
        Exchange exchange = incoming.exchange();
        return caller(incoming.sender())
                .chain(caller -> bucket(route, name, caller).chain(bucket -> {
                    boolean isGranted =
                            bucket.isEmpty() || Authorizer.require(caller, route, bucket.get(), incoming.headers());
                    bucket.ifPresent(context::found);
                    S3Request request = new S3Request(
                            new Origin(exchange.method(), scheme(exchange), exchange.host(), incoming.target()),
                            now(),
                            incoming.headers(),
                            incoming.sender(),
                            caller,
                            isGranted,
                            name,
                            bucket,
                            incoming.target().key().map(Bytes::utf8).orElse(Bytes.EMPTY),
                            body(exchange, route, incoming.sender()),
                            exchange::isClosed);
                    Uni<Answer> answer = memory.handle(
                            route.traits(),
                            request.headers(),
                            bucket,
                            () -> route.handler().handle(request));
                    return route.is(Route.Trait.TAKES_LONG) && exchange.takesChunks()
                            ? PatientAnswer.of(env, answer, why -> refusal(exchange, context, why))
                            : answer;
                }));
    }

    private Uni<Caller> caller(Authentication sender) {
        return switch (sender) {
            case Authentication.Anonymous() -> Uni.createFrom().item(new Caller.Anonymous());
            case Authentication.Verified verified ->
                keys.find(verified.keyId())
                        .map(found -> new Caller.Key(found.orElseThrow(S3Error.INVALID_ACCESS_KEY_ID::exception)));
        };
    }

    /** The bucket of an operation that needs one. */
    private Uni<Optional<Bucket>> bucket(Route route, String name, Caller caller) {
        Optional<String> keyId = caller instanceof Caller.Key(var key) ? Optional.of(key.id()) : Optional.empty();
        if (route.permission() == Permission.NONE) {
            return Uni.createFrom().item(Optional.empty());
        }
        return buckets.resolve(name, keyId).invoke(found -> {
            if (found.isEmpty()) {
                throw S3Error.NO_SUCH_BUCKET.exception().with("BucketName", name);
            }
        });
    }

    /** Signed chunks are hashed and documents parsed as they are pulled: not on an event loop, where others would wait. */
    private ByteSource body(Exchange exchange, Route route, Authentication sender) {
        boolean hasSignedChunks = sender instanceof Authentication.Verified verified
                && verified.payload().hasSignedChunks();
        return route.is(Route.Trait.READS_DOCUMENT) || hasSignedChunks
                ? new OffloadedSource(exchange.body(), env.workers())
                : exchange.body();
    }

    /** The time as answers say it, which changes once a second. */
    private record Clock(long second, String text) {}

    private String date() {
        Instant now = now();
        Clock last = clock;
        if (last.second != now.getEpochSecond()) {
            last = new Clock(now.getEpochSecond(), HttpDates.format(now));
            clock = last;
        }
        return last.text;
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

    private Answer refusal(Exchange exchange, RequestContext context, Throwable why) {
        S3Exception error = Errors.of(why, context.bucketName());
        if (error.error() == S3Error.INTERNAL_ERROR) {
            LOG.errorf(
                    why,
                    "%s %s from %s: internal error, request id %s",
                    exchange.method(),
                    exchange.loggedTarget(),
                    exchange.client(),
                    context.requestId());
        } else {
            LOG.debugf(
                    "%s %s from %s: %s",
                    exchange.method(),
                    exchange.loggedTarget(),
                    exchange.client(),
                    error.error().code());
        }
        Answer answer = Errors.answer(error, resource(exchange), context.requestId(), settings.hostId());
        // A HEAD has no document that could say where a bucket lives: clients look here for the region to sign for.
        boolean namesRegion = exchange.method().equals("HEAD") && answer.status() != 404;
        return namesRegion ? answer.field(HeadBucket.REGION, settings.region()) : answer;
    }

    private static String resource(Exchange exchange) {
        String target = exchange.rawTarget();
        int query = target.indexOf('?');
        return query < 0 ? target : target.substring(0, query);
    }

    private void complete(Answer answer, RequestContext context) {
        context.answered(answer.status());
        answer.field("x-amz-request-id", context.requestId())
                .field("x-amz-id-2", settings.hostId())
                .field("Date", date())
                .field("Server", "Cairn");
    }
}
