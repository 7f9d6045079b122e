package dev.cairn.model;

import dev.cairn.crdt.LwwMap;
import dev.cairn.kernel.Secret;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.env.Env;
import dev.cairn.kernel.id.BucketId;
import dev.cairn.kernel.time.Stamp;
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
import java.util.regex.Pattern;

/** The keys that sign requests; every node has all of them, so that finding one asks nobody. */
public final class AccessKeys {
    static final String SECRET = "secret";
    static final String NAME = "name";
    static final String CREATED = "created";
    static final String MAY_CREATE_BUCKETS = "create-bucket";
    static final String DELETED = "deleted";
    static final String LOCAL_ALIAS = "alias:";

    private static final String ID_PREFIX = "CK";
    private static final int ID_RANDOM_BYTES = 12;
    private static final int SECRET_BYTES = 32;
    private static final int CACHED = 10_000;
    private static final int PAGE = 1000;
    private static final Pattern IMPORTABLE_ID = Pattern.compile("[A-Za-z0-9_.-]{3,128}");
    private static final int MIN_SECRET_CHARS = 8;
    private static final int MAX_SECRET_CHARS = 128;

    private final Env env;
    private final Tables tables;
    private final Agreement agreement;
    private final LocalCache<String, AccessKey> cache = new LocalCache<>(List.of(ModelTables.KEYS), CACHED);

    AccessKeys(Env env, Tables tables, Agreement agreement, TableReplica replica) {
        this.env = env;
        this.tables = tables;
        this.agreement = agreement;
        replica.listen(cache);
    }

    public Uni<AccessKey> create(String name) {
        return insert(
                ID_PREFIX + env.randomBytes(ID_RANDOM_BYTES).toHex(),
                env.randomBytes(SECRET_BYTES).toHex(),
                name);
    }

    /** Takes over a key made elsewhere. An id that was ever used, deleted ones included, is refused. */
    public Uni<AccessKey> importKey(String id, String secret, String name) {
        if (!IMPORTABLE_ID.matcher(id).matches()) {
            return refuse(new Refusal.InvalidAccessKey("the id must be 3 to 128 letters, digits, '_', '.' or '-'"));
        }
        if (secret.length() < MIN_SECRET_CHARS || secret.length() > MAX_SECRET_CHARS) {
            return refuse(new Refusal.InvalidAccessKey("the secret must have 8 to 128 characters"));
        }
        return tables.readSpread(ModelTables.KEYS, Bytes.utf8(id))
                .chain(row ->
                        row.isPresent() ? refuse(new Refusal.AccessKeyAlreadyExists(id)) : insert(id, secret, name));
    }

    private Uni<AccessKey> insert(String id, String secret, String name) {
        long now = env.wallMillis();
        Bytes sort = Bytes.utf8(id);
        return agreement
                .change(batch -> batch.expect(ModelTables.KEYS, sort, Stamp.ZERO)
                        .set(ModelTables.KEYS, sort, SECRET, Bytes.utf8(secret))
                        .set(ModelTables.KEYS, sort, NAME, Bytes.utf8(name))
                        .set(ModelTables.KEYS, sort, CREATED, Bytes.ofLong(now)))
                .chain(first -> first
                        ? Uni.createFrom().item(new AccessKey(id, new Secret(secret), name, now, false, Map.of()))
                        : refuse(new Refusal.AccessKeyAlreadyExists(id)));
    }

    public Uni<Optional<AccessKey>> find(String id) {
        return cache.get(id, () -> tables.lookUp(ModelTables.KEYS, Bytes.utf8(id), row -> decode(id, row)));
    }

    public Uni<List<AccessKey>> list() {
        List<AccessKey> keys = new ArrayList<>();
        return tables.eachPage(
                        ModelTables.KEYS, RowKeys.FULL_COPY_PARTITION, Tables.Query.all(Bytes.EMPTY, PAGE), rows -> {
                            rows.forEach(row ->
                                    decode(row.sort().toUtf8(), row.row()).ifPresent(keys::add));
                            return Uni.createFrom().voidItem();
                        })
                .map(_ -> keys.stream()
                        .sorted(Comparator.comparing(AccessKey::name).thenComparing(AccessKey::id))
                        .toList());
    }

    public Uni<AccessKey> rename(String id, String name) {
        return change(id, NAME, Bytes.utf8(name));
    }

    public Uni<AccessKey> setMayCreateBuckets(String id, boolean may) {
        return change(id, MAY_CREATE_BUCKETS, Bytes.wrap(new byte[] {(byte) (may ? 1 : 0)}));
    }

    /** The id stays used up for ever. */
    public Uni<Void> delete(String id) {
        return change(id, DELETED, Bytes.EMPTY).replaceWithVoid();
    }

    private Uni<AccessKey> change(String id, String field, Bytes value) {
        return require(id)
                .chain(before -> tables.writeEverywhere(
                                batch -> batch.set(ModelTables.KEYS, Bytes.utf8(id), field, value))
                        .chain(() -> find(id))
                        .map(after -> after.orElse(before)));
    }

    Uni<AccessKey> require(String id) {
        return find(id).map(key -> key.orElseThrow(() -> new Refusal.NoSuchAccessKey(id).asException()));
    }

    /** The bucket that the key alone calls so. */
    Uni<Optional<BucketId>> localAlias(String id, String alias) {
        return find(id).map(key -> key.map(found -> found.localAliases().get(alias)));
    }

    private static Optional<AccessKey> decode(String id, LwwMap row) {
        return row.get(SECRET)
                .filter(_ -> !row.has(DELETED))
                .map(secret -> new AccessKey(
                        id,
                        new Secret(secret.toUtf8()),
                        row.get(NAME).map(Bytes::toUtf8).orElse(""),
                        row.get(CREATED).map(created -> created.longAt(0)).orElse(0L),
                        row.get(MAY_CREATE_BUCKETS).map(flag -> flag.at(0) == 1).orElse(false),
                        localAliases(row)));
    }

    private static Map<String, BucketId> localAliases(LwwMap row) {
        Map<String, BucketId> aliases = new TreeMap<>();
        row.fields().forEach((field, register) -> {
            if (field.startsWith(LOCAL_ALIAS)) {
                register.value().ifPresent(id -> aliases.put(field.substring(LOCAL_ALIAS.length()), new BucketId(id)));
            }
        });
        return Collections.unmodifiableMap(aliases);
    }

    private static <T> Uni<T> refuse(Refusal why) {
        return Uni.createFrom().failure(why.asException());
    }
}
