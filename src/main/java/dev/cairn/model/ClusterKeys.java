package dev.cairn.model;

import dev.cairn.block.seal.BodyKey;
import dev.cairn.crdt.Lww;
import dev.cairn.kernel.Failure;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.codec.Protos;
import dev.cairn.kernel.codec.Sha256;
import dev.cairn.kernel.env.Env;
import dev.cairn.proto.EncryptionValue;
import dev.cairn.table.RowKeys;
import dev.cairn.table.Tables;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * The keys with which a cluster seals the keys of objects that it is to encrypt on its own (SSE-S3). Every node has all of them, among its metadata: they
 * protect disks with blocks that get into other hands, not whole nodes. One is made when it is first needed; two that are made at once are both
 * kept, and none is ever taken away. Safe from any thread.
 */
final class ClusterKeys {
    private static final int ID_BYTES = 16;
    private static final int PAGE = 100;

    private final Env env;
    private final Tables tables;
    private final Agreement agreement;
    private final Map<Bytes, BodyKey> known = new ConcurrentHashMap<>();
    private volatile @Nullable Bytes current;

    ClusterKeys(Env env, Tables tables, Agreement agreement) {
        this.env = env;
        this.tables = tables;
        this.agreement = agreement;
    }

    /** A new key for one object, sealed. */
    Uni<ObjectStore.Seal> newKey() {
        return current().map(id -> {
            BodyKey key = new BodyKey(env.randomBytes(BodyKey.BYTES));
            Bytes salt = env.randomBytes(BodyKey.SALT_BYTES);
            EncryptionValue value = EncryptionValue.newBuilder()
                    .setKind(ObjectStore.BY_CLUSTER)
                    .setSalt(Protos.proto(salt))
                    .setClusterKey(Protos.proto(id))
                    .setWrappedKey(Protos.proto(key(id).wrapped(key, salt)))
                    .build();
            return new ObjectStore.Seal(key, value);
        });
    }

    /** The key of an object. */
    Uni<BodyKey> open(EncryptionValue encryption) {
        Bytes id = Protos.bytes(encryption.getClusterKey());
        return find(id).map(key ->
                key.unwrapped(Protos.bytes(encryption.getWrappedKey()), Protos.bytes(encryption.getSalt())));
    }

    private BodyKey key(Bytes id) {
        return Optional.ofNullable(known.get(id)).orElseThrow();
    }

    private Uni<BodyKey> find(Bytes id) {
        BodyKey here = known.get(id);
        return here != null
                ? Uni.createFrom().item(here)
                : tables.lookUp(ModelTables.CLUSTER_KEYS, id, Lww::value)
                        .map(found -> keep(found.orElseThrow(
                                () -> new Failure.Corrupt("the cluster's key " + id.toHex()).asException())));
    }

    private BodyKey keep(Bytes key) {
        return known.computeIfAbsent(id(key), _ -> new BodyKey(key));
    }

    private static Bytes id(Bytes key) {
        return Sha256.of(key).slice(0, ID_BYTES);
    }

    private Uni<Bytes> current() {
        Bytes here = current;
        return here != null
                ? Uni.createFrom().item(here)
                : first().chain(found -> found.isPresent() ? Uni.createFrom().item(found) : make().chain(this::first))
                        .map(found -> found.orElseThrow())
                        .invoke(id -> current = id);
    }

    /** Of those that a quorum has the one with the lowest id: whoever asks next finds that or a lower one. */
    private Uni<Optional<Bytes>> first() {
        List<Bytes> ids = new ArrayList<>();
        return tables.eachPage(
                        ModelTables.CLUSTER_KEYS,
                        RowKeys.FULL_COPY_PARTITION,
                        Tables.Query.all(Bytes.EMPTY, PAGE),
                        rows -> {
                            rows.forEach(row -> row.row().value().ifPresent(key -> {
                                keep(key);
                                ids.add(row.sort());
                            }));
                            return Uni.createFrom().voidItem();
                        })
                .map(_ -> ids.stream().min(Bytes::compareTo));
    }

    private Uni<Void> make() {
        Bytes key = env.randomBytes(BodyKey.BYTES);
        return agreement
                .change(batch -> batch.put(ModelTables.CLUSTER_KEYS, id(key), key))
                .replaceWithVoid();
    }
}
