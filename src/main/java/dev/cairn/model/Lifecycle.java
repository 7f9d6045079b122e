package dev.cairn.model;

import dev.cairn.crdt.Attributed;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Tranquility;
import dev.cairn.kernel.work.Worker;
import dev.cairn.kernel.work.Workers;
import dev.cairn.layout.Layout;
import dev.cairn.layout.Layouts;
import dev.cairn.store.Store;
import dev.cairn.table.Stamps;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Ends once a day what the {@linkplain LifecycleRules rules} of buckets say is over. Nodes agree on nothing for that: of the replicas of a bucket the first
 * one goes over it at midnight (UTC), the second an hour later in case the first could not, and so on; who comes second finds nothing left. A
 * node that is restarted begins its turn anew; what it had ended stays so.
 *
 * <p>What a rule ends must not take along what was written meanwhile. So the end of a version bears a time that is somewhat past (but after
 * the version): whatever is written now stands above it, on whichever replica the two meet.
 */
public final class Lifecycle {
    private static final Bytes PLACE = Bytes.utf8("lifecycle");
    private static final Duration DAY = Duration.ofDays(1);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Duration LEAST_PAUSE = Duration.ofMillis(20);
    private static final Duration FIRST = Duration.ofSeconds(30);
    private static final Duration MOST_MARGIN = Duration.ofMinutes(2);
    private static final long MOST_DAYS_BETWEEN = 2;
    private static final int PAGE = 1000;
    private static final int AT_ONCE = 100;

    private final Env env;
    private final Store store;
    private final Tables tables;
    private final Layouts layouts;
    private final NodeId self;
    private final Buckets buckets;
    private final Uploads uploads;
    private final Tranquility tranquility;
    private final Duration margin;

    private @Nullable Worker worker;
    private volatile boolean asked;

    // Touched by one round at a time.
    private @Nullable Walk walk;
    private @Nullable Done done;
    /** When the date was first found to have leapt; 0 while it has not. */
    private long leaptAt;

    /** The walk that was finished last. */
    private record Done(long day, int turn) {
        /** One of a later date counts for a day only: more than that is the date of a clock that was wrong. */
        boolean covers(long someDay, int someTurn) {
            return day == someDay + 1 || day == someDay && turn >= someTurn;
        }
    }

    /** A walk over the buckets that are this node's at its turn (any, where it was asked to); those that are left. */
    private static final class Walk {
        final long day;
        final int turn;
        final boolean wasAsked;
        final Deque<BucketId> left = new ArrayDeque<>();
        Bytes from = Bytes.EMPTY;
        boolean isAtUploads;
        long looked;
        long expired;
        long aborted;

        Walk(long day, int turn, boolean wasAsked) {
            this.day = day;
            this.turn = turn;
            this.wasAsked = wasAsked;
        }

        void nextBucket() {
            left.removeFirst();
            from = Bytes.EMPTY;
            isAtUploads = false;
        }

        String progress(String state) {
            return "%d objects and uploads, %d expired, %d aborted%s".formatted(looked, expired, aborted, state);
        }
    }

    /** {@code tombstoneAge}: how old the end of a row may be when it comes. */
    Lifecycle(
            Env env,
            Store store,
            Tables tables,
            Layouts layouts,
            NodeId self,
            Buckets buckets,
            Uploads uploads,
            Tranquility tranquility,
            Duration tombstoneAge) {
        this.env = env;
        this.store = store;
        this.tables = tables;
        this.layouts = layouts;
        this.self = self;
        this.buckets = buckets;
        this.uploads = uploads;
        this.tranquility = tranquility;
        Duration half = tombstoneAge.dividedBy(2);
        this.margin = half.compareTo(MOST_MARGIN) < 0 ? half : MOST_MARGIN;
    }

    void start(Workers workers) {
        worker = workers.start("lifecycle", FIRST, HOUR, this::round);
    }

    /** Goes over all buckets of this node now, whatever its turn is. */
    public void begin() {
        asked = true;
        Worker started = worker;
        if (started != null) {
            started.now();
        }
    }

    /** One page of one bucket. */
    private Uni<Void> round(Worker here) {
        long began = env.nanoTime();
        return walk().chain(now -> {
            if (now.isEmpty()) {
                here.pause(untilNextTurn());
                return Uni.createFrom().voidItem();
            }
            Walk walking = now.get();
            return page(walking, here).chain(() -> {
                if (walking.left.isEmpty()) {
                    here.progress(walking.progress(": done"));
                    walk = null;
                    here.pause(LEAST_PAUSE);
                    return walking.wasAsked ? Uni.createFrom().voidItem() : save(walking);
                }
                here.progress(walking.progress(", %d buckets left".formatted(walking.left.size())));
                here.pause(tranquility.rest(env.nanoTime() - began, LEAST_PAUSE));
                return Uni.createFrom().voidItem();
            });
        });
    }

