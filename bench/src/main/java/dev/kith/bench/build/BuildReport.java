package dev.kith.bench.build;

import dev.kith.index.plan.RecallSample;
import java.util.Optional;

/// What a build made, and at what cost.
///
/// @param vectors rows indexed
/// @param segments segments they are in
/// @param seconds from the first row read to the folder being whole
/// @param peakResidentBytes most physical memory of the process until then; 0 if unknown
/// @param segmentBytes size of the segment files
/// @param folderBytes size of all files
/// @param recall on a sample of its own rows; empty if there are too few
public record BuildReport(
    long vectors,
    int segments,
    double seconds,
    long peakResidentBytes,
    long segmentBytes,
    long folderBytes,
    Optional<RecallSample.Result> recall) {

  /// Rows indexed a second.
  public double vectorsPerSecond() {
    return vectors / seconds;
  }

  /// Bytes of the segments a row: what a server searches.
  public double bytesPerVector() {
    return (double) segmentBytes / vectors;
  }
}
