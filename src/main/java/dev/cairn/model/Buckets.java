package dev.cairn.model;

import dev.cairn.crdt.Lww;
import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.time.Stamp;
import dev.cairn.kernel.work.Workers;
import dev.cairn.net.Request;
import dev.cairn.table.Batch;
import dev.cairn.table.LocalCache;
import dev.cairn.table.RowKeys;
import dev.cairn.table.TableReplica;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * Buckets, the names that point at them, and who may use them; every node has all of them. A name is taken by a write that expects
 * it free, so of several makers of one name one wins.
 */
public final class Buckets {
    private static final String CREATED = "created";
    private static final String DELETED = "deleted";
    private static final String ALIAS = "alias:";
    private static final String LOCAL_ALIAS = "local:";
    private static final String GRANT = "grant:";
    private static final String SETTING = "setting:";
    private static final int READ = 1;
    private static final int WRITE = 2;
    private static final int OWNER = 4;
    private static final int CACHED = 10_000;
    private static final long CACHED_BYTES = 4 << 20;
    private static final int BYTES_OF_BUCKET = 400;
    private static final int PAGE = 1000;
    private static final int RETRIES = 5;
    private static final Pattern HEX_ID = Pattern.compile("[0-9a-f]{64}");

    private final Env env;
    private final Tables tables;
    private final Agreement agreement;
    private final AccessKeys keys;
    private final BucketFences fences;
    private final LocalCache<String, BucketId> aliases = new LocalCache<>(List.of(ModelTables.ALIASES), CACHED);
    private final LocalCache<BucketId, Bucket> buckets =
            new LocalCache<>(List.of(ModelTables.BUCKETS), CACHED_BYTES, Buckets::weight);

    Buckets(Env env, Tables tables, Agreement agreement, TableReplica replica, AccessKeys keys, Lives lives) {
        this.env = env;
        this.tables = tables;
        this.agreement = agreement;
        this.keys = keys;
        this.fences = new BucketFences(env, tables, replica, lives);
        replica.listen(aliases);
        replica.listen(buckets);
    }

    /** A new bucket that every key sees as {@code alias}; nobody may use it yet. */
    public Uni<Bucket> create(String alias) {
        return create(alias, Map.of(), List.of());
    }

    /** A new bucket that belongs to {@code keyId} and begins with these settings. */
    public Uni<Bucket> createFor(String alias, String keyId, List<BucketSetting.Made<?>> settings) {
        return create(alias, Map.of(keyId, Permissions.ALL), settings);
    }

    private Uni<Bucket> create(String alias, Map<String, Permissions> grants, List<BucketSetting.Made<?>> settings) {
        if (!BucketNames.isValid(alias)) {
            return refuse(new Refusal.InvalidBucketName(alias));
        }
        return tables.readSpread(ModelTables.ALIASES, Bytes.utf8(alias)).chain(row -> {
            if (row.flatMap(Lww::value).isPresent()) {
                return refuse(new Refusal.BucketAlreadyExists(alias));
            }
            Stamp seen = row.map(Lww::stamp).orElse(Stamp.ZERO);
            Bucket bucket = new Bucket(
                    new BucketId(env.randomBytes(BucketId.BYTES)),
                    env.wallMillis(),
                    List.of(alias),
                    Map.of(),
                    grants,
                    Map.of());
            Bytes sort = bucket.id().value();
            return agreement
                    .change(batch -> {
                        batch.expect(ModelTables.ALIASES, Bytes.utf8(alias), seen)
                                .put(ModelTables.ALIASES, Bytes.utf8(alias), sort)
                                .set(ModelTables.BUCKETS, sort, CREATED, Bytes.ofLong(bucket.createdMillis()))
                                .set(ModelTables.BUCKETS, sort, ALIAS + alias, Bytes.EMPTY);
                        grants.forEach((key, grant) -> batch.set(ModelTables.BUCKETS, sort, GRANT + key, flags(grant)));
                        settings.forEach(it -> batch.set(ModelTables.BUCKETS, sort, SETTING + it.name(), it.encoded()));
                    })
                    .chain(first ->
                            first ? Uni.createFrom().item(bucket) : refuse(new Refusal.BucketAlreadyExists(alias)));
        });
    }

