package dev.kith.index.build;

import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.HnswGraph;
import dev.kith.index.store.OffHeap;
import dev.kith.index.store.Resource;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import org.jspecify.annotations.Nullable;

/// What a growing segment is made of: reserved at once, committed as it is written.
///
/// @param arena of all of it, and of the graph; closed with it
/// @param labels a long a row, see [LabelColumn.Ascending]
record SegmentMemory(Arena arena, VectorRows rows, MemorySegment labels, Tombstones tombstones)
    implements Resource {

  /// Reserves room for `capacity` rows, all alive.
  static SegmentMemory reserve(VectorSpace space, int capacity) {
    Arena arena = Arena.ofShared();
    try {
      return new SegmentMemory(
          arena,
          VectorRows.reserve(space, capacity, arena),
          OffHeap.reserve((long) capacity * Long.BYTES, arena),
          new Tombstones(capacity));
    } catch (RuntimeException | Error failure) {
      arena.close();
      throw failure;
    }
  }

  /// An empty graph of the rows, or null if the index is none.
  ///
  /// @param near what they are linked by
  @Nullable HnswGraph newGraph(IndexSpec index, VectorRows near) {
    return switch (index) {
      case IndexSpec.Flat(_), IndexSpec.Ivf(_, _) -> null;
      case IndexSpec.Hnsw(var params, _, _) -> new HnswGraph(params, rows, near, tombstones, arena);
    };
  }

  @Override
  public void close() {
    arena.close();
  }
}
