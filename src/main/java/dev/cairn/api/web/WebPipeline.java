package dev.cairn.api.web;

import dev.cairn.api.http.Answer;
import dev.cairn.api.http.AnswerMemory;
import dev.cairn.api.http.BodyBudget;
import dev.cairn.api.http.CrossOrigin;
import dev.cairn.api.http.Exchange;
import dev.cairn.api.http.Headers;
import dev.cairn.api.http.HttpDates;
import dev.cairn.api.http.ObjectAnswers;
import dev.cairn.api.http.ObjectHeaders;
import dev.cairn.api.http.Query;
import dev.cairn.api.http.RequestTarget;
import dev.cairn.api.http.RootDomain;
import dev.cairn.api.http.S3Error;
import dev.cairn.api.http.S3Exception;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.ObjectStore;
import dev.cairn.model.ObjectVersion;
import dev.cairn.model.StorageNode;
import dev.cairn.model.Website;
import dev.cairn.proto.HeaderField;
import io.smallrye.mutiny.Uni;
import java.time.Instant;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jboss.logging.Logger;

/**
 * Shows buckets as websites to everybody: the name of the host says which bucket, the path which object. A bucket that was not made a website is
 * not shown, whatever its ACL says.
 */
public final class WebPipeline {
    private static final Logger LOG = Logger.getLogger("dev.cairn.web");
    private static final int FOUND = 302;
    private static final int MOVED = 301;
    private static final int MISSING = 404;
    /** Makes the whole path a key. */
    private static final RootDomain ANY_SITE = new RootDomain("web");

    private static final String ANY_HOST = "site.web";

    private final Env env;
    private final Settings settings;
    private final Buckets buckets;
    private final ObjectStore objects;
    private final ObjectAnswers answers;
    private final AnswerMemory memory;
    private final RequestObserver observer;
    private final AtomicInteger active = new AtomicInteger();
    private volatile boolean stopping;

    /** What an operator sets. */
    public record Settings(RootDomain rootDomain, boolean trustsForwardedProto) {}

    /** Hears how requests ended. */
    @FunctionalInterface
    public interface RequestObserver {
        void answered(String operation, int status, long nanos);
    }

    public WebPipeline(Env env, Settings settings, StorageNode node, BodyBudget budget, RequestObserver observer) {
        this.env = env;
        this.settings = settings;
        this.buckets = node.buckets();
        this.objects = node.objects();
        this.answers = new ObjectAnswers(objects);
        this.memory = new AnswerMemory(budget);
        this.observer = observer;
    }

    /** One visit: what is asked for, and the bucket that shows it. */
    private record Visit(Exchange exchange, Bucket bucket, Website website, String key, Redirects.From from) {
        boolean isHead() {
            return exchange.method().equals("HEAD");
        }
    }

    /** Serves one request; to be called on its event loop. */
    public void serve(Exchange exchange) {
        long began = env.nanoTime();
        active.incrementAndGet();
        String method = exchange.method();
        answer(exchange)
                .map(memory::held)
                .onFailure()
                .recoverWithItem(why -> refusal(exchange, why))
                .chain(answer -> exchange.send(
                                answer.field("Date", HttpDates.format(now())).field("Server", "Cairn"))
                        .replaceWith(answer.status()))
                .subscribe()
                .with(status -> ended(method, status, began), broken -> {
                    LOG.debugf("%s: broken off: %s", method, broken);
                    ended(method, 0, began);
                });
    }

    private void ended(String method, int status, long began) {
        active.decrementAndGet();
        String known = switch (method) {
            case "GET", "HEAD", "OPTIONS" -> method;
            default -> "other";
        };
        observer.answered(known, status, env.nanoTime() - began);
    }

    /** From now on visitors are turned away; {@link #active} tells how many are still served. */
    public void stop() {
        stopping = true;
    }

    public int active() {
        return active.get();
    }

    private Instant now() {
        return Instant.ofEpochMilli(env.wallMillis());
    }

    private Uni<Answer> answer(Exchange exchange) {
        try {
            if (stopping) {
                throw S3Error.SLOW_DOWN.exception();
            }
            String method = exchange.method();
            if (!method.equals("GET") && !method.equals("HEAD") && !method.equals("OPTIONS")) {
                throw S3Error.METHOD_NOT_ALLOWED.exception();
            }
            String key = RequestTarget.parse(exchange.rawTarget(), ANY_HOST, ANY_SITE)
                    .key()
                    .orElse("");
            return buckets.resolve(bucketName(exchange.host()), Optional.empty())
                    .chain(found -> {
                        Bucket bucket = found.orElseThrow(S3Error.NO_SUCH_BUCKET::exception);
                        Website website = bucket.setting(BucketSetting.WEBSITE)
                                .orElseThrow(S3Error.NO_SUCH_WEBSITE_CONFIGURATION::exception);
                        if (method.equals("OPTIONS")) {
                            return Uni.createFrom()
                                    .item(CrossOrigin.preflight(
                                            exchange.headers(), bucket.setting(BucketSetting.CORS)));
                        }
                        Visit visit = new Visit(
                                exchange, bucket, website, key, new Redirects.From(scheme(exchange), exchange.host()));
                        return shown(visit)
                                .onFailure(S3Exception.class)
                                .recoverWithItem(why -> ErrorPage.of(why, visit.isHead()))
                                .invoke(answer -> openToScripts(visit, answer));
                    });
        } catch (RuntimeException refused) {
            return Uni.createFrom().failure(refused);
        }
    }