    public Uni<Optional<Bucket>> find(BucketId id) {
        return buckets.get(id, () -> tables.lookUp(ModelTables.BUCKETS, id.value(), row -> decode(id, row)));
    }

    /** The bucket that {@code keyId} (empty: nobody in particular) calls {@code name}: its own names first, then those of all, then an id. */
    public Uni<Optional<Bucket>> resolve(String name, Optional<String> keyId) {
        Uni<Optional<BucketId>> local = keyId.map(key -> keys.localAlias(key, name))
                .orElse(Uni.createFrom().item(Optional.empty()));
        return local.chain(id -> id.isPresent() ? Uni.createFrom().item(id) : globalOrId(name))
                .chain(id -> id.map(this::find).orElse(Uni.createFrom().item(Optional.empty())));
    }

    private Uni<Optional<BucketId>> globalOrId(String name) {
        return aliases.get(
                        name,
                        () -> tables.lookUp(
                                ModelTables.ALIASES,
                                Bytes.utf8(name),
                                row -> row.value().map(BucketId::new)))
                .map(global -> global.or(
                        () -> HEX_ID.matcher(name).matches() ? Optional.of(BucketId.ofHex(name)) : Optional.empty()));
    }

    private static long weight(Bucket bucket) {
        return BYTES_OF_BUCKET
                + bucket.settings().values().stream().mapToLong(Bytes::length).sum();
    }

    /** As a quorum knows them, without their settings. */
    public Uni<List<Bucket>> list() {
        return sorted(each -> tables.eachPage(
                ModelTables.BUCKETS, RowKeys.FULL_COPY_PARTITION, Tables.Query.all(Bytes.EMPTY, PAGE), each));
    }

    /** As this node knows them, once it has caught up with the others after its start; without asking anybody, and without their settings. */
    public Uni<List<Bucket>> listHere() {
        return sorted(each -> tables.eachCopy(ModelTables.BUCKETS, PAGE, each));
    }

    private static Uni<List<Bucket>> sorted(Function<Function<List<Tables.Row<LwwMap>>, Uni<Void>>, Uni<Void>> walk) {
        List<Bucket> all = new ArrayList<>();
        return walk.apply(rows -> {
                    rows.forEach(row -> decode(new BucketId(row.sort()), row.row())
                            .map(Bucket::withoutSettings)
                            .ifPresent(all::add));
                    return Uni.createFrom().voidItem();
                })
                .map(_ -> all.stream()
                        .sorted(Comparator.comparing(Bucket::displayName))
                        .toList());
    }

    /**
     * Deletes an empty bucket with all its names. First a fence goes up where its objects would lie, which fails if there are any; from
     * then on none is taken.
     */
    public Uni<Void> delete(BucketId id) {
        return require(id)
                .chain(() -> fences.behind(
                        id,
                        () -> changed(
                                id,
                                bucket -> step(batch -> {
                                    batch.set(ModelTables.BUCKETS, id.value(), DELETED, Bytes.EMPTY);
                                    bucket.aliases()
                                            .forEach(alias -> batch.remove(ModelTables.ALIASES, Bytes.utf8(alias)));
                                    bucket.localAliases()
                                            .forEach((key, names) -> names.forEach(name -> batch.unset(
                                                    ModelTables.KEYS, Bytes.utf8(key), AccessKeys.LOCAL_ALIAS + name)));
                                }))));
    }

    /** Looks after what deletions left half done. */
    void start(Workers workers) {
        fences.start(workers, this::exists);
    }

    /** As a quorum says, whatever this node has heard of it. */
    private Uni<Boolean> exists(BucketId id) {
        return tables.read(ModelTables.BUCKETS, RowKeys.FULL_COPY_PARTITION, id.value(), Request.Attachments.LEAVE)
                .map(found -> found.flatMap(row -> decode(id, row.row())).isPresent());
    }

