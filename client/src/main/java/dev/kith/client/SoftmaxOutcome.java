package dev.kith.client;

import java.util.OptionalDouble;

/// What became of shares of probability. A point's share is `exp(score / temperature - logSumExp)`.
///
/// @param temperature what scores were divided by
/// @param logSumExp natural logarithm of the sum of `exp(score / temperature)` over all
/// @param perplexity exp of the shares' entropy; empty among a whole collection
/// @param effective 1 over the sum of the squares of the shares
/// @param points that have a share; estimated if a filter was asked of a sample
/// @param standardError of `logSumExp`; empty if that is exact. What the index has missed of the
///   nearest points is not in it
public record SoftmaxOutcome(
    double temperature,
    double logSumExp,
    OptionalDouble perplexity,
    double effective,
    long points,
    OptionalDouble standardError) {}
