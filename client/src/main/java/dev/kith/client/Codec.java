package dev.kith.client;

/// How a vector is encoded for scanning: a trade of recall at the same `ef` for memory.
///
/// The graph of a sealed segment is walked on codes of its vectors, as its lists are read, or all
/// of them are scanned; the best of what is found is then scored by the vectors themselves, so that
/// scores are exact whatever the codec. For any index but a graph of the fast layout; the default
/// of inverted lists is [#RABITQ] up to 4096 dimensions and [#INT8] beyond.
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
  /// hundred dimensions or more; asks for a larger `ef`. With inverted lists a bit a coordinate,
  /// two up to 192 dimensions, and 4 bytes more; at most 4096 dimensions. Up to eight bits may be
  /// asked for instead.
  RABITQ,

  /// Product quantization: 4 bits for every two coordinates, or 8 for every four, and 4 bytes more.
  PQ,

  /// [#PQ] of vectors that are turned first, so that words stand for them with less error. Takes
  /// longer to learn, of at most 2048 dimensions.
  OPQ
}