    private Uni<Optional<Walk>> walk() {
        if (walk != null && !asked) {
            return Uni.createFrom().item(Optional.of(walk));
        }
        return lastDone().chain(last -> {
            boolean isAsked = asked;
            long day = Math.floorDiv(env.wallMillis(), DAY.toMillis());
            long sinceMidnight = Math.floorMod(env.wallMillis(), DAY.toMillis());
            if (!isAsked && isDoubtful(day, last)) {
                return Uni.createFrom().item(Optional.empty());
            }
            int turns = layouts.view().readable().map(Layout::replicationFactor).orElse(0);
            for (int turn = 0; turn < turns; turn++) {
                boolean isDue = sinceMidnight >= turn * HOUR.toMillis() && !last.covers(day, turn);
                if (isDue || isAsked) {
                    asked = false;
                    return begin(new Walk(day, turn, isAsked));
                }
            }
            return Uni.createFrom().item(Optional.empty());
        });
    }

    /**
     * Whether the date is much later than when this node last went over its buckets, and it has not been so for a day of its running: a clock that is wrong
     * would end everything at once, and somebody has to have time to set it right. A node that was switched off for days waits as well.
     */
    private boolean isDoubtful(long day, Done last) {
        if (last.day() < 0 || day - last.day() <= MOST_DAYS_BETWEEN) {
            leaptAt = 0;
            return false;
        }
        if (leaptAt == 0) {
            leaptAt = env.nanoTime();
            env.warn(
                    "lifecycle rules wait for a day",
                    new IllegalStateException(
                            "it is %d days later than when they were last looked at: if the clock is wrong, set it right; cairn repair lifecycle ends the wait"
                                    .formatted(day - last.day())));
        }
        return env.nanoTime() - leaptAt < DAY.toNanos();
    }

    private Uni<Optional<Walk>> begin(Walk next) {
        return buckets.listHere().map(all -> {
            all.stream()
                    .map(Bucket::id)
                    .filter(id -> isMine(id, next))
                    .sorted((a, b) -> a.value().compareTo(b.value()))
                    .forEach(next.left::add);
            walk = next;
            return Optional.of(next);
        });
    }

    private boolean isMine(BucketId bucket, Walk next) {
        int rank = layouts.view()
                .readable()
                .map(layout -> layout.replicasOf(ModelTables.partition(bucket)).indexOf(self))
                .orElse(-1);
        return rank >= 0 && (next.wasAsked || rank == next.turn);
    }

    private Duration untilNextTurn() {
        return HOUR.minusMillis(Math.floorMod(env.wallMillis(), HOUR.toMillis()));
    }

    private Uni<Done> lastDone() {
        Done known = done;
        if (known != null) {
            return Uni.createFrom().item(known);
        }
        return store.get(Stamps.SPACE, PLACE)
                .map(row -> row.filter(it -> it.length() == Long.BYTES + Integer.BYTES)
                        .map(it -> new Done(it.longAt(0), it.intAt(Long.BYTES)))
                        .orElse(new Done(-1, 0)))
                .invoke(found -> done = found);
    }

    private Uni<Void> save(Walk over) {
        return store.commit(tx -> {
                    tx.put(Stamps.SPACE, PLACE, Bytes.ofLong(over.day).concat(Bytes.ofInt(over.turn)));
                    return true;
                })
                .invoke(() -> done = new Done(over.day, over.turn))
                .replaceWithVoid();
    }

    /** One page of the bucket that is at the front; a bucket that fails does not keep the others from their turn. */
    private Uni<Void> page(Walk now, Worker here) {
        if (now.left.isEmpty()) {
            return Uni.createFrom().voidItem();
        }
        BucketId id = now.left.getFirst();
        return buckets.find(id)
                .chain(bucket -> {
                    Optional<LifecycleRules> rules = bucket.flatMap(it -> it.setting(BucketSetting.LIFECYCLE));
                    if (rules.isEmpty()) {
                        now.nextBucket();
                        return Uni.createFrom().voidItem();
                    }
                    return now.isAtUploads ? uploads(now, id, rules.get()) : objects(now, id, rules.get());
                })
                .onFailure()
                .recoverWithUni(why -> {
                    here.failed("bucket " + id, why, true);
                    now.nextBucket();
                    return Uni.createFrom().voidItem();
                });
    }

    /** A version as a quorum knew it. */
    private record Candidate(Bytes key, Stamp stamp, long length, Instant modified, Tags tags) {
        static Candidate of(Bytes key, Attributed row) {
            ObjectOutline outline = ObjectRows.outline(row);
            return new Candidate(
                    key,
                    row.stamp(),
                    outline.length(),
                    Instant.ofEpochMilli(outline.modifiedMillis()),
                    ObjectAttributes.of(row.attributes()).tags());
        }
    }

