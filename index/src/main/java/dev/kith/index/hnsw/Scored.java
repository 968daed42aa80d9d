package dev.kith.index.hnsw;

/// A scored ordinal in one long that orders as a search wants it: by score, equal scores by the
/// smaller ordinal.
final class Scored {

  /*
   *   63            32 31             0
   *   | sortable score | ~ordinal      |
   *
   * Float bits order like sign-magnitude integers; flipping the magnitude of the negative ones makes
   * them order like two's complement.
   */

  private Scored() {}

  /// Packs a score, which a scorer guarantees not to be NaN, with its ordinal.
  static long pack(int ordinal, float score) {
    assert ordinal >= 0 && !Float.isNaN(score) : ordinal + " scored " + score;
    // Adding zero turns -0 into 0, which is equal to it and would tie.
    int bits = sortable(Float.floatToRawIntBits(score + 0f));
    return ((long) bits << 32) | (~ordinal & 0xFFFF_FFFFL);
  }

  static int ordinal(long entry) {
    return ~(int) entry;
  }

  static float score(long entry) {
    return Float.intBitsToFloat(sortable((int) (entry >> 32)));
  }

  /// Its own inverse.
  private static int sortable(int bits) {
    return bits ^ ((bits >> 31) & 0x7FFF_FFFF);
  }
}
