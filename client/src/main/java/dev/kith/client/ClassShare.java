package dev.kith.client;

/// A class and how likely it is.
///
/// @param value of the field that classes are the values of
/// @param probability of it; of a prior, not negative and divided by the sum of all
public record ClassShare(Filter.Value value, double probability) {}