    private Uni<Void> objects(Walk now, BucketId bucket, LifecycleRules rules) {
        if (!rules.endsObjects()) {
            now.isAtUploads = true;
            return Uni.createFrom().voidItem();
        }
        ListQuery query = ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, PAGE);
        return new Lister<>(
                        tables,
                        ModelTables.OBJECTS,
                        ModelTables.partition(bucket),
                        now.from.isEmpty() ? query : query.at(now.from),
                        (key, _, row) -> Candidate.of(key, row))
                .run()
                .chain(listing -> {
                    now.looked += listing.items().size();
                    List<Candidate> over = listing.items().stream()
                            .map(item -> ((Listing.Single<Candidate>) item).value())
                            .filter(it -> isOver(rules, it))
                            .toList();
                    return expire(now, bucket, over).invoke(() -> {
                        now.from = listing.next().orElse(Bytes.EMPTY);
                        now.isAtUploads = listing.next().isEmpty();
                    });
                });
    }

    private boolean isOver(LifecycleRules rules, Candidate candidate) {
        Instant now = Instant.ofEpochMilli(env.wallMillis());
        return rules.endOf(candidate.key(), candidate.length(), candidate.tags(), candidate.modified())
                        .filter(end -> !end.at().isAfter(now))
                        .isPresent()
                // What is younger than its end would be waits for the next time.
                && candidate.stamp().wallMillis() < env.wallMillis() - 2 * margin.toMillis();
    }

    private Uni<Void> expire(Walk now, BucketId bucket, List<Candidate> over) {
        Deque<Candidate> left = new ArrayDeque<>(over);
        return Repeat.whileTrue(() -> {
            if (left.isEmpty()) {
                return Uni.createFrom().item(false);
            }
            List<Candidate> some = left.stream().limit(AT_ONCE).toList();
            some.forEach(_ -> left.removeFirst());
            return end(bucket, some)
                    .chain(ended -> ended
                            ? Uni.createFrom().item(some.size())
                            : Multi.createFrom()
                                    .iterable(some)
                                    .onItem()
                                    .transformToUniAndConcatenate(one -> endAlone(bucket, one))
                                    .filter(Boolean::booleanValue)
                                    .collect()
                                    .asList()
                                    .map(List::size))
                    .invoke(count -> now.expired += count)
                    .replaceWith(true);
        });
    }

    /** A replica that lags behind does not have the version yet: it is told of it, and asked again. */
    private Uni<Boolean> endAlone(BucketId bucket, Candidate one) {
        return tables.readSpread(ModelTables.OBJECTS, ModelTables.partition(bucket), ModelTables.objectSort(one.key()))
                .chain(row -> row.filter(it -> !it.isTombstone() && it.stamp().equals(one.stamp()))
                                .isPresent()
                        ? end(bucket, List.of(one))
                        : Uni.createFrom().item(false));
    }

    private Uni<Boolean> end(BucketId bucket, List<Candidate> versions) {
        return tables.writeOnce(ModelTables.partition(bucket), batch -> {
                    Stamp end = batch.stamp().before(margin);
                    for (Candidate one : versions) {
                        Bytes sort = ModelTables.objectSort(one.key());
                        batch.expect(ModelTables.OBJECTS, sort, one.stamp())
                                .row(ModelTables.OBJECTS, sort, Attributed.tombstone(end));
                    }
                })
                .map(outcome -> outcome == Tables.Outcome.WRITTEN);
    }

    private Uni<Void> uploads(Walk now, BucketId bucket, LifecycleRules rules) {
        if (!rules.endsUploads()) {
            now.nextBucket();
            return Uni.createFrom().voidItem();
        }
        ListQuery query = ListQuery.of(Bytes.EMPTY, Bytes.EMPTY, PAGE);
        Instant today = Instant.ofEpochMilli(env.wallMillis());
        return uploads.list(bucket, now.from.isEmpty() ? query : query.at(now.from))
                .chain(listing -> Multi.createFrom()
                        .iterable(listing.items())
                        .map(item -> ((Listing.Single<Upload>) item).value())
                        .invoke(() -> now.looked++)
                        .filter(upload -> rules.endOfUpload(
                                        upload.key(),
                                        Instant.ofEpochMilli(upload.value().getInitiatedMillis()))
                                .filter(end -> !end.isAfter(today))
                                .isPresent())
                        .onItem()
                        .transformToUniAndConcatenate(upload -> uploads.abort(bucket, upload.key(), upload.id())
                                .invoke(() -> now.aborted++)
                                // Somebody was faster, in one way or the other.
                                .onFailure(RefusalException.class)
                                .recoverWithNull())
                        .collect()
                        .last()
                        .invoke(() -> {
                            if (listing.next().isEmpty()) {
                                now.nextBucket();
                            } else {
                                now.from = listing.next().get();
                            }
                        }))
                .replaceWithVoid();
    }
}
