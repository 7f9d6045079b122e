package dev.cairn.sim;

import dev.cairn.kernel.codec.Bytes;
import dev.cairn.kernel.id.BlockHash;
import java.util.List;
import java.util.NavigableMap;
import java.util.SplittableRandom;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * The block directory of a simulated node. Names made or removed and not synced yet are decided one by one when the power fails;
 * contents are synced before they get a name, so a block is whole or absent.
 */
final class BlockDisk {
    private final NavigableMap<BlockHash, Bytes> live = new TreeMap<>();
    private final NavigableMap<BlockHash, Bytes> synced = new TreeMap<>();
    private final TreeSet<BlockHash> rotten = new TreeSet<>();
    private final TreeSet<BlockHash> setAside = new TreeSet<>();
    private boolean full;

    NavigableMap<BlockHash, Bytes> live() {
        return live;
    }

    @Nullable
    Bytes read(BlockHash hash) {
        return rotten.contains(hash) ? null : live.get(hash);
    }

    void link(BlockHash hash, Bytes content) {
        if (rotten.remove(hash)) {
            live.remove(hash);
        }
        live.putIfAbsent(hash, content);
    }

    void unlink(BlockHash hash) {
        live.remove(hash);
        rotten.remove(hash);
    }

    /** Makes what the directory says about a name durable. */
    void sync(BlockHash hash) {
        var content = live.get(hash);
        if (content == null) {
            synced.remove(hash);
        } else {
            synced.put(hash, content);
        }
    }

    /** Takes a damaged block away and remembers its name. */
    void setAside(BlockHash hash) {
        if (rotten.contains(hash)) {
            setAside.add(hash);
        }
        unlink(hash);
    }

    List<BlockHash> setAside() {
        return setAside.stream().filter(hash -> !live.containsKey(hash)).toList();
    }

    void rot(BlockHash hash) {
        if (live.containsKey(hash)) {
            rotten.add(hash);
        }
    }

    /** An empty disk takes the place of this one. */
    void replace() {
        live.clear();
        synced.clear();
        rotten.clear();
        setAside.clear();
    }

    void setFull(boolean isFull) {
        full = isFull;
    }

    boolean full() {
        return full;
    }

    void cut(SplittableRandom random) {
        var names = new TreeSet<>(live.keySet());
        names.addAll(synced.keySet());
        for (var name : names) {
            var content = synced.get(name);
            if (live.containsKey(name) == (content != null)) {
                continue;
            }
            if (random.nextBoolean()) {
                sync(name);
            } else if (content == null) {
                unlink(name);
            } else {
                live.put(name, content);
            }
        }
    }
}
