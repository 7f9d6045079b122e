package dev.cairn.server;

import dev.cairn.config.CairnConfig;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.layout.Layout;
import dev.cairn.layout.Layouts;
import dev.cairn.store.Store;
import java.io.IOException;
import java.util.Optional;

/** Settings by which rows were written and that therefore stay as they were at the first start of a node. */
final class ClusterParameters {
    private static final Bytes KEY = Bytes.utf8("parameters");

    private final String wanted;

    ClusterParameters(CairnConfig config) {
        wanted = config.singleNode()
                ? "a single node"
                : "a node of a cluster with replication-factor %d and %d partition bits"
                        .formatted(config.replicationFactor(), Layout.DEFAULT_BITS);
    }

    /** Refuses a store that was written under others. */
    void require(Store store) throws IOException {
        Optional<Bytes> recorded = store.get(Layouts.SPACE, KEY).await().indefinitely();
        if (recorded.isPresent() && !recorded.get().toUtf8().equals(wanted)) {
            throw new IOException(
                    ("this node was first started as %s, now it is %s: that cannot be changed later; copy the"
                                    + " data to a new node over S3")
                            .formatted(recorded.get().toUtf8(), wanted));
        }
        if (recorded.isEmpty()) {
            store.commit(tx -> {
                        tx.put(Layouts.SPACE, KEY, Bytes.utf8(wanted));
                        return true;
                    })
                    .await()
                    .indefinitely();
        }
    }
}
