package dev.cairn.block.file;

import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;

/** The idle page codecs; as many as pool threads at most, made when first needed. Safe from any thread. */
final class Codecs implements AutoCloseable {
    private static final int UNUSED_LEVEL = 1;

    private final Optional<Integer> level;
    private final ArrayBlockingQueue<PageCodec> idle;

    Codecs(Optional<Integer> level, int maxIdle) {
        this.level = level;
        this.idle = new ArrayBlockingQueue<>(maxIdle);
    }

    /** Whether new blocks are compressed; old ones may be either way. */
    boolean compress() {
        return level.isPresent();
    }

    PageCodec take() {
        var codec = idle.poll();
        return codec == null ? new PageCodec(level.orElse(UNUSED_LEVEL)) : codec;
    }

    void giveBack(PageCodec codec) {
        if (!idle.offer(codec)) {
            codec.close();
        }
    }

    @Override
    public void close() {
        for (var codec = idle.poll(); codec != null; codec = idle.poll()) {
            codec.close();
        }
    }
}
