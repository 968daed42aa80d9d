package dev.kith.client;

import java.util.List;

/// Says how well items answer one query; too slow, or too dear, to be asked about all of them: a
/// cross-encoder, say, or a language model.
@FunctionalInterface
public interface Scorer {

  /// Scores some items.
  ///
  /// @param items at least one, none of which it was asked about before in the same search
  /// @return a score each, in their order, finite; higher is better
  double[] score(List<PointId> items);
}
