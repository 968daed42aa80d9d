package dev.kith.index.hnsw;

import dev.kith.index.TopK;
import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.flat.Rescorer;

/// What one worker needs to search a [CodedGraph] besides what any graph needs; reused. Not
/// thread-safe.
final class CodedScratch {
  final CodeScorer estimates = new CodeScorer();
  final F32Scorer exact = new F32Scorer();
  final Rescorer rescorer = new Rescorer();
  final TopK candidates = new TopK(1);
}
