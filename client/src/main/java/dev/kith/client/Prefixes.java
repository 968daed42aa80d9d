package dev.kith.client;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/// Prefixes of vectors that sealed segments keep in memory, to be compared before whole vectors
/// are.
///
/// @param basis what they are made of; [Basis#AS_IS] if empty and there are widths
/// @param widths coordinates of each, up to twelve, ascending, below the dimension, of [Basis#PCA]
///   up to 1024; one with another codec than floats. As many as suit if empty and there is a basis
public record Prefixes(Optional<Basis> basis, List<Integer> widths) {
  public Prefixes {
    widths = List.copyOf(widths);
  }

  /// No prefixes: whole vectors are compared, or codes of them.
  public static Prefixes none() {
    return new Prefixes(Optional.empty(), List.of());
  }

  /// Prefixes of given widths; of those that suit if none is given.
  public static Prefixes of(Basis basis, int... widths) {
    return new Prefixes(Optional.of(basis), Arrays.stream(widths).boxed().toList());
  }

  /// Whether there are any.
  public boolean isNone() {
    return basis.isEmpty() && widths.isEmpty();
  }
}
