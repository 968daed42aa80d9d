package dev.kith.index.hnsw;

import dev.kith.index.codec.F32Scorer;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.LookupTable;

/// What one worker needs to search a [FastGraph]; reused, so that searching does not allocate. Not
/// thread-safe.
///
/// The part that depends on the shape of vectors is made again when that changes.
final class FastScratch {
  final EstimateBeam beam = new EstimateBeam();
  final F32Scorer scorer = new F32Scorer();
  final F32Scorer centreScorer = new F32Scorer();
  final float[] estimates = new float[FastScan.BLOCK];

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
}
