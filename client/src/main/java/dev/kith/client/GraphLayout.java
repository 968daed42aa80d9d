package dev.kith.client;

/// How the graph of a sealed segment lies in memory and in its file: a trade of memory for speed.
///
/// The growing segment, which takes new points, is always compact. A vector itself takes 4 bytes a
/// dimension either way.
public enum GraphLayout {
  /// Vectors in one table, links in another: beside its vector, a point takes about `8 * m + 13`
  /// bytes.
  COMPACT,

  /// One record a point: its vector, its links and small codes of the vectors it links to. Searches
  /// about two to three times faster. With `s` for `2 * m` rounded up to a multiple of 32, a point
  /// takes, beside its vector, about `12 * s` bytes and 1 or 2 bits for each of `s` times
  /// dimension. Refused for more than 4096 dimensions.
  FAST
}
