package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/// How the two numbers are kept that a coded vector carries beside its code: the *addend* and the
/// *factor* of its estimate.
public enum FactorFormat {

  /// Two floats.
  FLOAT,

  /// Both in the 32 bits of an int ([HalfFormat#BF16]), the addend in the upper half. What they
  /// lose, less than a 256th, is little beside the error of a code of a few bits a coordinate.
  BF16;

  /// In which files are written now.
  public static final FactorFormat WRITTEN = BF16;

  private static final ValueLayout.OfInt INT =
      ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
  static final int ADDEND = 0xFFFF0000;

  /// Bytes of both.
  public int bytes() {
    return this == FLOAT ? 2 * Float.BYTES : Integer.BYTES;
  }

  /// The nearest finite number that can be kept.
  ///
  /// @param value finite
  public float nearest(float value) {
    return this == FLOAT ? value : HalfFormat.BF16.decode(HalfFormat.BF16.encodeFinite(value));
  }

  /// Keeps two numbers.
  ///
  /// @param addend one of [#nearest], or an infinity
  /// @param factor one of [#nearest]
  /// @param at byte of the target where the addend goes, or both
  /// @param apart bytes from one float to the other; of no meaning where both are in an int
  public void store(float addend, float factor, MemorySegment target, long at, long apart) {
    int upper = Float.floatToRawIntBits(addend);
    int lower = Float.floatToRawIntBits(factor);
    if (this == FLOAT) {
      target.set(INT, at, upper);
      target.set(INT, at + apart, lower);
    } else {
      target.set(INT, at, upper | lower >>> Short.SIZE);
    }
  }

  /// The addend that [#store] kept there.
  public float addend(MemorySegment source, long at) {
    int bits = source.get(INT, at);
    return Float.intBitsToFloat(this == FLOAT ? bits : bits & ADDEND);
  }

  /// The factor that [#store] kept there.
  public float factor(MemorySegment source, long at, long apart) {
    return Float.intBitsToFloat(
        this == FLOAT ? source.get(INT, at + apart) : source.get(INT, at) << Short.SIZE);
  }
}
