package dev.kith.bench.peers;

/// Speed at a recall.
///
/// @param qps searches a second of processor time
/// @param atLeast whether the true speed may be higher: even the cheapest setting finds more than
///   was asked for
record Reading(double qps, boolean atLeast) {}
