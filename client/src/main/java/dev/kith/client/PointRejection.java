package dev.kith.client;

/// A point of a bulk load that was not written.
///
/// @param batch number of its batch, from 1
/// @param index of the point in its batch, from 0
/// @param id its id
/// @param problem what is wrong, what was expected, the value seen
public record PointRejection(long batch, int index, PointId id, String problem) {}
