package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Rounds a vector of floats to signed bytes.
final class Int8Encoder {

  private Int8Encoder() {}

  /// What codes stand for.
  ///
  /// @param factor by which the inner product of codes is multiplied to estimate that of vectors
  /// @param squaredNorm of the vector
  record Codes(float factor, float squaredNorm) {}

  /// Writes the codes of the `dimension` floats at `offset` of `source` to `target`.
  static Codes encode(
      MemorySegment source, long offset, int dimension, MemorySegment target, long targetOffset) {
    float largest = 0;
    for (int i = 0; i < dimension; i++) {
      largest = Math.max(largest, Math.abs(coordinate(source, offset, i)));
    }
    double perUnit = largest == 0 ? 0 : Int8Rows.MAX_CODE / (double) largest;
    double squaredNorm = 0;
    double withCodes = 0;
    for (int i = 0; i < dimension; i++) {
      double coordinate = coordinate(source, offset, i);
      long code = Math.round(coordinate * perUnit);
      target.set(JAVA_BYTE, targetOffset + i, (byte) code);
      squaredNorm += coordinate * coordinate;
      withCodes += coordinate * code;
    }
    return new Codes(withCodes == 0 ? 0 : (float) (squaredNorm / withCodes), (float) squaredNorm);
  }

  private static float coordinate(MemorySegment source, long offset, int i) {
    return source.get(Int8Rows.FLOAT, offset + (long) i * Float.BYTES);
  }
}