    public Uni<Bucket> addAlias(BucketId id, String alias) {
        if (!BucketNames.isValid(alias)) {
            return refuse(new Refusal.InvalidBucketName(alias));
        }
        return change(
                id,
                _ -> tables.readSpread(ModelTables.ALIASES, Bytes.utf8(alias)).map(row -> {
                    Optional<Bytes> taken = row.flatMap(Lww::value);
                    if (taken.isPresent() && !taken.get().equals(id.value())) {
                        throw new Refusal.BucketAlreadyExists(alias).asException();
                    }
                    return batch -> batch.expect(
                                    ModelTables.ALIASES,
                                    Bytes.utf8(alias),
                                    row.map(Lww::stamp).orElse(Stamp.ZERO))
                            .put(ModelTables.ALIASES, Bytes.utf8(alias), id.value())
                            .set(ModelTables.BUCKETS, id.value(), ALIAS + alias, Bytes.EMPTY);
                }));
    }

    public Uni<Bucket> removeAlias(BucketId id, String alias) {
        return change(id, bucket -> {
            if (!bucket.aliases().contains(alias)) {
                return refuse(new Refusal.NoSuchAlias(alias));
            }
            if (names(bucket) == 1) {
                return refuse(new Refusal.LastAlias(alias));
            }
            return step(batch -> batch.remove(ModelTables.ALIASES, Bytes.utf8(alias))
                    .unset(ModelTables.BUCKETS, id.value(), ALIAS + alias));
        });
    }

    public Uni<Bucket> addLocalAlias(BucketId id, String keyId, String alias) {
        if (!BucketNames.isValid(alias)) {
            return refuse(new Refusal.InvalidBucketName(alias));
        }
        return change(
                id,
                _ -> keys.require(keyId)
                        .chain(() -> keys.localAlias(keyId, alias))
                        .map(taken -> {
                            if (taken.isPresent() && !taken.get().equals(id)) {
                                throw new Refusal.BucketAlreadyExists(alias).asException();
                            }
                            return batch -> batch.set(
                                            ModelTables.KEYS,
                                            Bytes.utf8(keyId),
                                            AccessKeys.LOCAL_ALIAS + alias,
                                            id.value())
                                    .set(ModelTables.BUCKETS, id.value(), localField(keyId, alias), Bytes.EMPTY);
                        }));
    }

    public Uni<Bucket> removeLocalAlias(BucketId id, String keyId, String alias) {
        return change(id, bucket -> {
            if (!bucket.localAliases().getOrDefault(keyId, List.of()).contains(alias)) {
                return refuse(new Refusal.NoSuchAlias(alias));
            }
            if (names(bucket) == 1) {
                return refuse(new Refusal.LastAlias(alias));
            }
            return step(batch -> batch.unset(ModelTables.KEYS, Bytes.utf8(keyId), AccessKeys.LOCAL_ALIAS + alias)
                    .unset(ModelTables.BUCKETS, id.value(), localField(keyId, alias)));
        });
    }

    private static Uni<Consumer<Batch>> step(Consumer<Batch> write) {
        return Uni.createFrom().item(write);
    }

    /** As {@link #changed}, and how the bucket is then. */
    private Uni<Bucket> change(BucketId id, Function<Bucket, Uni<Consumer<Batch>>> steps) {
        return changed(id, steps).chain(() -> require(id));
    }

    /**
     * Writes what {@code steps} makes of the bucket as it is now, on condition that it stays so until then; else all over. Whatever changes a
     * bucket goes through here, so that a name given to it meanwhile is not left pointing at a deleted one.
     */
    private Uni<Void> changed(BucketId id, Function<Bucket, Uni<Consumer<Batch>>> steps) {
        return changed(id, steps, RETRIES);
    }

    private Uni<Void> changed(BucketId id, Function<Bucket, Uni<Consumer<Batch>>> steps, int retries) {
        return tables.readSpread(ModelTables.BUCKETS, id.value()).chain(row -> {
            Bucket bucket = row.flatMap(it -> decode(id, it))
                    .orElseThrow(() -> new Refusal.NoSuchBucket(id.toHex()).asException());
            return steps.apply(bucket)
                    .chain(write -> agreement.change(batch -> {
                        batch.expect(ModelTables.BUCKETS, id.value(), row.get().stamp());
                        write.accept(batch);
                    }))
                    .chain(done -> {
                        if (done) {
                            return Uni.createFrom().voidItem();
                        }
                        return retries > 0
                                ? changed(id, steps, retries - 1)
                                : Uni.createFrom()
                                        .failure(new Failure.Overloaded("changes of one bucket").asException());
                    });
        });
    }

