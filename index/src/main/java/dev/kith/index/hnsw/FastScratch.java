package dev.kith.index.hnsw;

import dev.kith.index.VisitedSet;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.LookupTable;
import java.lang.foreign.MemorySegment;

/// What one worker needs to search a [FastGraph]; reused, so that searching does not allocate. Not
/// thread-safe.
///
/// The part that depends on the shape of vectors is made again when that changes.
final class FastScratch {

  // Static, so that the optimiser knows which one it is.
  private static final FastScan FAST_SCAN = FastScan.best();

  final EstimateBeam beam = new EstimateBeam();
  final F32Scorer scorer = new F32Scorer();
  final F32Scorer centreScorer = new F32Scorer();
  private final float[] estimates = new float[FastScan.BLOCK];
  private final long[] found = new long[FastScan.BLOCK];

  /// The query, rotated.
  float[] rotated = new float[0];

  LookupTable table = new LookupTable(4);

  /// Makes room for queries of so many coordinates, and tables of so many lookups.
  void fit(int dimension, int lookups) {
    if (rotated.length != dimension) {
      rotated = new float[dimension];
    }
    if (table.lookups() != lookups) {
      table = new LookupTable(lookups);
    }
  }

  /// Estimates a block of nodes and adds those to the beam that are good enough for it.
  ///
  /// @param links byte of `segment` at which the links to the nodes start
  /// @param block byte of `segment` at which their codes start
  /// @param base raw score of the centre they are coded relative to
  /// @param visited nodes that are of no interest any more
  void estimate(MemorySegment segment, long links, long block, float base, VisitedSet visited) {
    int above =
        FAST_SCAN.estimate(
            table, RecordLayout.FACTORS, segment, block, base, beam.floor(), estimates);
    int count = 0;
    while (above != 0) {
      int place = Integer.numberOfTrailingZeros(above);
      above &= above - 1;
      int node = GraphLinks.target(GraphLinks.read(segment, links, place));
      if (!visited.contains(node)) {
        found[count++] = Scored.pack(node, estimates[place]);
      }
    }
    if (count > 0) {
      beam.add(found, count);
    }
  }
}
