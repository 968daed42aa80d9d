package dev.kith.bench.peers.engine;

import java.util.stream.IntStream;

/// How many codes a product quantizer makes of a vector.
public final class SubQuantizers {
  private static final int LONG_VECTOR = 128;

  private SubQuantizers() {}

  /// A code for every two coordinates, or every four where vectors are longer than 128; the nearest
  /// divisor of the dimension below that.
  public static int of(int dimension) {
    return atMost(dimension > LONG_VECTOR ? dimension / 4 : dimension / 2, dimension);
  }

  /// The largest divisor of the dimension up to so many codes; one at least.
  public static int atMost(int codes, int dimension) {
    return IntStream.iterate(Math.max(1, codes), count -> count - 1)
        .filter(count -> dimension % count == 0)
        .findFirst()
        .orElseThrow();
  }
}
