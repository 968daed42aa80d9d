package dev.kith.server.collection;

import dev.kith.index.relevance.TrainedModel;
import java.time.Instant;

/// A model of relevance under a name.
///
/// @param name its name
/// @param version which model of that name it is, from 1 on; 0 of those that need no training
/// @param created when it was trained; the epoch of those that need no training
/// @param seed of its training
/// @param queries judged queries that it was fitted to; 0 of a rule of thumb
/// @param pairs pairs of a query and a judged candidate among them
/// @param trained the model itself
public record KeptModel(
    String name,
    long version,
    Instant created,
    long seed,
    long queries,
    long pairs,
    TrainedModel trained) {

  /// Whether it was fitted to judged queries, so that its probabilities are some.
  public boolean isFitted() {
    return queries > 0;
  }

  /// Whether it is there without training.
  public boolean isRule() {
    return version == 0;
  }
}
