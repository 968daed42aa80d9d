package dev.kith.index.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// The part of [SimdKernel] that compares eight rows at a time, of whole registers. It has checked
/// the operands.
final class SimdEightRows {

  /*
   * Eight rows at a time are for rows scattered in memory, which are waited for: more of them are on
   * their way at once. Of 384 coordinates one takes 78 ns by fours and 61 by eights, of 100
   * coordinates 24 and 15. The loops over eight count in a long, so that C2 does not unroll them:
   * eight rows are enough to do at a time, and where rows are short, what precedes and follows an
   * unrolled loop costs more than it saves.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long REGISTER = (long) LANES * Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  private SimdEightRows() {}

  /// Writes the inner products of a query and eight rows.
  static void dot(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
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
    sum0.intoArray(first.lanes, 0);
    sum1.intoArray(first.lanes, LANES);
    sum2.intoArray(first.lanes, 2 * LANES);
    sum3.intoArray(first.lanes, 3 * LANES);
    sum4.intoArray(second.lanes, 0);
    sum5.intoArray(second.lanes, LANES);
    sum6.intoArray(second.lanes, 2 * LANES);
    sum7.intoArray(second.lanes, 3 * LANES);
    SimdSums.put(first);
    SimdSums.put(second);
  }

  /// Writes the squared distances between a query and eight rows.
  static void squaredDistance(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
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
    sum0.intoArray(first.lanes, 0);
    sum1.intoArray(first.lanes, LANES);
    sum2.intoArray(first.lanes, 2 * LANES);
    sum3.intoArray(first.lanes, 3 * LANES);
    sum4.intoArray(second.lanes, 0);
    sum5.intoArray(second.lanes, LANES);
    sum6.intoArray(second.lanes, 2 * LANES);
    sum7.intoArray(second.lanes, 3 * LANES);
    SimdSums.put(first);
    SimdSums.put(second);
  }
}
