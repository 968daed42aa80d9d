package dev.kith.server.refusal;

/// One point of a batch that cannot be stored.
///
/// @param index place of the point in its batch, from 0
/// @param id the point's id as a person would write it
/// @param problem what is wrong, what was expected, the value seen
public record PointError(int index, String id, String problem) {}
