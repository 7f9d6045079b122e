package dev.cairn.store.rocks;

import dev.cairn.store.Space.Shape;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.EnumMap;
import java.util.Map;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.IndexType;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;
import org.rocksdb.WriteBufferManager;

/**
 * How RocksDB is set up: one cache for blocks, indexes, filters and memtables of all spaces, so that memory has one bound; no
 * callbacks into Java. Owns its native objects; close it after the database.
 */
final class Presets implements AutoCloseable {
    private static final int CACHE_SHARD_BITS = 2;
    private static final double HIGH_PRIORITY_SHARE = 0.5;
    private static final int BLOOM_BITS_PER_KEY = 10;
    private static final long LOG_FILE_BYTES = 4 << 20;
    private static final int LOG_FILES = 3;
    private static final int OPEN_FILES = 256;
    private static final long MIN_BLOB_BYTES = 1024;

    private final Deque<RocksObject> owned = new ArrayDeque<>();
    private final Map<Shape, ColumnFamilyOptions> families = new EnumMap<>(Shape.class);
    private final LRUCache cache;
    private final DBOptions database;

    Presets(RocksConfig.Memory memory) {
        cache = own(new LRUCache(memory.cacheBytes(), CACHE_SHARD_BITS, false, HIGH_PRIORITY_SHARE));
        var writeBuffers = own(new WriteBufferManager(memory.writeBufferBytes(), cache));
        var filter = own(new BloomFilter(BLOOM_BITS_PER_KEY));
        database = own(new DBOptions()
                .setCreateIfMissing(true)
                .setCreateMissingColumnFamilies(true)
                .setParanoidChecks(true)
                // A synced group must survive and a torn tail after it must not keep the node from starting. Every sync
                // covers
                // all of the log before it, so damage that a power cut leaves lies behind the last acknowledged byte.
                // Tolerating
                // only a cut-off tail would refuse to open when the pages of the unsynced tail reached the disk out of
                // order;
                // skipping bad records would replay what follows a gap. So: stop at the first bad record.
                .setWalRecoveryMode(WALRecoveryMode.PointInTimeRecovery)
                .setWriteBufferManager(writeBuffers)
                .setMaxTotalWalSize(Math.max(4 * memory.writeBufferBytes(), 64L << 20))
                .setMaxBackgroundJobs(2)
                .setMaxOpenFiles(OPEN_FILES)
                .setBytesPerSync(1 << 20)
                .setMaxManifestFileSize(16L << 20)
                .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
                .setMaxLogFileSize(LOG_FILE_BYTES)
                .setKeepLogFileNum(LOG_FILES)
                .setStatsDumpPeriodSec(0)
                .setStatsPersistPeriodSec(0));
        for (Shape shape : Shape.values()) {
            var table = new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setBlockSize(shape == Shape.ROWS ? 8 << 10 : 4 << 10)
                    .setFilterPolicy(filter)
                    .setIndexType(IndexType.kTwoLevelIndexSearch)
                    .setPartitionFilters(true)
                    .setMetadataBlockSize(4 << 10)
                    .setCacheIndexAndFilterBlocks(true)
                    .setCacheIndexAndFilterBlocksWithHighPriority(true)
                    .setPinTopLevelIndexAndFilter(true)
                    .setOptimizeFiltersForMemory(true)
                    .setFormatVersion(5);
            var family = own(new ColumnFamilyOptions())
                    .setTableFormatConfig(table)
                    .setLevelCompactionDynamicLevelBytes(true)
                    .setCompressionType(CompressionType.LZ4_COMPRESSION)
                    .setMaxWriteBufferNumber(3);
            families.put(
                    shape,
                    switch (shape) {
                        case ROWS ->
                            family.setWriteBufferSize(memory.writeBufferBytes() / 4)
                                    .setBottommostCompressionType(CompressionType.ZSTD_COMPRESSION);
                        case LARGE_VALUES ->
                            family.setWriteBufferSize(memory.writeBufferBytes() / 2)
                                    .setEnableBlobFiles(true)
                                    .setMinBlobSize(MIN_BLOB_BYTES)
                                    .setBlobFileSize(64L << 20)
                                    .setBlobCompressionType(CompressionType.LZ4_COMPRESSION)
                                    .setEnableBlobGarbageCollection(true)
                                    .setBlobGarbageCollectionAgeCutoff(0.25)
                                    .setBlobGarbageCollectionForceThreshold(0.5);
                        // Most entries should meet their deletion in the memtable and never reach a file.
                        case QUEUE ->
                            family.setWriteBufferSize(memory.writeBufferBytes() / 8)
                                    .setMinWriteBufferNumberToMerge(2)
                                    .setMaxWriteBufferNumber(4);
                    });
        }
    }

    DBOptions database() {
        return database;
    }

    ColumnFamilyOptions family(Shape shape) {
        var family = families.get(shape);
        if (family == null) {
            throw new AssertionError("no preset for " + shape);
        }
        return family;
    }

    /** Bytes in the cache now, memtables included. */
    long cachedBytes() {
        return cache.getUsage();
    }

    private <T extends RocksObject> T own(T object) {
        owned.push(object);
        return object;
    }

    @Override
    public void close() {
        while (!owned.isEmpty()) {
            owned.pop().close();
        }
    }
}
