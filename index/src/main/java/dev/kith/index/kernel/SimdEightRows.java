package dev.kith.index.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The part of [SimdKernel] that compares eight rows at a time, of whole registers.
final class SimdEightRows {

  /*
   * Eight rows at a time are for rows scattered in memory, which are waited for: more of them are on
   * their way at once. Of 384 coordinates one takes 78 ns by fours and 61 by eights, of 100
   * coordinates 24 and 15. The loops over eight count in a long, so that C2 does not unroll them:
   * eight rows are enough to do at a time, and where rows are short, what precedes and follows an
   * unrolled loop costs more than it saves.
   *
   * The eight sums are put together as they are summed up: half of a register for either of two rows,
   * then a quarter for each of four, then an eighth for each of all. Lanes are added in the order in
   * which SimdKernel adds them.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long REGISTER = (long) LANES * Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Lanes that a row has at last.
  private static final int EACH = LANES / 8;

  private static final VectorShuffle<Float> BY_HALF = SimdKernel.exchange(LANES / 2);
  private static final VectorShuffle<Float> BY_QUARTER = SimdKernel.exchange(LANES / 4);
  private static final VectorShuffle<Float> BY_EIGHTH = SimdKernel.exchange(LANES / 8);

  /// The upper part of every two parts of a size.
  private static final VectorMask<Float> UPPER_HALF = upper(LANES / 2);

  private static final VectorMask<Float> UPPER_QUARTER = upper(LANES / 4);
  private static final VectorMask<Float> UPPER_EIGHTH = upper(LANES / 8);

  private SimdEightRows() {}

  /// Whether eight rows can be compared: registers have a lane for each.
  static boolean isPossible(int dimension) {
    return LANES >= 8 && dimension % LANES == 0;
  }

  private static VectorMask<Float> upper(int lanes) {
    boolean[] isUpper = new boolean[LANES];
    for (int lane = 0; lane < LANES; lane++) {
      isUpper[lane] = (lane & lanes) != 0;
    }
    return VectorMask.fromArray(SPECIES, isUpper, 0);
  }

  /// Writes the inner products of a query and eight rows.
  static void dot(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
    Bounds.check(query, queryOffset, rows, first, dimension);
    Bounds.check(query, queryOffset, rows, second, dimension);
    long offset0 = first.offset0;
    long offset1 = first.offset1;
    long offset2 = first.offset2;
    long offset3 = first.offset3;
    long offset4 = second.offset0;
    long offset5 = second.offset1;
    long offset6 = second.offset2;
    long offset7 = second.offset3;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum0;
    FloatVector sum6 = sum0;
    FloatVector sum7 = sum0;
    long bytes = (long) dimension << 2;
    for (long at = 0; at < bytes; at += REGISTER) {
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + at, ORDER);
      sum0 = q.fma(fromMemorySegment(SPECIES, rows, offset0 + at, ORDER), sum0);
      sum1 = q.fma(fromMemorySegment(SPECIES, rows, offset1 + at, ORDER), sum1);
      sum2 = q.fma(fromMemorySegment(SPECIES, rows, offset2 + at, ORDER), sum2);
      sum3 = q.fma(fromMemorySegment(SPECIES, rows, offset3 + at, ORDER), sum3);
      sum4 = q.fma(fromMemorySegment(SPECIES, rows, offset4 + at, ORDER), sum4);
      sum5 = q.fma(fromMemorySegment(SPECIES, rows, offset5 + at, ORDER), sum5);
      sum6 = q.fma(fromMemorySegment(SPECIES, rows, offset6 + at, ORDER), sum6);
      sum7 = q.fma(fromMemorySegment(SPECIES, rows, offset7 + at, ORDER), sum7);
    }
    FloatVector half0 =
        sum0
            .blend(sum4.rearrange(BY_HALF), UPPER_HALF)
            .add(sum0.rearrange(BY_HALF).blend(sum4, UPPER_HALF));
    FloatVector half1 =
        sum1
            .blend(sum5.rearrange(BY_HALF), UPPER_HALF)
            .add(sum1.rearrange(BY_HALF).blend(sum5, UPPER_HALF));
    FloatVector half2 =
        sum2
            .blend(sum6.rearrange(BY_HALF), UPPER_HALF)
            .add(sum2.rearrange(BY_HALF).blend(sum6, UPPER_HALF));
    FloatVector half3 =
        sum3
            .blend(sum7.rearrange(BY_HALF), UPPER_HALF)
            .add(sum3.rearrange(BY_HALF).blend(sum7, UPPER_HALF));
    FloatVector quarter0 =
        half0
            .blend(half2.rearrange(BY_QUARTER), UPPER_QUARTER)
            .add(half0.rearrange(BY_QUARTER).blend(half2, UPPER_QUARTER));
    FloatVector quarter1 =
        half1
            .blend(half3.rearrange(BY_QUARTER), UPPER_QUARTER)
            .add(half1.rearrange(BY_QUARTER).blend(half3, UPPER_QUARTER));
    FloatVector all =
        quarter0
            .blend(quarter1.rearrange(BY_EIGHTH), UPPER_EIGHTH)
            .add(quarter0.rearrange(BY_EIGHTH).blend(quarter1, UPPER_EIGHTH));
    if (LANES > 8) {
      all = all.add(all.rearrange(SimdKernel.BY_ONE));
    }
    first.result0 = all.lane(0);
    first.result1 = all.lane(EACH);
    first.result2 = all.lane(2 * EACH);
    first.result3 = all.lane(3 * EACH);
    second.result0 = all.lane(4 * EACH);
    second.result1 = all.lane(5 * EACH);
    second.result2 = all.lane(6 * EACH);
    second.result3 = all.lane(7 * EACH);
  }

  /// Writes the squared distances between a query and eight rows.
  static void squaredDistance(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
    Bounds.check(query, queryOffset, rows, first, dimension);
    Bounds.check(query, queryOffset, rows, second, dimension);
    long offset0 = first.offset0;
    long offset1 = first.offset1;
    long offset2 = first.offset2;
    long offset3 = first.offset3;
    long offset4 = second.offset0;
    long offset5 = second.offset1;
    long offset6 = second.offset2;
    long offset7 = second.offset3;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    FloatVector sum4 = sum0;
    FloatVector sum5 = sum0;
    FloatVector sum6 = sum0;
    FloatVector sum7 = sum0;
    long bytes = (long) dimension << 2;
    for (long at = 0; at < bytes; at += REGISTER) {
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + at, ORDER);
      FloatVector difference0 = q.sub(fromMemorySegment(SPECIES, rows, offset0 + at, ORDER));
      FloatVector difference1 = q.sub(fromMemorySegment(SPECIES, rows, offset1 + at, ORDER));
      FloatVector difference2 = q.sub(fromMemorySegment(SPECIES, rows, offset2 + at, ORDER));
      FloatVector difference3 = q.sub(fromMemorySegment(SPECIES, rows, offset3 + at, ORDER));
      FloatVector difference4 = q.sub(fromMemorySegment(SPECIES, rows, offset4 + at, ORDER));
      FloatVector difference5 = q.sub(fromMemorySegment(SPECIES, rows, offset5 + at, ORDER));
      FloatVector difference6 = q.sub(fromMemorySegment(SPECIES, rows, offset6 + at, ORDER));
      FloatVector difference7 = q.sub(fromMemorySegment(SPECIES, rows, offset7 + at, ORDER));
      sum0 = difference0.fma(difference0, sum0);
      sum1 = difference1.fma(difference1, sum1);
      sum2 = difference2.fma(difference2, sum2);
      sum3 = difference3.fma(difference3, sum3);
      sum4 = difference4.fma(difference4, sum4);
      sum5 = difference5.fma(difference5, sum5);
      sum6 = difference6.fma(difference6, sum6);
      sum7 = difference7.fma(difference7, sum7);
    }
    FloatVector half0 =
        sum0
            .blend(sum4.rearrange(BY_HALF), UPPER_HALF)
            .add(sum0.rearrange(BY_HALF).blend(sum4, UPPER_HALF));
    FloatVector half1 =
        sum1
            .blend(sum5.rearrange(BY_HALF), UPPER_HALF)
            .add(sum1.rearrange(BY_HALF).blend(sum5, UPPER_HALF));
    FloatVector half2 =
        sum2
            .blend(sum6.rearrange(BY_HALF), UPPER_HALF)
            .add(sum2.rearrange(BY_HALF).blend(sum6, UPPER_HALF));
    FloatVector half3 =
        sum3
            .blend(sum7.rearrange(BY_HALF), UPPER_HALF)
            .add(sum3.rearrange(BY_HALF).blend(sum7, UPPER_HALF));
    FloatVector quarter0 =
        half0
            .blend(half2.rearrange(BY_QUARTER), UPPER_QUARTER)
            .add(half0.rearrange(BY_QUARTER).blend(half2, UPPER_QUARTER));
    FloatVector quarter1 =
        half1
            .blend(half3.rearrange(BY_QUARTER), UPPER_QUARTER)
            .add(half1.rearrange(BY_QUARTER).blend(half3, UPPER_QUARTER));
    FloatVector all =
        quarter0
            .blend(quarter1.rearrange(BY_EIGHTH), UPPER_EIGHTH)
            .add(quarter0.rearrange(BY_EIGHTH).blend(quarter1, UPPER_EIGHTH));
    if (LANES > 8) {
      all = all.add(all.rearrange(SimdKernel.BY_ONE));
    }
    first.result0 = all.lane(0);
    first.result1 = all.lane(EACH);
    first.result2 = all.lane(2 * EACH);
    first.result3 = all.lane(3 * EACH);
    second.result0 = all.lane(4 * EACH);
    second.result1 = all.lane(5 * EACH);
    second.result2 = all.lane(6 * EACH);
    second.result3 = all.lane(7 * EACH);
  }
}
