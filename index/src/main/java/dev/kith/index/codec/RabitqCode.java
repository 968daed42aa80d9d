package dev.kith.index.codec;

import dev.kith.index.Require;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.GridKernel;
import dev.kith.index.kernel.GridRow;
import dev.kith.index.kernel.LookupTable;

/// How a rotated vector becomes one or two bits a coordinate, and a rotated query the table to look
/// them up in. A value.
///
/// RaBitQ (Gao and Long, *RaBitQ: Quantizing High-Dimensional Vectors with a Theoretical Error
/// Bound for Approximate Nearest Neighbor Search*, SIGMOD 2024, and its extension to more bits,
/// 2025). A vector is coded relative to a centre: its difference from the centre, randomly rotated,
/// is replaced by the nearest point of a grid, and the inner product with the grid point is scaled
/// so that the estimate has no bias. The grid is `{-1/2, 1/2}` or `{-3/2, -1/2, 1/2, 3/2}`.
///
/// Four coordinates of one bit, or two of two bits, make one 4-bit code of a [FastScan] block.
///
/// @param dimension coordinates of a rotated vector: a multiple of 16, in `[16,
///   maxDimension(bits)]`
/// @param bits a coordinate, 1 or 2
public record RabitqCode(int dimension, int bits) implements BlockCode {

  /// Most bits a coordinate.
  public static final int MAX_BITS = 2;

  /*
   * Width of a level of two bits, in standard deviations of a coordinate: coordinates of a rotated
   * vector are nearly normal, and for those this uniform quantizer of four levels has the least
   * error (Max, "Quantizing for minimum distortion", 1960).
   */
  private static final double WIDTH_OF_2_BITS = 0.9957;

  // Static, so that the optimiser knows which one it is.
  private static final GridKernel KERNEL = GridKernel.best();

  public RabitqCode {
    Require.inRange("bits", bits, 1, MAX_BITS);
    Require.inRange("dimension", dimension, 16, maxDimension(bits));
    if (dimension % 16 != 0) {
      throw new IllegalArgumentException("dimension must be a multiple of 16, got " + dimension);
    }
  }

  /// Bits a coordinate that suit vectors of so many dimensions.
  ///
  /// The error of an estimate shrinks with the root of the dimension, so short vectors need more
  /// bits. On GloVe-100, a walk of one bit visits 265 nodes for a recall@10 of .95, one of two bits
  /// 159. Longer vectors take one bit, because two would make a record of a graph half as long
  /// again (at 384 dimensions 4,992 bytes instead of 3,456); where the line is best drawn has not
  /// been measured.
  public static int suitableBits(int dimension) {
    return dimension <= 192 ? 2 : 1;
  }

  /// Most coordinates, so that sums of lookups fit in 16 bits.
  public static int maxDimension(int bits) {
    return FastScan.MAX_LOOKUPS * 4 / bits / 16 * 16;
  }

  @Override
  public int lookups() {
    return dimension * bits / 4;
  }

  /// Largest level of a coordinate; the least is 0.
  int top() {
    return (1 << bits) - 1;
  }

  @Override
  public void round(float[] centre, GridRow row) {
    double deviation = Math.sqrt(row.squaredNorm / dimension);
    float perWidth = row.squaredNorm == 0 ? 0 : (float) (1 / (WIDTH_OF_2_BITS * deviation));
    KERNEL.round(centre, bits, perWidth, row);
  }

  /// Rounds the query to 31 levels (one bit) or 21 (two bits), which adds little to the error that
  /// the codes have by themselves. Otherwise as [BlockCode#fill].
  @Override
  public void fill(float[] query, LookupTable table) {
    Require.inRange("lookups", table.lookups(), lookups(), lookups());
    float largest = 0;
    for (int i = 0; i < dimension; i++) {
      largest = Math.max(largest, Math.abs(query[i]));
    }
    // The entries of a lookup reach from 0 to the sum of its largest weights, whatever their signs.
    int coordinates = 4 / bits;
    int levels = FastScan.MAX_ENTRY / (coordinates * top());
    float scale = largest == 0 ? 1 : largest / levels;
    float inverse = 1 / scale;
    int zeros = 0;
    int sum = 0;
    for (int lookup = 0; lookup < lookups(); lookup++) {
      int i = lookup * coordinates;
      int first = round(query[i] * inverse);
      int second = round(query[i + 1] * inverse);
      if (bits == 1) {
        int third = round(query[i + 2] * inverse);
        int fourth = round(query[i + 3] * inverse);
        zeros += table.set(lookup, first, second, third, fourth);
        sum += first + second + third + fourth;
      } else {
        zeros += table.set(lookup, first, 2 * first, second, 2 * second);
        sum += first + second;
      }
    }
    // A level stands for the grid coordinate level - top / 2.
    table.setValue(scale, -scale * (zeros + sum * top() * 0.5f));
  }

  private static int round(float value) {
    return (int) (value < 0 ? value - 0.5f : value + 0.5f);
  }
}