    private static int names(Bucket bucket) {
        return bucket.aliases().size()
                + bucket.localAliases().values().stream().mapToInt(List::size).sum();
    }

    /** Tells a bucket something, or with an empty {@code value} that it is told nothing. */
    public <T> Uni<Void> set(BucketId id, BucketSetting<T> setting, Optional<T> value) {
        String field = SETTING + setting.name();
        return changed(
                id,
                _ -> step(batch -> value.map(setting.encode())
                        .ifPresentOrElse(
                                encoded -> batch.set(ModelTables.BUCKETS, id.value(), field, encoded),
                                () -> batch.unset(ModelTables.BUCKETS, id.value(), field))));
    }

    public Uni<Bucket> grant(BucketId id, String keyId, Permissions toAdd) {
        return changeGrant(id, keyId, before -> before.with(toAdd));
    }

    public Uni<Bucket> revoke(BucketId id, String keyId, Permissions toRemove) {
        return changeGrant(id, keyId, before -> before.without(toRemove));
    }

    private Uni<Bucket> changeGrant(BucketId id, String keyId, UnaryOperator<Permissions> change) {
        return change(
                id,
                bucket -> keys.require(keyId)
                        .map(_ -> batch -> batch.set(
                                ModelTables.BUCKETS,
                                id.value(),
                                GRANT + keyId,
                                flags(change.apply(bucket.grantOf(keyId))))));
    }

    /** Counted where the bucket's objects lie, in the transactions that wrote them. */
    public Uni<BucketUsage> usage(BucketId id) {
        return tables.read(BucketCounters.TABLE, ModelTables.partition(id), Bytes.EMPTY, Request.Attachments.LEAVE)
                .map(found -> found.map(Tables.Found::row).orElse(BucketCounters.NONE))
                .map(counted -> new BucketUsage(
                        counted.objects(), counted.bytes(), counted.uploads(), counted.parts(), counted.partBytes()));
    }

    private Uni<Bucket> require(BucketId id) {
        return find(id).map(bucket -> bucket.orElseThrow(() -> new Refusal.NoSuchBucket(id.toHex()).asException()));
    }

    private static String localField(String keyId, String alias) {
        return LOCAL_ALIAS + keyId + ":" + alias;
    }

    private static Bytes flags(Permissions grant) {
        int flags = (grant.read() ? READ : 0) | (grant.write() ? WRITE : 0) | (grant.owner() ? OWNER : 0);
        return Bytes.wrap(new byte[] {(byte) flags});
    }

    private static Permissions grant(Bytes flags) {
        int bits = flags.at(0);
        return new Permissions((bits & READ) != 0, (bits & WRITE) != 0, (bits & OWNER) != 0);
    }

    private static Optional<Bucket> decode(BucketId id, LwwMap row) {
        if (!row.has(CREATED) || row.has(DELETED)) {
            return Optional.empty();
        }
        List<String> aliases = new ArrayList<>();
        Map<String, List<String>> localAliases = new TreeMap<>();
        Map<String, Permissions> grants = new TreeMap<>();
        Map<String, Bytes> settings = new TreeMap<>();
        row.fields()
                .forEach((field, register) -> register.value().ifPresent(value -> {
                    if (field.startsWith(ALIAS)) {
                        aliases.add(field.substring(ALIAS.length()));
                    } else if (field.startsWith(LOCAL_ALIAS)) {
                        int colon = field.lastIndexOf(':');
                        localAliases
                                .computeIfAbsent(field.substring(LOCAL_ALIAS.length(), colon), _ -> new ArrayList<>())
                                .add(field.substring(colon + 1));
                    } else if (field.startsWith(GRANT) && grant(value).any()) {
                        grants.put(field.substring(GRANT.length()), grant(value));
                    } else if (field.startsWith(SETTING)) {
                        settings.put(field.substring(SETTING.length()), value);
                    }
                }));
        return Optional.of(new Bucket(
                id,
                row.get(CREATED).orElseThrow().longAt(0),
                List.copyOf(aliases),
                Collections.unmodifiableMap(localAliases),
                Collections.unmodifiableMap(grants),
                Collections.unmodifiableMap(settings)));
    }

    private static <T> Uni<T> refuse(Refusal why) {
        return Uni.createFrom().failure(why.asException());
    }
}
