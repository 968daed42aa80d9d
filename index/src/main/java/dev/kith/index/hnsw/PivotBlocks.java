package dev.kith.index.hnsw;

import dev.kith.index.SearchWork;
import dev.kith.index.VectorSpace;
import dev.kith.index.VisitedSet;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.MemorySegment;

/// The nodes a search of a [FastGraph] may start from, coded relative to their mean.
///
/// The mean as a row, padded to 64 bytes; then 32 links and a [FastScan] block for every 32 pivots.
/// A link that is zero is no pivot.
final class PivotBlocks {
  private static final long LINKS_BYTES = (long) FastScan.BLOCK * Integer.BYTES;

  private final MemorySegment segment;
  private final VectorRows mean;
  private final long first;
  private final long blockBytes;
  private final int blocks;

  private PivotBlocks(MemorySegment segment, VectorRows mean, RecordLayout layout) {
    this.segment = segment;
    this.mean = mean;
    this.first = layout.rowBytes();
    this.blockBytes = LINKS_BYTES + layout.blockBytes();
    this.blocks = (int) ((segment.byteSize() - first) / blockBytes);
  }

  /// @param size nodes in the graph
  /// @throws IllegalArgumentException if the segment is not what so many nodes have
  static PivotBlocks over(VectorSpace space, RecordLayout layout, int size, MemorySegment segment) {
    if (segment.byteSize() != bytes(layout, size)) {
      throw new IllegalArgumentException(
          "%d nodes have %d bytes of pivots, got %d"
              .formatted(size, bytes(layout, size), segment.byteSize()));
    }
    VectorRows mean = VectorRows.map(space, segment.asSlice(0, layout.rowBytes()), 1);
    return new PivotBlocks(segment, mean, layout);
  }

  /// Blocks of pivots of so many nodes: 4/3 of the root of their number of pivots, at most 1,024.
  static int blocks(int size) {
    return Math.clamp(Math.round(Math.sqrt(size) / 24), 1, 32);
  }

  /// Bytes that the pivots of so many nodes take.
  static long bytes(RecordLayout layout, int size) {
    return layout.rowBytes() + blocks(size) * (LINKS_BYTES + layout.blockBytes());
  }

  /// Byte at which the links of a block start.
  static long linksAt(RecordLayout layout, int block) {
    return layout.rowBytes() + block * (LINKS_BYTES + layout.blockBytes());
  }

  /// Byte at which the codes of a block start.
  static long codesAt(RecordLayout layout, int block) {
    return linksAt(layout, block) + LINKS_BYTES;
  }

  /// Offers all pivots to the beam.
  ///
  /// @param fast with the table filled for the query
  /// @param visited no node yet
  void offer(QueryBuffer query, FastScratch fast, VisitedSet visited, SearchWork work) {
    float base = fast.centreScorer.bind(mean, query).score(0);
    for (int i = 0; i < blocks; i++) {
      long links = first + i * blockBytes;
      fast.estimate(segment, links, links + LINKS_BYTES, base, visited);
    }
    work.distanceComputations++;
    work.bytesScanned += segment.byteSize();
  }
}
