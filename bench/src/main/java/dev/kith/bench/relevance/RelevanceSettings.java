package dev.kith.bench.relevance;

import dev.kith.index.Require;
import dev.kith.index.relevance.RelevanceModel;
import dev.kith.index.relevance.RelevanceTraining;

/// What a report is to measure.
///
/// @param candidates of each query, in `[10, 1000]`
/// @param queries most judged queries, drawn at random, in `[20, 100000000]`; 0 for all
/// @param seeds splits and trainings, with the seeds from 1 on, in `[1, 100]`
/// @param hiddenUnits of the networks, in `[1, 1024]`
/// @param unfit queries of each kind that nothing fits, in `[10, 1000000]`
/// @param grading what grades count for
/// @param threads that search for candidates, build and embed, in `[1, 1024]`; one trains
public record RelevanceSettings(
    int candidates,
    int queries,
    int seeds,
    int hiddenUnits,
    int unfit,
    Grading grading,
    int threads) {

  /// @throws IllegalArgumentException if something is out of range
  public RelevanceSettings {
    Require.inRange("candidates", candidates, 10, RelevanceModel.MAX_CANDIDATES);
    if (queries != 0) {
      Require.inRange("queries", queries, RelevanceTraining.LEAST_LISTS, 100_000_000);
    }
    Require.inRange("seeds", seeds, 1, 100);
    Require.inRange("hidden units", hiddenUnits, 1, 1024);
    Require.inRange("unfit queries", unfit, 10, 1_000_000);
    Require.inRange("threads", threads, 1, 1024);
  }
}
