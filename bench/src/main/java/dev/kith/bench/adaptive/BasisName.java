package dev.kith.bench.adaptive;

import dev.kith.index.codec.Basis;

/// What the command line calls a basis.
public final class BasisName {

  private BasisName() {}

  /// Reads `pca` or `as-is`.
  ///
  /// @throws IllegalArgumentException if it is neither
  public static Basis parse(String name) {
    return switch (name) {
      case "pca" -> Basis.PCA;
      case "as-is" -> Basis.AS_IS;
      default -> throw new IllegalArgumentException("basis must be pca or as-is, got " + name);
    };
  }

  static String of(Basis basis) {
    return switch (basis) {
      case PCA -> "pca";
      case AS_IS -> "as-is";
    };
  }
}
