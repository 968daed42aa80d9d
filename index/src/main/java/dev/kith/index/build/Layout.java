package dev.kith.index.build;

/// How a sealed graph lies in memory and in its file. A growing segment is always [#COMPACT].
///
/// Below, `row` is what a vector takes, 4 bytes a dimension, and `slots` is `2 * m` rounded up to a
/// multiple of 32.
public enum Layout {
  /// Vectors in one table, links in another.
  ///
  /// A vector takes about `row + 4 * 2m + 13` bytes.
  COMPACT,

  /// One record a node: its vector, its links and its neighbours' RaBitQ codes, of 1 or 2 bits a
  /// dimension, so that a hop is one sequential read instead of one read a neighbour. After
  /// SymphonyQG (Gou et al., SIGMOD 2025).
  ///
  /// A sealed segment is searched about two to three times faster; a vector takes about `row + 12 *
  /// slots + slots * bits * dimension / 8` bytes. For vectors of up to [#MAX_FAST_DIMENSION]
  /// dimensions.
  FAST;

  /// Most dimensions of a vector laid out [#FAST].
  public static final int MAX_FAST_DIMENSION = 4096;
}
