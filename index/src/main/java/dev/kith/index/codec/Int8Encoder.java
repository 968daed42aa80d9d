package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import java.lang.foreign.MemorySegment;

/// Rounds a vector of floats to signed bytes and knows what the last ones stand for. Fields, so
/// that encoding a query does not allocate.
final class Int8Encoder {

  /// By which the inner product of the last codes is multiplied to estimate that of vectors.
  float factor;

  /// Of the last vector.
  float squaredNorm;

  /// Writes the codes of the `dimension` floats at `offset` of `source` to `target`.
  void encode(
      MemorySegment source, long offset, int dimension, MemorySegment target, long targetOffset) {
    float largest = 0;
    for (int i = 0; i < dimension; i++) {
      largest = Math.max(largest, Math.abs(coordinate(source, offset, i)));
    }
    double perUnit = largest == 0 ? 0 : Int8Rows.MAX_CODE / (double) largest;
    double squares = 0;
    double withCodes = 0;
    for (int i = 0; i < dimension; i++) {
      double coordinate = coordinate(source, offset, i);
      long code = Math.round(coordinate * perUnit);
      target.set(JAVA_BYTE, targetOffset + i, (byte) code);
      squares += coordinate * coordinate;
      withCodes += coordinate * code;
    }
    factor = withCodes == 0 ? 0 : (float) (squares / withCodes);
    squaredNorm = (float) squares;
  }

  private static float coordinate(MemorySegment source, long offset, int i) {
    return source.get(Int8Rows.FLOAT, offset + (long) i * Float.BYTES);
  }
}
