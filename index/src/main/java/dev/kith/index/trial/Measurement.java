package dev.kith.index.trial;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.trial.IndexTrial.Candidate;

/// What searches of an index in the sample cost.
///
/// @param recall recall@10 that they reach
/// @param nanos of processor time of a search
/// @param distances computed by a search
/// @param bytes of memory that a row takes
record Measurement(IndexSpec index, double recall, double nanos, double distances, double bytes) {
  private static final double NANOS_PER_SECOND = 1e9;

  /// Whether it finds as much as is wanted in less time, or more if neither finds as much.
  boolean isBetterThan(Measurement other, double wanted) {
    boolean bothFind = Math.min(recall, other.recall) >= wanted;
    return bothFind ? nanos < other.nanos : recall > other.recall;
  }

  /// As a search in so many times as many rows would be.
  Candidate projected(Growth growth, double times) {
    double each = nanos * growth.times(index, times);
    return new Candidate(index, NANOS_PER_SECOND / each, recall, bytes);
  }
}
