package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// Scales vectors to length one, which turns a cosine into an inner product.
///
/// The norm is accumulated in doubles: the squares of the largest and of the smallest floats are
/// both representable there, so every finite vector but the zero vector has a direction.
public final class UnitLength {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private UnitLength() {}

  /// Returns the Euclidean norm of the `dimension` little-endian floats at `offset`; 0 for the zero
  /// vector alone.
  ///
  /// @throws IndexOutOfBoundsException if they do not lie inside the segment
  public static double norm(MemorySegment source, long offset, int dimension) {
    Bounds.check(source, offset, dimension);
    double sum0 = 0;
    double sum1 = 0;
    int i = 0;
    for (int last = dimension - 2; i <= last; i += 2) {
      double first = source.get(FLOAT, offset + ((long) i << 2));
      double second = source.get(FLOAT, offset + ((long) i << 2) + Float.BYTES);
      sum0 += first * first;
      sum1 += second * second;
    }
    if (i < dimension) {
      double only = source.get(FLOAT, offset + ((long) i << 2));
      sum0 += only * only;
    }
    return Math.sqrt(sum0 + sum1);
  }

  /// Writes the vector at `offset` of `source`, scaled to length one, to `targetOffset` of
  /// `target`.
  ///
  /// @throws IllegalArgumentException if the vector is zero or has a NaN or an infinity; nothing is
  ///   written then
  /// @throws IndexOutOfBoundsException if either vector does not lie inside its segment
  public static void copy(
      MemorySegment source, long offset, MemorySegment target, long targetOffset, int dimension) {
    double norm = norm(source, offset, dimension);
    Bounds.check(target, targetOffset, dimension);
    if (!(norm > 0 && norm < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          norm == 0
              ? "a zero vector has no direction, so no cosine: every coordinate is 0"
              : "every coordinate must be finite, got a norm of " + norm);
    }
    double scale = 1 / norm;
    for (int i = 0; i < dimension; i++) {
      long at = (long) i << 2;
      target.set(FLOAT, targetOffset + at, (float) (source.get(FLOAT, offset + at) * scale));
    }
  }
}