    /** Below the root domain the first part of the name, elsewhere all of it. */
    private String bucketName(String host) {
        int colon = host.lastIndexOf(':');
        String name = colon < 0 ? host : host.substring(0, colon);
        return settings.rootDomain().bucketOf(host).orElse(name.toLowerCase(Locale.ROOT));
    }

    private static void openToScripts(Visit visit, Answer answer) {
        Headers headers = visit.exchange().headers();
        if (CrossOrigin.isAsked(headers)) {
            visit.bucket()
                    .setting(BucketSetting.CORS)
                    .ifPresent(rules ->
                            CrossOrigin.decorate(answer, visit.exchange().method(), headers, rules));
        }
    }

    private Uni<Answer> shown(Visit visit) {
        Website website = visit.website();
        Optional<Answer> elsewhere = website.redirectAll()
                .map(all -> Redirects.to(all, visit.from(), visit.key()))
                .or(() -> Redirects.of(website, visit.from(), visit.key(), Optional.empty()));
        if (elsewhere.isPresent()) {
            return Uni.createFrom().item(elsewhere.get());
        }
        boolean isDirectory = visit.key().isEmpty() || visit.key().endsWith("/");
        return find(visit, isDirectory ? visit.key() + website.indexSuffix() : visit.key())
                .chain(found -> found.isPresent()
                        ? object(visit, found.get())
                        : isDirectory ? missing(visit) : directoryOrMissing(visit));
    }

    private Uni<Optional<ObjectVersion>> find(Visit visit, String key) {
        Bytes name = Bytes.utf8(key);
        if (name.length() > RequestTarget.MAX_KEY_BYTES) {
            return Uni.createFrom().item(Optional.empty());
        }
        return visit.isHead()
                ? objects.head(visit.bucket().id(), name)
                : objects.open(visit.bucket().id(), name);
    }

    private Uni<Answer> object(Visit visit, ObjectVersion object) {
        Optional<String> elsewhere = object.headers().stream()
                .filter(header -> header.getName().equals(ObjectHeaders.REDIRECT))
                .map(HeaderField::getValue)
                .findFirst();
        if (elsewhere.isPresent()) {
            String place = elsewhere.get();
            return Uni.createFrom()
                    .item(Redirects.answer(
                            MOVED,
                            place.startsWith("/")
                                    ? visit.from().scheme() + "://"
                                            + visit.from().host() + place
                                    : place));
        }
        return answers.of(
                new ObjectAnswers.Asked(visit.exchange().headers(), Query.EMPTY, visit.isHead(), now()), object);
    }

    /** A path that lacks its slash leads to the index behind it. */
    private Uni<Answer> directoryOrMissing(Visit visit) {
        String directory = visit.key() + "/";
        Bytes index = Bytes.utf8(directory + visit.website().indexSuffix());
        return index.length() > RequestTarget.MAX_KEY_BYTES
                ? missing(visit)
                : objects.head(visit.bucket().id(), index)
                        .chain(found -> found.isPresent()
                                ? Uni.createFrom().item(Redirects.answer(FOUND, Redirects.url(visit.from(), directory)))
                                : missing(visit));
    }

    private Uni<Answer> missing(Visit visit) {
        Optional<Answer> elsewhere = Redirects.of(visit.website(), visit.from(), visit.key(), Optional.of(MISSING));
        if (elsewhere.isPresent()) {
            return Uni.createFrom().item(elsewhere.get());
        }
        Answer plain = ErrorPage.of(S3Error.NO_SUCH_KEY.exception(), visit.isHead());
        Optional<String> page = visit.website().errorKey();
        if (page.isEmpty() || visit.isHead()) {
            return Uni.createFrom().item(plain);
        }
        var asked = new ObjectAnswers.Asked(visit.exchange().headers(), Query.EMPTY, false, now()).plainly();
        return objects.open(visit.bucket().id(), Bytes.utf8(page.get()))
                .chain(found -> found.isPresent()
                        ? answers.of(asked, found.get()).map(answer -> answer.under(MISSING))
                        : Uni.createFrom().item(plain));
    }

    private String scheme(Exchange exchange) {
        boolean secure = settings.trustsForwardedProto()
                && exchange.headers()
                        .get("x-forwarded-proto")
                        .filter("https"::equalsIgnoreCase)
                        .isPresent();
        return secure ? "https" : "http";
    }

    private static Answer refusal(Exchange exchange, Throwable why) {
        boolean isHead = exchange.method().equals("HEAD");
        return switch (why) {
            case S3Exception known -> ErrorPage.of(known, isHead);
            case FailureException failed
            when !(failed.failure() instanceof Failure.Corrupt) -> ErrorPage.of(S3Error.SLOW_DOWN.exception(), isHead);
            default -> {
                LOG.errorf(why, "%s %s: internal error", exchange.method(), exchange.loggedTarget());
                yield ErrorPage.of(S3Error.INTERNAL_ERROR.exception(), isHead);
            }
        };
    }
}
