package dev.kith.index.plan;

import dev.kith.index.kernel.ExponentialSum;

/// What the scores of all rows that a search may return add up to, as exponentials. A row's share
/// of probability among them is `exp(score / temperature - sum.log())`.
///
/// @param sum of `exp(score / temperature)`, of scores as a user sees them
/// @param halved the same at half the temperature, the sum of the squares of the terms: `sum^2 /
///   halved` is how many equal shares two draws would meet as often in
/// @param rows that may be returned; rounded, if it was estimated
/// @param standardError of `sum.log()`, at least 0, beside rounding, which is up to 1e-6; 0 if the
///   sum is exact
public record CollectionSum(
    ExponentialSum sum, ExponentialSum halved, long rows, double standardError) {}
