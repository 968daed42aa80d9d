package dev.kith.index.codec;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FactorFormat;
import dev.kith.index.kernel.FastScan;
import dev.kith.index.kernel.GridKernel;
import dev.kith.index.kernel.GridRow;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/// Writes [FastScan] blocks whose estimates are raw scores ([Scorer]), each block relative to a
/// centre: the `base` of the estimate is the raw score of the centre. See [CodeFactors]. Owned by
/// one worker.
public final class BlockEncoder {

  /// Bytes from an addend to its factor, if they are floats.
  private static final long APART = (long) FastScan.BLOCK * Float.BYTES;

  // Static, so that the optimiser knows which one it is.
  private static final GridKernel KERNEL = GridKernel.best();

  private final BlockCode code;
  private final FactorFormat format;
  private final float[] centre;
  private final GridRow row;
  private final byte[] codes;
  private final CodeFactors factors;

  /// @param format of the blocks
  public BlockEncoder(BlockCode code, Metric metric, FactorFormat format) {
    this.code = code;
    this.format = format;
    this.factors = new CodeFactors(metric, format);
    this.centre = new float[code.dimension()];
    this.row = new GridRow(code.dimension());
    this.codes = new byte[code.lookups() * FastScan.BLOCK / 2];
  }

  /// Sets the centre of the blocks written next.
  ///
  /// @param rotated coordinates of the rotated centre, [BlockCode#dimension()] of them
  public void setCentre(float[] rotated) {
    System.arraycopy(rotated, 0, centre, 0, centre.length);
  }

  /// Writes a block.
  ///
  /// @param rotated rotated rows, [BlockCode#dimension()] floats each
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
      long factorsAt = offset + (long) k * Float.BYTES;
      if (k < count) {
        long at = (long) ordinals[from + k] * code.dimension() * Float.BYTES;
        KERNEL.subtract(centre, rotated, at, row);
        code.round(centre, row);
        place(k);
        factors.set(row);
        factors.store(target, factorsAt, APART);
      } else {
        format.store(Float.NEGATIVE_INFINITY, 0, target, factorsAt, APART);
      }
    }
    long codesAt = offset + FastScan.factorsBytes(format);
    MemorySegment.copy(codes, 0, target, JAVA_BYTE, codesAt, codes.length);
  }

  /// Puts the codes of a row where they belong in the block.
  private void place(int k) {
    int shift = FastScan.isHigh(k) ? 4 : 0;
    int at = FastScan.codeByte(k);
    for (int lookup = 0; lookup < code.lookups(); lookup++) {
      codes[at] |= (byte) (row.codes[lookup] << shift);
      at += FastScan.BLOCK / 2;
    }
  }
}
