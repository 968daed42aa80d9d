package dev.kith.index.codec;

import dev.kith.index.Require;

/// Of which coordinates a prefix of a vector is made.
public enum Basis {

  /// Of its own, in their order: of embeddings that were trained so that the first of them tell the
  /// most (Matryoshka; Kusupati et al., *Matryoshka representation learning*, NeurIPS 2022).
  AS_IS,

  /// Of those along the axes on which the vectors of a segment vary most, which give any embedding
  /// prefixes: see [PrincipalComponents].
  PCA;

  /// By which files and records know it, for ever.
  public int number() {
    return this == AS_IS ? 0 : 1;
  }

  /// The basis with a number.
  ///
  /// @throws IllegalArgumentException if there is none
  public static Basis numbered(int number) {
    return Require.inRange("basis", number, 0, 1) == 0 ? AS_IS : PCA;
  }
}
