package dev.kith.index.kernel;

import static jdk.incubator.vector.VectorOperators.GE;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Sixteen coordinates at a time, in two registers of 256 bits.
final class SimdGridKernel implements GridKernel {

  /*
   * 256 bits on every processor, and sums of lanes that are added up one by one in their order: what
   * is found goes into files, which are to be the same wherever they are made. (A reduction adds in
   * another order once it is compiled.)
   *
   * As in SimdKernel, no method of ours takes or returns a vector.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
  private static final int LANES = SPECIES.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  @Override
  public void subtract(float[] centre, MemorySegment rows, long offset, GridRow result) {
    ScalarGridKernel.check(centre, rows, offset, result);
    float[] difference = result.difference;
    FloatVector squares0 = FloatVector.zero(SPECIES);
    FloatVector squares1 = squares0;
    FloatVector products0 = squares0;
    FloatVector products1 = squares0;
    for (int i = 0; i < difference.length; i += 2 * LANES) {
      long at = offset + ((long) i << 2);
      FloatVector centre0 = FloatVector.fromArray(SPECIES, centre, i);
      FloatVector centre1 = FloatVector.fromArray(SPECIES, centre, i + LANES);
      FloatVector row0 = FloatVector.fromMemorySegment(SPECIES, rows, at, ORDER).sub(centre0);
      FloatVector row1 = FloatVector.fromMemorySegment(SPECIES, rows, at + 32, ORDER).sub(centre1);
      row0.intoArray(difference, i);
      row1.intoArray(difference, i + LANES);
      squares0 = row0.fma(row0, squares0);
      squares1 = row1.fma(row1, squares1);
      products0 = row0.fma(centre0, products0);
      products1 = row1.fma(centre1, products1);
    }
    squares0.add(squares1).intoArray(result.lanes, 0);
    result.squaredNorm = sum(result.lanes);
    products0.add(products1).intoArray(result.lanes, 0);
    result.withCentre = sum(result.lanes);
  }

  @Override
  public void round(float[] centre, int bits, float perWidth, GridRow result) {
    ScalarGridKernel.check(centre, result);
    if (bits == 1) {
      roundToOneBit(centre, result);
    } else {
      roundToTwoBits(centre, perWidth, result);
    }
  }

  private static void roundToOneBit(float[] centre, GridRow result) {
    float[] difference = result.difference;
    byte[] codes = result.codes;
    FloatVector below = FloatVector.broadcast(SPECIES, -0.5f);
    FloatVector withRow0 = FloatVector.zero(SPECIES);
    FloatVector withRow1 = withRow0;
    FloatVector withCentre0 = withRow0;
    FloatVector withCentre1 = withRow0;
    for (int i = 0; i < difference.length; i += 2 * LANES) {
      FloatVector row0 = FloatVector.fromArray(SPECIES, difference, i);
      FloatVector row1 = FloatVector.fromArray(SPECIES, difference, i + LANES);
      VectorMask<Float> above0 = row0.compare(GE, 0);
      VectorMask<Float> above1 = row1.compare(GE, 0);
      FloatVector grid0 = below.blend(0.5f, above0);
      FloatVector grid1 = below.blend(0.5f, above1);
      withRow0 = grid0.fma(row0, withRow0);
      withRow1 = grid1.fma(row1, withRow1);
      withCentre0 = grid0.fma(FloatVector.fromArray(SPECIES, centre, i), withCentre0);
      withCentre1 = grid1.fma(FloatVector.fromArray(SPECIES, centre, i + LANES), withCentre1);
      int word = (int) (above0.toLong() | (above1.toLong() << LANES));
      int code = i >> 2;
      codes[code] = (byte) (word & 15);
      codes[code + 1] = (byte) (word >>> 4 & 15);
      codes[code + 2] = (byte) (word >>> 8 & 15);
      codes[code + 3] = (byte) (word >>> 12);
    }
    withRow0.add(withRow1).intoArray(result.lanes, 0);
    result.gridWithRow = sum(result.lanes);
    withCentre0.add(withCentre1).intoArray(result.lanes, 0);
    result.gridWithCentre = sum(result.lanes);
  }

  private static void roundToTwoBits(float[] centre, float perWidth, GridRow result) {
    float[] difference = result.difference;
    byte[] codes = result.codes;
    FloatVector inner = FloatVector.broadcast(SPECIES, 0.5f);
    FloatVector withRow0 = FloatVector.zero(SPECIES);
    FloatVector withRow1 = withRow0;
    FloatVector withCentre0 = withRow0;
    FloatVector withCentre1 = withRow0;
    for (int i = 0; i < difference.length; i += 2 * LANES) {
      FloatVector row0 = FloatVector.fromArray(SPECIES, difference, i);
      FloatVector row1 = FloatVector.fromArray(SPECIES, difference, i + LANES);
      FloatVector widths0 = row0.mul(perWidth);
      FloatVector widths1 = row1.mul(perWidth);
      VectorMask<Float> above0 = widths0.compare(GE, 0);
      VectorMask<Float> above1 = widths1.compare(GE, 0);
      VectorMask<Float> outer0 = widths0.abs().compare(GE, 1);
      VectorMask<Float> outer1 = widths1.abs().compare(GE, 1);
      FloatVector length0 = inner.blend(1.5f, outer0);
      FloatVector length1 = inner.blend(1.5f, outer1);
      FloatVector grid0 = length0.neg().blend(length0, above0);
      FloatVector grid1 = length1.neg().blend(length1, above1);
      withRow0 = grid0.fma(row0, withRow0);
      withRow1 = grid1.fma(row1, withRow1);
      withCentre0 = grid0.fma(FloatVector.fromArray(SPECIES, centre, i), withCentre0);
      withCentre1 = grid1.fma(FloatVector.fromArray(SPECIES, centre, i + LANES), withCentre1);
      long above = above0.toLong() | (above1.toLong() << LANES);
      long outer = outer0.toLong() | (outer1.toLong() << LANES);
      // Levels 0 to 3 from below: the high bit is the side, the low one is set where both agree.
      long word = interleave((~(above ^ outer) & 0xFFFF) | (above << 32));
      int code = i >> 1;
      for (int k = 0; k < 8; k++) {
        codes[code + k] = (byte) ((word >>> (4 * k)) & 15);
      }
    }
    withRow0.add(withRow1).intoArray(result.lanes, 0);
    result.gridWithRow = sum(result.lanes);
    withCentre0.add(withCentre1).intoArray(result.lanes, 0);
    result.gridWithCentre = sum(result.lanes);
  }

  /// Puts the bits of two numbers of 16 bits, in the halves of a long, next to each other, those of
  /// the low half first.
  private static long interleave(long halves) {
    long bits = (halves | halves << 8) & 0x00FF00FF_00FF00FFL;
    bits = (bits | bits << 4) & 0x0F0F0F0F_0F0F0F0FL;
    bits = (bits | bits << 2) & 0x33333333_33333333L;
    bits = (bits | bits << 1) & 0x55555555_55555555L;
    return (bits | bits >>> 31) & 0xFFFF_FFFFL;
  }

  private static double sum(float[] lanes) {
    double sum = 0;
    for (int i = 0; i < LANES; i++) {
      sum += lanes[i];
    }
    return sum;
  }
}
