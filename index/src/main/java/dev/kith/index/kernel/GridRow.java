package dev.kith.index.kernel;

/// A row relative to a centre, and what it is replaced by, a grid point ([GridKernel]) or another
/// vector that has a code. Owned by one worker and reused.
public final class GridRow {

  /// The row less the centre.
  public final float[] difference;

  /// Four bits in each byte, and zeros above: as many bytes as there are codes, at most one a
  /// coordinate. Of a grid, two coordinates of two bits or four of one are one code, the first in
  /// the lowest bits: of two bits, 0 to 3 stand for -3/2 to 3/2; of one, 0 and 1 for -1/2 and 1/2.
  public final byte[] codes;

  /// Squared length of the difference.
  public double squaredNorm;

  /// Inner product of the difference and the centre.
  public double withCentre;

  /// Inner product of what replaces the difference and the difference.
  public double gridWithRow;

  /// Inner product of what replaces the difference and the centre.
  public double gridWithCentre;

  /// Room for a register of partial sums.
  final float[] lanes = new float[8];

  /// @param dimension coordinates of a row, a multiple of 16
  public GridRow(int dimension) {
    if (dimension < 16 || dimension % 16 != 0) {
      throw new IllegalArgumentException(
          "dimension must be a multiple of 16 of at least 16, got " + dimension);
    }
    this.difference = new float[dimension];
    this.codes = new byte[dimension];
  }
}
