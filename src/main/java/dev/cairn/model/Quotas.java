package dev.cairn.model;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * Keeps buckets within their quotas without asking anybody on the way of a write: how full a bucket is is known here from a moment ago, and what this
 * node has let in since is added. Only a write that would reach the bound asks, and then judges exactly. What all nodes together let in within {@link
 * #FRESH} is how far a bucket may come above its quota. Safe from any thread.
 */
public final class Quotas {
    static final Duration FRESH = Duration.ofSeconds(2);
    private static final Duration USABLE = Duration.ofSeconds(30);
    private static final int MOST_KNOWN = 1000;

    private final Env env;
    private final Buckets buckets;
    private final ObjectStore objects;
    /** By bucket, those used last at the end. */
    private final Map<BucketId, Known> known = new LinkedHashMap<>(16, 0.75f, true);

    Quotas(Env env, Buckets buckets, ObjectStore objects) {
        this.env = env;
        this.buckets = buckets;
        this.objects = objects;
    }

    /** How full a bucket was, and what was let in since that was asked; guarded by {@code known}. */
    private static final class Known {
        final BucketUsage usage;
        final long askedAt;
        long bytesSince;
        long objectsSince;
        boolean isAskedAnew;

        Known(BucketUsage usage, long askedAt) {
            this.usage = usage;
            this.askedAt = askedAt;
        }
    }

    /** Completes when an object of that key and of {@code bytes} bytes may come into the bucket. */
    public Uni<Void> requireObject(Bucket bucket, Bytes key, long bytes) {
        return require(bucket, Optional.of(key), bytes);
    }

    /** Completes when a part of that many bytes may come into the bucket; those of uploads count as they come. */
    public Uni<Void> requirePart(Bucket bucket, long bytes) {
        return require(bucket, Optional.empty(), bytes);
    }

    private Uni<Void> require(Bucket bucket, Optional<Bytes> key, long bytes) {
        Optional<Quota> set = bucket.setting(BucketSetting.QUOTA).filter(it -> !it.isNone());
        if (set.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        Quota quota = set.get();
        if (isSurelyWithin(bucket.id(), quota, key.isPresent() ? 1 : 0, bytes)) {
            return Uni.createFrom().voidItem();
        }
        return ask(bucket.id())
                .chain(usage -> (key.isPresent()
                                ? objects.head(bucket.id(), key.get())
                                : Uni.createFrom().item(Optional.<ObjectVersion>empty()))
                        .map(replaced -> {
                            long more =
                                    bytes - replaced.map(ObjectVersion::length).orElse(0L);
                            long another = key.isPresent() && replaced.isEmpty() ? 1 : 0;
                            requireWithin(quota, usage, another, more);
                            synchronized (known) {
                                Known last = known.get(bucket.id());
                                if (last != null) {
                                    letIn(last, another, more);
                                }
                            }
                            return null;
                        }));
    }

    /** Whether it is within the bounds whatever it replaces; counts it then. */
    private boolean isSurelyWithin(BucketId bucket, Quota quota, long another, long bytes) {
        boolean isOld;
        synchronized (known) {
            Known last = known.get(bucket);
            long age = last == null ? Long.MAX_VALUE : env.nanoTime() - last.askedAt;
            if (last == null || age > USABLE.toNanos() || !isWithin(quota, last, another, bytes)) {
                return false;
            }
            letIn(last, another, bytes);
            isOld = age > FRESH.toNanos() && !last.isAskedAnew;
            last.isAskedAnew |= isOld;
        }
        if (isOld) {
            ask(bucket).subscribe().with(_ -> {}, _ -> forget(bucket));
        }
        return true;
    }

    private static void letIn(Known into, long another, long bytes) {
        into.objectsSince += another;
        into.bytesSince += Math.max(0, bytes);
    }

    private static boolean isWithin(Quota quota, Known last, long another, long bytes) {
        return (quota.maxBytes().isEmpty()
                        || last.usage.bytes() + last.usage.unfinishedBytes() + last.bytesSince + bytes
                                <= quota.maxBytes().getAsLong())
                && (quota.maxObjects().isEmpty()
                        || last.usage.objects() + last.objectsSince + another
                                <= quota.maxObjects().getAsLong());
    }

    private static void requireWithin(Quota quota, BucketUsage usage, long another, long more) {
        if (quota.maxBytes().isPresent()
                && more > 0
                && usage.bytes() + usage.unfinishedBytes() + more
                        > quota.maxBytes().getAsLong()) {
            throw new Refusal.QuotaExceeded("bytes", quota.maxBytes().getAsLong()).asException();
        }
        if (quota.maxObjects().isPresent()
                && another > 0
                && usage.objects() + another > quota.maxObjects().getAsLong()) {
            throw new Refusal.QuotaExceeded("objects", quota.maxObjects().getAsLong()).asException();
        }
    }

    private Uni<BucketUsage> ask(BucketId bucket) {
        long askedAt = env.nanoTime();
        return buckets.usage(bucket).invoke(usage -> {
            synchronized (known) {
                known.put(bucket, new Known(usage, askedAt));
                if (known.size() > MOST_KNOWN) {
                    known.remove(known.keySet().iterator().next());
                }
            }
        });
    }

    private void forget(BucketId bucket) {
        synchronized (known) {
            known.remove(bucket);
        }
    }
}
