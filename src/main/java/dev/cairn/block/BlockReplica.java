package dev.cairn.block;

import dev.cairn.kernel.Failure;
import dev.cairn.kernel.FailureException;
import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.OwnerId;
import dev.cairn.kernel.io.ByteSource;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Request;
import dev.cairn.net.Request.Applied;
import dev.cairn.store.Store;
import dev.cairn.table.TableReplica;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;

/**
 * The blocks of this node as its peers and it itself ask for them. A block and the reference it comes with pass the gate together, so that the
 * cleaner never takes the one before the other counts.
 */
public final class BlockReplica {
    private static final int MAX_SUSPECTS = 10_000;

    private final Store store;
    private final BlockFiles files;
    private final TableReplica rows;
    private final BlockReferences references;
    private final Gate gate = new Gate();
    private final BlockCleaner cleaner;
    private final Set<BlockHash> suspects = ConcurrentHashMap.newKeySet();

    public BlockReplica(Store store, BlockFiles files, TableReplica rows, BlockReferences references) {
        this.store = store;
        this.files = files;
        this.rows = rows;
        this.references = references;
        this.cleaner = new BlockCleaner(store, files, references, gate);
    }

    public BlockCleaner cleaner() {
        return cleaner;
    }

    /** Keeps a block that another node sends, however it seems to be here already: only the writing of it shows that it is durable. */
    public Uni<Applied> put(Request.PutBlock request) {
        return request.body() instanceof OwnBlock own
                ? keep(request.hash(), own::kept, request.reference())
                : receive(request.hash(), request.body().read())
                        .chain(ready -> keep(request.hash(), ready::keep, request.reference()));
    }

    /** Keeps a block to which a reference is here already, unless that has gone meanwhile. */
    Uni<Void> take(BlockHash hash, ByteSource body) {
        return receive(hash, body)
                .chain(ready -> gate.together(ready::keep))
                .onTermination()
                .invoke(() -> cleaner.suspect(hash));
    }

    private Uni<BlockWriter.Sealed> receive(BlockHash hash, ByteSource body) {
        BlockWriter writer = files.create(_ -> {});
        return Repeat.whileTrue(() -> body.next()
                        .chain(piece -> piece.isEmpty()
                                ? Uni.createFrom().item(false)
                                : writer.write(piece).replaceWith(true)))
                .chain(writer::seal)
                .onFailure()
                .invoke(() -> {
                    writer.discard();
                    body.cancel();
                })
                .invoke(ready -> {
                    if (!ready.written().hash().equals(hash)) {
                        ready.drop();
                        throw new Failure.Corrupt("block " + hash + " on its way").asException();
                    }
                });
    }

    /** Makes a block durable and adds the reference that it came for. */
    private Uni<Applied> keep(BlockHash hash, Supplier<Uni<Void>> block, Request.ApplyBatch reference) {
        return gate.together(() -> block.get()
                .chain(() -> rows.apply(reference))
                .invoke(applied -> {
                    if (!(applied instanceof Applied.Done)) {
                        cleaner.suspect(hash);
                    }
                })
                .onFailure()
                .invoke(() -> cleaner.suspect(hash)));
    }

    /** Adds a reference to a block, if it is here. */
    public Uni<Applied> refer(Request.ReferBlock request) {
        return gate.together(() -> files.length(request.hash())
                .chain(length -> length.isPresent()
                        ? rows.apply(request.reference())
                        : Uni.createFrom().item(new Applied.Missing())));
    }

    /** Which of these blocks somebody refers to here although they are not here. */
    public Uni<List<BlockHash>> lacked(List<BlockHash> hashes) {
        return store.commitLazily(tx -> hashes.stream()
                        .filter(hash -> BlockReferences.count(tx, hash.value()) > 0)
                        .toList())
                .chain(wanted -> Multi.createFrom()
                        .iterable(wanted)
                        .onItem()
                        .transformToUniAndConcatenate(hash -> files.length(hash)
                                .map(length -> length.isPresent() ? List.<BlockHash>of() : List.of(hash)))
                        .collect()
                        .in(ArrayList::new, List::addAll));
    }

    /** The bytes [from, to) of a block; that it is not here comes out with the first piece. */
    public ByteSource get(BlockHash hash, int from, int to) {
        ByteSource source = files.read(hash, from, to);
        return new ByteSource() {
            @Override
            public Uni<Bytes> next() {
                return source.next().onFailure(BlockReplica::isCorrupt).invoke(() -> suspect(hash));
            }

            @Override
            public void cancel() {
                source.cancel();
            }
        };
    }

    private static boolean isCorrupt(Throwable why) {
        return why instanceof FailureException known && known.failure() instanceof Failure.Corrupt;
    }

    /** A block that is here no longer as it was; somebody looks soon. */
    void suspect(BlockHash hash) {
        if (suspects.size() < MAX_SUSPECTS) {
            suspects.add(hash);
        }
    }

    List<BlockHash> suspects() {
        return List.copyOf(suspects);
    }

    void looked(BlockHash hash) {
        suspects.remove(hash);
    }

    /** Up to {@code limit} blocks above {@code after} that an owner refers to here. */
    public Uni<List<BlockHash>> ownedBy(OwnerId owner, Bytes after, int limit) {
        return references.ownedBy(store, owner, after, limit);
    }
}
