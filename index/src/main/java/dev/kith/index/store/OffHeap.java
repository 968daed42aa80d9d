package dev.kith.index.store;

import dev.kith.index.Require;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;

/// Zeroed off-heap memory that costs nothing until it is written.
public final class OffHeap {

  private OffHeap() {}

  /// Reserves `bytes` zero bytes, page aligned, freed when `arena` closes.
  public static MemorySegment reserve(long bytes, Arena arena) {
    Require.inRange("bytes", bytes, 1, Long.MAX_VALUE >>> 8);
    return arena.allocate(bytes, 4096);
  }
}
