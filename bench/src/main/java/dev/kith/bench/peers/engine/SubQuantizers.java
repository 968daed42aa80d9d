package dev.kith.bench.peers.engine;

import java.util.stream.IntStream;

/// How many codes a product quantizer makes of a vector.
public final class SubQuantizers {
  private static final int LONG_VECTOR = 128;

  private SubQuantizers() {}

  /// A code for every two coordinates, or every four where vectors are longer than 128; the nearest
  /// divisor of the dimension below that.
  public static int of(int dimension) {
    int wanted = Math.max(1, dimension > LONG_VECTOR ? dimension / 4 : dimension / 2);
    return IntStream.iterate(wanted, count -> count - 1)
        .filter(count -> dimension % count == 0)
        .findFirst()
        .orElseThrow();
  }
}
