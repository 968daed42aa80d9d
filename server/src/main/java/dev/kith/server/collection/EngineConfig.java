package dev.kith.server.collection;

import dev.kith.index.Require;
import dev.kith.index.build.SealedSegment.Residence;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.Optional;
import java.util.OptionalLong;

/// Settings of the engine behind a data folder.
///
/// @param dataDirectory the folder; created if missing
/// @param linkThreads threads that link rows into graphs, in `[1, 1024]`; default one less than the
///   cores, at least 1. As many write a file that an optimization waits for while nothing is left
///   to link; every other file is written by one
/// @param minFreeBytes free space below which writes are refused; if empty, 5 % of the disk and at
///   most 2 GiB
/// @param tailPoints unlinked rows of a collection from which it refuses writes, in `[1,
///   100_000_000]`; default 50,000
/// @param deferredBytes memory of unlinked rows from which a collection whose indexing is deferred
///   refuses writes, at least 1; default half of the machine's memory
/// @param maxPayloadBytes longest payload in bytes, in `[1, 64 MiB]`; default 1 MiB
/// @param segmentResidence where sealed segments are searched: mapped, or copied to memory, which
///   takes as much of it as the files are long; default mapped
/// @param mergeDeadShare share of dead rows at which a sealed segment is written anew without them,
///   above 0 and at most 1; default .2
/// @param attachFolder holds the index folders that may be attached; if empty, none may
/// @param clock tells the age of ingest sessions and collections
public record EngineConfig(
    Path dataDirectory,
    int linkThreads,
    OptionalLong minFreeBytes,
    int tailPoints,
    long deferredBytes,
    int maxPayloadBytes,
    Residence segmentResidence,
    double mergeDeadShare,
    Optional<Path> attachFolder,
    InstantSource clock) {
  public static final int DEFAULT_TAIL_POINTS = 50_000;
  public static final int DEFAULT_MAX_PAYLOAD_BYTES = 1 << 20;
  public static final double DEFAULT_MERGE_DEAD_SHARE = 0.2;

  public EngineConfig {
    Require.inRange("linkThreads", linkThreads, 1, 1024);
    Require.inRange("tailPoints", tailPoints, 1, 100_000_000);
    Require.inRange("deferredBytes", deferredBytes, 1L, Long.MAX_VALUE);
    Require.inRange("maxPayloadBytes", maxPayloadBytes, 1, 64 << 20);
    if (!(mergeDeadShare > 0 && mergeDeadShare <= 1)) {
      throw new IllegalArgumentException(
          "mergeDeadShare must be above 0 and at most 1, got " + mergeDeadShare);
    }
    minFreeBytes.ifPresent(bytes -> Require.inRange("minFreeBytes", bytes, 0L, Long.MAX_VALUE));
  }

  /// Half of the machine's memory; where that is unknown, twice the limit of the heap.
  public static long defaultDeferredBytes() {
    long installed = ProcessMemory.installed();
    return installed > 0 ? installed / 2 : 2 * Runtime.getRuntime().maxMemory();
  }

  /// The defaults for a folder.
  public static EngineConfig of(Path dataDirectory) {
    return new EngineConfig(
        dataDirectory,
        Math.max(1, Runtime.getRuntime().availableProcessors() - 1),
        OptionalLong.empty(),
        DEFAULT_TAIL_POINTS,
        defaultDeferredBytes(),
        DEFAULT_MAX_PAYLOAD_BYTES,
        Residence.MAPPED,
        DEFAULT_MERGE_DEAD_SHARE,
        Optional.empty(),
        InstantSource.system());
  }
}
