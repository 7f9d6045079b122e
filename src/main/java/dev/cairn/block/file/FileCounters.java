package dev.cairn.block.file;

import java.util.concurrent.atomic.LongAdder;

/** What was done since start; only ever counts up. Safe from any thread. */
final class FileCounters {
    final LongAdder bytesRead = new LongAdder();
    final LongAdder bytesWritten = new LongAdder();
    final LongAdder syncs = new LongAdder();
    final LongAdder corrupt = new LongAdder();
}
