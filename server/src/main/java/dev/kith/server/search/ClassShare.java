package dev.kith.server.search;

import dev.kith.server.filter.Value;

/// A class and how likely it is.
///
/// @param value of the field
/// @param probability finite and not negative
public record ClassShare(Value value, double probability) {}
