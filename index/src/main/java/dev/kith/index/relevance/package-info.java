/// Relevance: which of the nearest points are near enough to matter.
///
/// Start at [dev.kith.index.relevance.RelevanceModel], which maps scores to probabilities;
/// [dev.kith.index.relevance.RelevanceTraining] makes one from judged queries,
/// [dev.kith.index.relevance.Quality] says how good it is, [dev.kith.index.relevance.Thresholds]
/// where to cut, and [dev.kith.index.relevance.OutlierProfile] whether a query is like anything
/// that was seen before. A [dev.kith.index.relevance.TrainedModel] is all of these together, as
/// they are stored.
///
/// Arithmetic here is in plain loops over arrays, whose order the compiler keeps: a model says the
/// same to the last bit before and after it is compiled, and before and after a restart. The
/// network of a query is one product of a vector with a matrix, column by column, which the
/// compiler turns into SIMD code without reordering any sum.
@NullMarked
package dev.kith.index.relevance;

import org.jspecify.annotations.NullMarked;
