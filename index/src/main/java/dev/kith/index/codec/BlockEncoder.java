package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FastScan;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;

/// Writes [FastScan] blocks whose estimates are raw scores ([Scorer]), each block relative to a
/// centre: the `base` of the estimate is the raw score of the centre. Owned by one worker.
///
/// With `o = P(r - c)` the rotated difference of a row from the centre, `g` its grid point, and `b
/// = |o|² / <g, o>`, RaBitQ estimates `<r - c, x>` by `b <g, Px>` for any `x`. Applied to the
/// difference of query and centre, which is short where it matters:
///
/// - inner product: `<r, q> = <c, q> + <r - c, c> + <r - c, q - c>`
/// - squared distance: `|r - q|² = |q - c|² + |o|² - 2 <r - c, q - c>`
///
/// Everything but `<g, Pq>` is known beforehand and goes into an addend and a factor.
public final class BlockEncoder {

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  /*
   * Width of a level of two bits, in standard deviations of a coordinate: coordinates of a rotated
   * vector are nearly normal, and for those this uniform quantizer of four levels has the least
   * error (Max, "Quantizing for minimum distortion", 1960).
   */
  private static final double WIDTH_OF_2_BITS = 0.9957;

  private final Rabitq code;
  private final boolean euclidean;
  private final float[] centre;
  private final float[] difference;
  private final float[] row;
  private final byte[] codes;

  public BlockEncoder(Rabitq code, Metric metric) {
    this.code = code;
    this.euclidean = metric == Metric.EUCLIDEAN;
    this.centre = new float[code.dimension()];
    this.difference = new float[code.dimension()];
    this.row = new float[code.dimension()];
    this.codes = new byte[code.lookups() * FastScan.BLOCK / 2];
  }

  /// Sets the centre of the blocks written next.
  ///
  /// @param rotated holds the rotated centre as floats, `offset` bytes from its start
  public void setCentre(MemorySegment rotated, long offset) {
    MemorySegment.copy(rotated, FLOAT, offset, centre, 0, centre.length);
  }

  /// Writes a block.
  ///
  /// @param rotated rotated rows, [Rabitq#dimension()] floats each
  /// @param ordinals which of them, from `from` on
  /// @param count how many, at most 32; what is left of the block is estimated as negative infinity
  /// @param target takes [FastScan#blockBytes] bytes from `offset` on
  public void write(
      MemorySegment rotated,
      int[] ordinals,
      int from,
      int count,
      MemorySegment target,
      long offset) {
    Arrays.fill(codes, (byte) 0);
    for (int k = 0; k < FastScan.BLOCK; k++) {
      long addendAt = offset + (long) k * Float.BYTES;
      long factorAt = addendAt + (long) FastScan.BLOCK * Float.BYTES;
      if (k < count) {
        long at = (long) ordinals[from + k] * code.dimension() * Float.BYTES;
        MemorySegment.copy(rotated, FLOAT, at, row, 0, row.length);
        encode(k, target, addendAt, factorAt);
      } else {
        target.set(FLOAT, addendAt, Float.NEGATIVE_INFINITY);
        target.set(FLOAT, factorAt, 0);
      }
    }
    MemorySegment.copy(codes, 0, target, JAVA_BYTE, offset + FastScan.FACTORS_BYTES, codes.length);
  }

  private void encode(int k, MemorySegment target, long addendAt, long factorAt) {
    double squared = 0;
    double withCentre = 0;
    for (int i = 0; i < difference.length; i++) {
      float coordinate = row[i] - centre[i];
      difference[i] = coordinate;
      squared += coordinate * coordinate;
      withCentre += coordinate * centre[i];
    }
    double deviation = Math.sqrt(squared / difference.length);
    float perWidth = squared == 0 ? 0 : (float) (1 / (WIDTH_OF_2_BITS * deviation));
    float middle = code.top() * 0.5f;
    int bits = code.bits();
    int shift = FastScan.isHigh(k) ? 4 : 0;
    int place = FastScan.codeByte(k);
    double gridWithRow = 0;
    double gridWithCentre = 0;
    int nibble = 0;
    int used = 0;
    for (int i = 0; i < difference.length; i++) {
      int level = level(difference[i], perWidth);
      float grid = level - middle;
      gridWithRow += grid * difference[i];
      gridWithCentre += grid * centre[i];
      nibble |= level << used;
      used += bits;
      if (used == 4) {
        codes[place] |= (byte) (nibble << shift);
        place += FastScan.BLOCK / 2;
        nibble = 0;
        used = 0;
      }
    }
    double unbiased = gridWithRow == 0 ? 0 : squared / gridWithRow;
    if (euclidean) {
      target.set(FLOAT, addendAt, (float) -(squared + 2 * unbiased * gridWithCentre));
      target.set(FLOAT, factorAt, (float) (2 * unbiased));
    } else {
      target.set(FLOAT, addendAt, (float) (withCentre - unbiased * gridWithCentre));
      target.set(FLOAT, factorAt, (float) unbiased);
    }
  }

  private int level(float coordinate, float perWidth) {
    if (code.bits() == 1) {
      return coordinate >= 0 ? 1 : 0;
    }
    return Math.clamp((int) Math.floor(coordinate * perWidth) + 2, 0, 3);
  }
}
