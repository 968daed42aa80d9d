package dev.kith.index.kernel;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Objects;

/// The definition of [GridKernel], one coordinate at a time. It also runs where the Vector API is
/// missing.
final class ScalarGridKernel implements GridKernel {

  static final ScalarGridKernel INSTANCE = new ScalarGridKernel();

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

  private ScalarGridKernel() {}

  @Override
  public void subtract(float[] centre, MemorySegment rows, long offset, GridRow result) {
    float[] difference = result.difference;
    check(centre, rows, offset, result);
    double squaredNorm = 0;
    double withCentre = 0;
    for (int i = 0; i < difference.length; i++) {
      float coordinate = rows.get(FLOAT, offset + (long) i * Float.BYTES) - centre[i];
      difference[i] = coordinate;
      squaredNorm += (double) coordinate * coordinate;
      withCentre += (double) coordinate * centre[i];
    }
    result.squaredNorm = squaredNorm;
    result.withCentre = withCentre;
  }

  @Override
  public void round(float[] centre, int bits, float perWidth, GridRow result) {
    float[] difference = result.difference;
    check(centre, result);
    float middle = bits == 1 ? 0.5f : 1.5f;
    double gridWithRow = 0;
    double gridWithCentre = 0;
    int perCode = 4 / bits;
    int code = 0;
    for (int i = 0; i < difference.length; i++) {
      int level = bits == 1 ? sign(difference[i]) : level(difference[i] * perWidth);
      float grid = level - middle;
      gridWithRow += (double) grid * difference[i];
      gridWithCentre += (double) grid * centre[i];
      code |= level << (bits * (i % perCode));
      if (i % perCode == perCode - 1) {
        result.codes[i / perCode] = (byte) code;
        code = 0;
      }
    }
    result.gridWithRow = gridWithRow;
    result.gridWithCentre = gridWithCentre;
  }

  private static int sign(float value) {
    return value >= 0 ? 1 : 0;
  }

  private static int level(float widths) {
    boolean outer = Math.abs(widths) >= 1;
    return widths >= 0 ? (outer ? 3 : 2) : (outer ? 0 : 1);
  }

  static void check(float[] centre, MemorySegment rows, long offset, GridRow result) {
    check(centre, result);
    Bounds.check(rows, offset, result.difference.length);
  }

  static void check(float[] centre, GridRow result) {
    Objects.checkFromIndexSize(0, result.difference.length, centre.length);
  }
}
