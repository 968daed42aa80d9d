package dev.kith.bench.micro;

/// The random numbers of the kernel benchmark, in Java as in `kernels.c`.
///
/// SplitMix64 (Steele, Lea and Flood, Fast Splittable Pseudorandom Number Generators, 2014).
final class SplitMix {
  private long state;

  SplitMix(long seed) {
    this.state = seed;
  }

  long next() {
    state += 0x9E3779B97F4A7C15L;
    long z = state;
    z = (z ^ (z >>> 30)) * 0xBF58476D1CE4E5B9L;
    z = (z ^ (z >>> 27)) * 0x94D049BB133111EBL;
    return z ^ (z >>> 31);
  }

  /// Coordinates in `[-0.5, 0.5)`.
  float[] vector(int dimension) {
    float[] vector = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      vector[i] = (next() >>> 40) * 0x1p-24f - 0.5f;
    }
    return vector;
  }
}
