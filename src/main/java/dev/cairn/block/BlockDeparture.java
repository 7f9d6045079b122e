package dev.cairn.block;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import dev.cairn.kernel.id.NodeId;
import dev.cairn.kernel.io.Repeat;
import dev.cairn.net.Peers;
import dev.cairn.net.Quorum;
import dev.cairn.net.Request;
import dev.cairn.store.Entry;
import dev.cairn.store.Scan;
import dev.cairn.store.Store;
import dev.cairn.table.Handover;
import dev.cairn.table.RowType;
import dev.cairn.table.TableSchema;
import io.smallrye.mutiny.Multi;
import io.smallrye.mutiny.Uni;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/**
 * Whether the blocks of a partition that a node has are whole on a quorum of the nodes that hold it now, or wanted by nobody there any more, so
 * that this one need not keep them.
 */
public final class BlockDeparture implements Handover.Departure {
    private static final int PAGE = 256;

    private final Store store;
    private final BlockFiles files;
    private final Peers peers;
    private final TableSchema<?> references;

    public BlockDeparture(Store store, BlockFiles files, Peers peers, BlockReferences references) {
        this.store = store;
        this.files = files;
        this.peers = peers;
        this.references = references.table();
    }

    @Override
    public Uni<Boolean> isSafe(Bytes firstKey, Optional<Bytes> end, List<NodeId> nodes) {
        Deque<Bytes> next = new ArrayDeque<>(List.of(firstKey));
        boolean[] safe = {true};
        return Repeat.whileTrue(() -> store.scan(references.rows(), new Scan(next.pop(), end, PAGE))
                        .chain(page -> here(page)
                                .chain(blocks -> areOn(blocks, nodes))
                                .map(all -> {
                                    safe[0] &= all;
                                    if (!all || page.size() < PAGE) {
                                        return false;
                                    }
                                    next.push(page.getLast().key().successor());
                                    return true;
                                })))
                .map(_ -> safe[0]);
    }

    /** The blocks among these references that this node has. */
    private Uni<List<BlockHash>> here(List<Entry> page) {
        TreeSet<BlockHash> named = new TreeSet<>();
        for (Entry entry : page) {
            if (!RowType.LWW.isTombstone(entry.value())) {
                named.add(new BlockHash(entry.key().slice(0, BlockHash.BYTES)));
            }
        }
        return Multi.createFrom()
                .iterable(named)
                .onItem()
                .transformToUniAndConcatenate(hash -> files.length(hash)
                        .map(length -> length.isPresent() ? Optional.of(hash) : Optional.<BlockHash>empty()))
                .filter(Optional::isPresent)
                .map(Optional::get)
                .collect()
                .asList();
    }

    private Uni<Boolean> areOn(List<BlockHash> blocks, List<NodeId> nodes) {
        if (blocks.isEmpty()) {
            return Uni.createFrom().item(true);
        }
        Map<BlockHash, Integer> satisfied = new LinkedHashMap<>();
        return Multi.createFrom()
                .iterable(nodes)
                .onItem()
                .transformToUniAndConcatenate(node -> peers.call(node, new Request.LackedBlocks(blocks))
                        .onFailure()
                        .recoverWithItem(blocks))
                .onItem()
                .invoke(lacked -> blocks.stream()
                        .filter(hash -> !lacked.contains(hash))
                        .forEach(hash -> satisfied.merge(hash, 1, Integer::sum)))
                .collect()
                .last()
                .map(_ -> blocks.stream()
                        .allMatch(hash -> satisfied.getOrDefault(hash, 0) >= Quorum.majority(nodes.size())));
    }
}
