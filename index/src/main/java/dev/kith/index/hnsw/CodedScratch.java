package dev.kith.index.hnsw;

import dev.kith.index.codec.CodeScorer;
import dev.kith.index.codec.F32Scorer;

/// What one worker needs to search a [CodedGraph] besides what any graph needs; reused. Not
/// thread-safe.
final class CodedScratch {
  final CodeScorer estimates = new CodeScorer();
  final F32Scorer exact = new F32Scorer();
}
