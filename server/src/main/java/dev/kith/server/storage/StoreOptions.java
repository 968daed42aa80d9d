package dev.kith.server.storage;

import java.util.ArrayList;
import java.util.List;
import org.rocksdb.BlockBasedTableConfig;
import org.rocksdb.BloomFilter;
import org.rocksdb.Cache;
import org.rocksdb.ColumnFamilyDescriptor;
import org.rocksdb.ColumnFamilyOptions;
import org.rocksdb.CompressionType;
import org.rocksdb.DBOptions;
import org.rocksdb.InfoLogLevel;
import org.rocksdb.LRUCache;
import org.rocksdb.RocksDB;
import org.rocksdb.RocksObject;
import org.rocksdb.WALRecoveryMode;

/// The options RocksDB runs with, and the native objects behind them.
///
/// What is not set matters as much: no listener for background errors (in this version of the Java
/// binding it would switch automatic recovery off), no `wal_bytes_per_sync` and no log recycling
/// (they open holes in what a crash recovers), no manual WAL flush (a killed process would lose
/// acknowledged writes).
final class StoreOptions implements AutoCloseable {
  private static final long WRITE_BUFFER_BYTES = 64L << 20;

  /// Bounds what all families together hold in memory before it is flushed, so that a long load
  /// takes no more of it than a short one.
  private static final long ALL_WRITE_BUFFERS_BYTES = 128L << 20;

  /// Bounds how much a restart replays: about 50,000 vectors a second.
  private static final long MAX_WAL_BYTES = 256L << 20;

  private static final long BLOCK_CACHE_BYTES = 64L << 20;
  private static final long INFO_LOG_BYTES = 8L << 20;
  private static final int INFO_LOG_FILES = 4;
  private static final int BACKGROUND_JOBS = 2;
  private static final int BLOOM_BITS_PER_KEY = 10;

  static {
    RocksDB.loadLibrary();
  }

  /// In the order to close them in.
  private final List<RocksObject> natives = new ArrayList<>();

  private final DBOptions database;
  private final List<ColumnFamilyDescriptor> families = new ArrayList<>();

  StoreOptions() {
    // A cache of this store alone: a cache shared with an older opening of the same files would
    // hide damage to them.
    Cache cache = new LRUCache(BLOCK_CACHE_BYTES);
    BloomFilter bloom = new BloomFilter(BLOOM_BITS_PER_KEY);
    database =
        new DBOptions()
            .setCreateIfMissing(true)
            .setCreateMissingColumnFamilies(true)
            .setParanoidChecks(true)
            // The default would silently forget synced writes behind a flipped bit.
            .setWalRecoveryMode(WALRecoveryMode.TolerateCorruptedTailRecords)
            .setDbWriteBufferSize(ALL_WRITE_BUFFERS_BYTES)
            .setMaxTotalWalSize(MAX_WAL_BYTES)
            .setMaxBackgroundJobs(BACKGROUND_JOBS)
            .setInfoLogLevel(InfoLogLevel.WARN_LEVEL)
            .setMaxLogFileSize(INFO_LOG_BYTES)
            .setKeepLogFileNum(INFO_LOG_FILES);
    natives.add(database);
    families.add(
        new ColumnFamilyDescriptor(RocksDB.DEFAULT_COLUMN_FAMILY, family(cache, bloom, 0)));
    for (Family family : Family.values()) {
      families.add(
          new ColumnFamilyDescriptor(
              family.storedName().getBytes(java.nio.charset.StandardCharsets.US_ASCII),
              family(cache, bloom, family.minBlobBytes())));
    }
    natives.add(bloom);
    natives.add(cache);
  }

  private ColumnFamilyOptions family(Cache cache, BloomFilter bloom, int minBlobBytes) {
    ColumnFamilyOptions options =
        new ColumnFamilyOptions()
            .setWriteBufferSize(WRITE_BUFFER_BYTES)
            .setParanoidFileChecks(true)
            // Vectors do not compress, and the rest is small.
            .setCompressionType(CompressionType.NO_COMPRESSION)
            .setTableFormatConfig(
                new BlockBasedTableConfig()
                    .setBlockCache(cache)
                    .setFilterPolicy(bloom)
                    .setFormatVersion(5));
    if (minBlobBytes > 0) {
      options
          .setEnableBlobFiles(true)
          .setMinBlobSize(minBlobBytes)
          .setEnableBlobGarbageCollection(true);
    }
    natives.add(options);
    return options;
  }

  DBOptions database() {
    return database;
  }

  /// RocksDB's own family first, then ours in the order of [Family].
  List<ColumnFamilyDescriptor> families() {
    return families;
  }

  @Override
  public void close() {
    natives.forEach(RocksObject::close);
  }
}
