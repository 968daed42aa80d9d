package dev.kith.client;

/// How a vector is encoded for scanning: a trade of recall at the same `ef` for memory.
///
/// The graph of a sealed segment is walked on codes of its vectors; the best of what is found is
/// then scored by the vectors themselves, so that scores are exact whatever the codec. For HNSW
/// indexes of the compact layout.
public enum Codec {
  /// The coordinates themselves, 4 bytes each: no codes.
  F32,

  /// Half precision, 2 bytes a coordinate. One beyond its range (65,504) is taken for the largest.
  F16,

  /// bfloat16, 2 bytes a coordinate.
  BF16,

  /// A byte a coordinate, with a scale for each vector.
  INT8,

  /// RaBitQ: a bit a coordinate, at least 256 of them, and 12 bytes more. For vectors of some
  /// hundred dimensions or more; asks for a larger `ef`.
  RABITQ
}
