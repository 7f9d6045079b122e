package dev.cairn.server;

import dev.cairn.config.CairnConfig;
import dev.cairn.kernel.Secret;
import dev.cairn.model.AccessKey;
import dev.cairn.model.AccessKeys;
import dev.cairn.model.Bucket;
import dev.cairn.model.BucketSetting;
import dev.cairn.model.Buckets;
import dev.cairn.model.Ownership;
import dev.cairn.model.Permissions;
import dev.cairn.model.Refusal;
import dev.cairn.model.RefusalException;
import dev.cairn.model.StorageNode;
import io.smallrye.mutiny.Uni;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/** Makes the key and the bucket that a single node offers from its first start on; what is configured is made whenever it is missing. */
final class FirstStart {
    private static final Logger LOG = Logger.getLogger("dev.cairn.server");
    private static final String KEY_NAME = "default";
    private static final String BUCKET = "default-bucket";

    private final AccessKeys keys;
    private final Buckets buckets;
    private final CairnConfig.FirstStart wanted;

    private final Ownership newBuckets;

    FirstStart(StorageNode node, CairnConfig.FirstStart wanted, Ownership newBuckets) {
        this.newBuckets = newBuckets;
        this.keys = node.keys();
        this.buckets = node.buckets();
        this.wanted = wanted;
    }

    /** What was made just now; nothing at a later start. A key that was configured has a secret that its owner knows. */
    record Made(@Nullable AccessKey key, @Nullable Bucket bucket, boolean secretIsNew) {
        static final Made NOTHING = new Made(null, null, false);
    }

    Uni<Made> run() {
        return keys.list().chain(known -> {
            String id = wanted.accessKey();
            if (id == null) {
                return known.isEmpty()
                        ? keys.create(KEY_NAME).chain(this::equip)
                        : Uni.createFrom().item(Made.NOTHING);
            }
            Secret secret = Objects.requireNonNull(wanted.secretKey());
            return keys.find(id)
                    .chain(found -> found.isPresent()
                            ? Uni.createFrom().item(Made.NOTHING)
                            : keys.importKey(id, secret.reveal(), KEY_NAME)
                                    .chain(this::equip)
                                    .onFailure(FirstStart::wasDeleted)
                                    .recoverWithItem(() -> notAgain(id)));
        });
    }

    /** An id that nobody has any more cannot be given out again: its owner was told that it is gone. */
    private static boolean wasDeleted(Throwable why) {
        return why instanceof RefusalException refused && refused.refusal() instanceof Refusal.AccessKeyAlreadyExists;
    }

    private static Made notAgain(String id) {
        LOG.warnf(
                "the key %s of default.access-key was deleted and is not made again: remove the setting or choose another id",
                id);
        return Made.NOTHING;
    }

    private Uni<Made> equip(AccessKey key) {
        String name = wanted.bucket() == null ? BUCKET : wanted.bucket();
        return keys.setMayCreateBuckets(key.id(), true)
                .chain(() -> buckets.resolve(name, Optional.empty()))
                .chain(found -> found.map(bucket -> buckets.grant(bucket.id(), key.id(), Permissions.ALL))
                        .orElseGet(() -> buckets.createFor(
                                name,
                                key.id(),
                                List.of(new BucketSetting.Made<>(BucketSetting.OWNERSHIP, newBuckets)))))
                .map(bucket -> new Made(key, bucket, wanted.accessKey() == null));
    }
}
