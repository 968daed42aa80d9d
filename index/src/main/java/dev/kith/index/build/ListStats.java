package dev.kith.index.build;

/// What there is to know of a sealed segment's lists.
///
/// @param count lists
/// @param longest rows of the longest one
/// @param nprobe most lists that a search reads that does not say how many
/// @param patience lists in a row that change none of its candidates, after which it ends
/// @param drift mean squared distance of the rows from their centroids, in terms of that of the
///   rows that the centroids were learnt from: about 1, and more once rows come that are unlike
///   those
public record ListStats(int count, int longest, int nprobe, int patience, double drift) {}
