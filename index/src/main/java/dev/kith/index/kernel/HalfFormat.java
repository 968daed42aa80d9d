package dev.kith.index.kernel;

/// How a number is kept in 16 bits. Both round to nearest, ties to even.
public enum HalfFormat {

  /// IEEE 754 binary16: 11 significant bits, magnitudes from 6e-8 to 65,504.
  F16 {
    @Override
    public short encode(float value) {
      return Float.floatToFloat16(value);
    }

    @Override
    public float decode(short half) {
      return Float.float16ToFloat(half);
    }
  },

  /// The upper half of a binary32 (bfloat16): 8 significant bits, the magnitudes of a float.
  BF16 {
    @Override
    public short encode(float value) {
      int bits = Float.floatToRawIntBits(value);
      if (Float.isNaN(value)) {
        return (short)
            ((bits >>> 16) | 0x40); // Quiet, for the bits that say NaN may all be cut off.
      }
      // Adds just under half a unit, and the rest of it where the last bit kept is odd.
      return (short) ((bits + 0x7FFF + ((bits >>> 16) & 1)) >>> 16);
    }

    @Override
    public float decode(short half) {
      return Float.intBitsToFloat(half << 16);
    }
  };

  /// Returns the nearest number of this format; an infinity if it is nearer than the largest.
  public abstract short encode(float value);

  /// Returns the nearest finite number of this format.
  ///
  /// @param value finite
  public short encodeFinite(float value) {
    short nearest = encode(value);
    // Of a magnitude less by one: the largest that is finite.
    return Float.isInfinite(decode(nearest)) ? (short) (nearest - 1) : nearest;
  }

  /// Returns the value of 16 bits, exactly.
  public abstract float decode(short half);
}
