/// How well models of relevance tell which candidates matter, measured on a data set that knows
/// ([dev.kith.bench.dataset.Judgments]).
///
/// Start at [dev.kith.bench.relevance.RelevanceRun]. Candidates are the nearest rows of every
/// judged query, found by comparing all; what nobody judged counts as irrelevant. For every seed
/// the queries are split anew as [dev.kith.index.relevance.RelevanceTraining] splits them, and
/// every figure is of queries that no model has seen.
@NullMarked
package dev.kith.bench.relevance;

import org.jspecify.annotations.NullMarked;
