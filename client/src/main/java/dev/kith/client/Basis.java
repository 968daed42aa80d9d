package dev.kith.client;

/// Of which coordinates a prefix of a vector is made.
public enum Basis {
  /// Of its first ones: right for embeddings that were trained so that these tell the most
  /// (Matryoshka).
  AS_IS,

  /// Of those along axes on which the vectors of a segment vary most: right for any other
  /// embedding, of at most 4096 dimensions.
  PCA
}
