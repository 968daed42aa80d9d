package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.Labels;
import dev.kith.bench.dataset.QuerySplit;
import java.util.Optional;

/// What settings are measured on.
///
/// @param labels of its vectors, if known
/// @param split its queries that take part
record Evaluation(Dataset dataset, Optional<Labels> labels, QuerySplit split) {

  /// Measures settings on the queries that choose.
  ///
  /// @param limit hits that settings want
  Judge choosing(int limit) {
    return Judge.of(limit, dataset, labels, split.choosing());
  }

  /// Measures settings on the queries that judge.
  ///
  /// @param limit hits that settings want
  Judge judging(int limit) {
    return Judge.of(limit, dataset, labels, split.judging());
  }
}
