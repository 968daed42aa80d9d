package dev.kith.server.search;

import dev.kith.index.rank.Temperature;
import dev.kith.server.filter.FieldPath;
import java.util.List;

/// How to classify, in range.
///
/// @param field whose values are the classes
/// @param temperature that divides the scores of neighbours
/// @param prior what is held likely without them, each value once, with a sum above zero; empty for
///   none
/// @param neighborsWeight of the neighbours against the prior, in `[0, 1]`
/// @param minConfidence probability of a class below which the answer abstains, in `[0, 1]`
/// @param maxClasses to return, at least 1
/// @param search how neighbours are looked for: as many as its limit
public record ClassifyOptions(
    FieldPath field,
    Temperature temperature,
    List<ClassShare> prior,
    double neighborsWeight,
    double minConfidence,
    int maxClasses,
    SearchOptions search) {
  public ClassifyOptions {
    prior = List.copyOf(prior);
  }
}
