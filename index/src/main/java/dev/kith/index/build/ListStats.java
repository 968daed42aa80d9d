package dev.kith.index.build;

import dev.kith.index.ivf.Tuning;

/// What there is to know of a sealed segment's lists.
///
/// @param count lists
/// @param longest rows of the longest one
/// @param tuning what searches do to find so much of the nearest rows
/// @param drift mean squared distance of the rows from their centroids, in terms of that of the
///   rows that the centroids were learnt from: about 1, and more once rows come that are unlike
///   those
public record ListStats(int count, int longest, Tuning tuning, double drift) {}
