package dev.kith.index.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// Kernel operations on whole SIMD registers.
final class SimdKernel implements VectorKernel {

  /*
   * The species is static and final: read from an instance field, the same loops box every vector
   * and run ten times slower. With one running sum every multiply-add waits for the one before it;
   * four independent sums (one row: four parts of it; four rows: one each) let the processor
   * overlap them. Eight for one row spill registers to the stack.
   *
   * No method of ours takes or returns a vector, not even a load of three arguments: a vector that
   * crosses a call is an object. C2 makes our calls part of the loop only while its size limits
   * allow, and whether they do depends on what was compiled before ("already compiled into a big
   * method", "NodeCountInliningCutoff"). A load helper that it left out cost two objects per
   * sixteen coordinates and 450 ns instead of 25 a row, until the process ended. The methods of the
   * Vector API are exempt from those limits (@ForceInline), as long as loops call them directly.
   *
   * Each method has one vector loop, or two in a row over the same sums, and calls no other kernel
   * method next to it: the less C2 has to hold at once, the further it stays from its limits.
   *
   * Lanes are summed up by halves, in an order that is written out: FloatVector.reduceLanes adds in
   * one order while a method is interpreted and in another once it is compiled, and a score must be
   * the same to the last bit before and after. SimdSums does it for four rows.
   *
   * Every method checks its operands once (Bounds), then loads unchecked: see the package comment.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long REGISTER = (long) LANES * Float.BYTES;

  /// Lanes that lie so far apart change places; of registers that are shorter, the whole register.
  private static final VectorShuffle<Float> BY_EIGHT = exchange(8);

  private static final VectorShuffle<Float> BY_FOUR = exchange(4);
  private static final VectorShuffle<Float> BY_TWO = exchange(2);
  private static final VectorShuffle<Float> BY_ONE = exchange(1);

  static VectorShuffle<Float> exchange(int distance) {
    return VectorShuffle.fromOp(SPECIES, lane -> (lane ^ distance) % LANES);
  }

  /// From position `n` on: a register whose last `n` lanes are one and the others zero. Where the
  /// last coordinates do not fill a register, that of the last coordinates of all is compared, and
  /// what was compared before counts for nothing.
  private static final float[] LAST = new float[2 * LANES];

  static {
    Arrays.fill(LAST, LANES, 2 * LANES, 1);
  }

  /// Computes the cosines whose float sums overflow or underflow.
  private static final VectorKernel DEFINITION = ScalarKernel.INSTANCE;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ORDER);

  @Override
  public float dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.check(query, queryOffset, rows, offset, dimension);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (int last = dimension - 4 * LANES; i <= last; i += 4 * LANES) {
      long q = queryOffset + ((long) i << 2);
      long r = offset + ((long) i << 2);
      sum0 =
          fromMemorySegment(SPECIES, query, q, ORDER)
              .fma(fromMemorySegment(SPECIES, rows, r, ORDER), sum0);
      sum1 =
          fromMemorySegment(SPECIES, query, q + REGISTER, ORDER)
              .fma(fromMemorySegment(SPECIES, rows, r + REGISTER, ORDER), sum1);
      sum2 =
          fromMemorySegment(SPECIES, query, q + 2 * REGISTER, ORDER)
              .fma(fromMemorySegment(SPECIES, rows, r + 2 * REGISTER, ORDER), sum2);
      sum3 =
          fromMemorySegment(SPECIES, query, q + 3 * REGISTER, ORDER)
              .fma(fromMemorySegment(SPECIES, rows, r + 3 * REGISTER, ORDER), sum3);
    }
    for (int last = dimension - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      sum0 =
          fromMemorySegment(SPECIES, query, queryOffset + at, ORDER)
              .fma(fromMemorySegment(SPECIES, rows, offset + at, ORDER), sum0);
    }
    if (i < dimension && dimension >= LANES) {
      long at = (long) (dimension - LANES) << 2;
      sum1 =
          fromMemorySegment(SPECIES, query, queryOffset + at, ORDER)
              .mul(FloatVector.fromArray(SPECIES, LAST, dimension - i))
              .fma(fromMemorySegment(SPECIES, rows, offset + at, ORDER), sum1);
      i = dimension;
    }
    long done = (long) i << 2;
    sum0 = sum0.add(sum1).add(sum2.add(sum3));
    if (LANES >= 16) {
      sum0 = sum0.add(sum0.rearrange(BY_EIGHT));
    }
    if (LANES >= 8) {
      sum0 = sum0.add(sum0.rearrange(BY_FOUR));
    }
    sum0 = sum0.add(sum0.rearrange(BY_TWO));
    sum0 = sum0.add(sum0.rearrange(BY_ONE));
    return sum0.lane(0) + tailDot(query, queryOffset + done, rows, offset + done, dimension - i);
  }

  @Override
  public float squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.check(query, queryOffset, rows, offset, dimension);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (int last = dimension - 4 * LANES; i <= last; i += 4 * LANES) {
      long q = queryOffset + ((long) i << 2);
      long r = offset + ((long) i << 2);
      FloatVector difference0 =
          fromMemorySegment(SPECIES, query, q, ORDER)
              .sub(fromMemorySegment(SPECIES, rows, r, ORDER));
      FloatVector difference1 =
          fromMemorySegment(SPECIES, query, q + REGISTER, ORDER)
              .sub(fromMemorySegment(SPECIES, rows, r + REGISTER, ORDER));
      FloatVector difference2 =
          fromMemorySegment(SPECIES, query, q + 2 * REGISTER, ORDER)
              .sub(fromMemorySegment(SPECIES, rows, r + 2 * REGISTER, ORDER));
      FloatVector difference3 =
          fromMemorySegment(SPECIES, query, q + 3 * REGISTER, ORDER)
              .sub(fromMemorySegment(SPECIES, rows, r + 3 * REGISTER, ORDER));
      sum0 = difference0.fma(difference0, sum0);
      sum1 = difference1.fma(difference1, sum1);
      sum2 = difference2.fma(difference2, sum2);
      sum3 = difference3.fma(difference3, sum3);
    }
    for (int last = dimension - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector difference =
          fromMemorySegment(SPECIES, query, queryOffset + at, ORDER)
              .sub(fromMemorySegment(SPECIES, rows, offset + at, ORDER));
      sum0 = difference.fma(difference, sum0);
    }
    if (i < dimension && dimension >= LANES) {
      long at = (long) (dimension - LANES) << 2;
      FloatVector last = FloatVector.fromArray(SPECIES, LAST, dimension - i);
      FloatVector difference =
          fromMemorySegment(SPECIES, rows, offset + at, ORDER)
              .fma(
                  last.neg(), fromMemorySegment(SPECIES, query, queryOffset + at, ORDER).mul(last));
      sum1 = difference.fma(difference, sum1);
      i = dimension;
    }
    long done = (long) i << 2;
    sum0 = sum0.add(sum1).add(sum2.add(sum3));
    if (LANES >= 16) {
      sum0 = sum0.add(sum0.rearrange(BY_EIGHT));
    }
    if (LANES >= 8) {
      sum0 = sum0.add(sum0.rearrange(BY_FOUR));
    }
    sum0 = sum0.add(sum0.rearrange(BY_TWO));
    sum0 = sum0.add(sum0.rearrange(BY_ONE));
    return sum0.lane(0)
        + tailDistance(query, queryOffset + done, rows, offset + done, dimension - i);
  }

  @Override
  public float cosine(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.check(query, queryOffset, rows, offset, dimension);
    FloatVector dots = FloatVector.zero(SPECIES);
    FloatVector queryNorms = dots;
    FloatVector rowNorms = dots;
    int i = 0;
    for (int last = dimension - LANES; i <= last; i += LANES) {
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + ((long) i << 2), ORDER);
      FloatVector r = fromMemorySegment(SPECIES, rows, offset + ((long) i << 2), ORDER);
      dots = q.fma(r, dots);
      queryNorms = q.fma(q, queryNorms);
      rowNorms = r.fma(r, rowNorms);
    }
    long q = queryOffset + ((long) i << 2);
    long r = offset + ((long) i << 2);
    int rest = dimension - i;
    float cosine =
        quotient(
            dots.reduceLanes(ADD) + tailDot(query, q, rows, r, rest),
            queryNorms.reduceLanes(ADD) + tailDot(query, q, query, q, rest),
            rowNorms.reduceLanes(ADD) + tailDot(rows, r, rows, r, rest));
    return Float.isNaN(cosine)
        ? DEFINITION.cosine(query, queryOffset, rows, offset, dimension)
        : cosine;
  }

  @Override
  public void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.check(query, queryOffset, rows, four, dimension);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (int last = dimension - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + at, ORDER);
      sum0 = q.fma(fromMemorySegment(SPECIES, rows, offset0 + at, ORDER), sum0);
      sum1 = q.fma(fromMemorySegment(SPECIES, rows, offset1 + at, ORDER), sum1);
      sum2 = q.fma(fromMemorySegment(SPECIES, rows, offset2 + at, ORDER), sum2);
      sum3 = q.fma(fromMemorySegment(SPECIES, rows, offset3 + at, ORDER), sum3);
    }
    if (i < dimension && dimension >= LANES) {
      long at = (long) (dimension - LANES) << 2;
      FloatVector q =
          fromMemorySegment(SPECIES, query, queryOffset + at, ORDER)
              .mul(FloatVector.fromArray(SPECIES, LAST, dimension - i));
      sum0 = q.fma(fromMemorySegment(SPECIES, rows, offset0 + at, ORDER), sum0);
      sum1 = q.fma(fromMemorySegment(SPECIES, rows, offset1 + at, ORDER), sum1);
      sum2 = q.fma(fromMemorySegment(SPECIES, rows, offset2 + at, ORDER), sum2);
      sum3 = q.fma(fromMemorySegment(SPECIES, rows, offset3 + at, ORDER), sum3);
      i = dimension;
    }
    sum0.intoArray(four.lanes, 0);
    sum1.intoArray(four.lanes, LANES);
    sum2.intoArray(four.lanes, 2 * LANES);
    sum3.intoArray(four.lanes, 3 * LANES);
    SimdSums.put(four);
    if (i < dimension) {
      long done = (long) i << 2;
      long q = queryOffset + done;
      int rest = dimension - i;
      four.result0 += tailDot(query, q, rows, offset0 + done, rest);
      four.result1 += tailDot(query, q, rows, offset1 + done, rest);
      four.result2 += tailDot(query, q, rows, offset2 + done, rest);
      four.result3 += tailDot(query, q, rows, offset3 + done, rest);
    }
  }

  @Override
  public void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.check(query, queryOffset, rows, four, dimension);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    FloatVector sum2 = sum0;
    FloatVector sum3 = sum0;
    int i = 0;
    for (int last = dimension - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + at, ORDER);
      FloatVector difference0 = q.sub(fromMemorySegment(SPECIES, rows, offset0 + at, ORDER));
      FloatVector difference1 = q.sub(fromMemorySegment(SPECIES, rows, offset1 + at, ORDER));
      FloatVector difference2 = q.sub(fromMemorySegment(SPECIES, rows, offset2 + at, ORDER));
      FloatVector difference3 = q.sub(fromMemorySegment(SPECIES, rows, offset3 + at, ORDER));
      sum0 = difference0.fma(difference0, sum0);
      sum1 = difference1.fma(difference1, sum1);
      sum2 = difference2.fma(difference2, sum2);
      sum3 = difference3.fma(difference3, sum3);
    }
    if (i < dimension && dimension >= LANES) {
      long at = (long) (dimension - LANES) << 2;
      // Multiplied before they are subtracted: what overflows is no number once multiplied by zero.
      FloatVector last = FloatVector.fromArray(SPECIES, LAST, dimension - i);
      FloatVector less = last.neg();
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + at, ORDER).mul(last);
      FloatVector difference0 = fromMemorySegment(SPECIES, rows, offset0 + at, ORDER).fma(less, q);
      FloatVector difference1 = fromMemorySegment(SPECIES, rows, offset1 + at, ORDER).fma(less, q);
      FloatVector difference2 = fromMemorySegment(SPECIES, rows, offset2 + at, ORDER).fma(less, q);
      FloatVector difference3 = fromMemorySegment(SPECIES, rows, offset3 + at, ORDER).fma(less, q);
      sum0 = difference0.fma(difference0, sum0);
      sum1 = difference1.fma(difference1, sum1);
      sum2 = difference2.fma(difference2, sum2);
      sum3 = difference3.fma(difference3, sum3);
      i = dimension;
    }
    sum0.intoArray(four.lanes, 0);
    sum1.intoArray(four.lanes, LANES);
    sum2.intoArray(four.lanes, 2 * LANES);
    sum3.intoArray(four.lanes, 3 * LANES);
    SimdSums.put(four);
    if (i < dimension) {
      long done = (long) i << 2;
      long q = queryOffset + done;
      int rest = dimension - i;
      four.result0 += tailDistance(query, q, rows, offset0 + done, rest);
      four.result1 += tailDistance(query, q, rows, offset1 + done, rest);
      four.result2 += tailDistance(query, q, rows, offset2 + done, rest);
      four.result3 += tailDistance(query, q, rows, offset3 + done, rest);
    }
  }

  @Override
  public void dot8(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
    Bounds.check(query, queryOffset, rows, first, dimension);
    Bounds.check(query, queryOffset, rows, second, dimension);
    if (dimension % LANES == 0) {
      SimdEightRows.dot(query, queryOffset, rows, first, second, dimension);
    } else {
      VectorKernel.super.dot8(query, queryOffset, rows, first, second, dimension);
    }
  }

  @Override
  public void squaredDistance8(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      FourRows first,
      FourRows second,
      int dimension) {
    Bounds.check(query, queryOffset, rows, first, dimension);
    Bounds.check(query, queryOffset, rows, second, dimension);
    if (dimension % LANES == 0) {
      SimdEightRows.squaredDistance(query, queryOffset, rows, first, second, dimension);
    } else {
      VectorKernel.super.squaredDistance8(query, queryOffset, rows, first, second, dimension);
    }
  }

  @Override
  public void cosine4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.check(query, queryOffset, rows, four, dimension);
    if (dimension % LANES != 0) {
      // Stored rows are padded, so this is rare; nine sums with nine tails would be unreadable.
      for (int row = 0; row < 4; row++) {
        four.setResult(row, cosine(query, queryOffset, rows, four.offset(row), dimension));
      }
      return;
    }
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    FloatVector dot0 = FloatVector.zero(SPECIES);
    FloatVector dot1 = dot0;
    FloatVector dot2 = dot0;
    FloatVector dot3 = dot0;
    FloatVector norm0 = dot0;
    FloatVector norm1 = dot0;
    FloatVector norm2 = dot0;
    FloatVector norm3 = dot0;
    FloatVector norms = dot0;
    for (int i = 0; i < dimension; i += LANES) {
      long at = (long) i << 2;
      FloatVector q = fromMemorySegment(SPECIES, query, queryOffset + at, ORDER);
      norms = q.fma(q, norms);
      FloatVector row0 = fromMemorySegment(SPECIES, rows, offset0 + at, ORDER);
      dot0 = q.fma(row0, dot0);
      norm0 = row0.fma(row0, norm0);
      FloatVector row1 = fromMemorySegment(SPECIES, rows, offset1 + at, ORDER);
      dot1 = q.fma(row1, dot1);
      norm1 = row1.fma(row1, norm1);
      FloatVector row2 = fromMemorySegment(SPECIES, rows, offset2 + at, ORDER);
      dot2 = q.fma(row2, dot2);
      norm2 = row2.fma(row2, norm2);
      FloatVector row3 = fromMemorySegment(SPECIES, rows, offset3 + at, ORDER);
      dot3 = q.fma(row3, dot3);
      norm3 = row3.fma(row3, norm3);
    }
    float queryNorm = norms.reduceLanes(ADD);
    four.result0 = quotient(dot0.reduceLanes(ADD), queryNorm, norm0.reduceLanes(ADD));
    four.result1 = quotient(dot1.reduceLanes(ADD), queryNorm, norm1.reduceLanes(ADD));
    four.result2 = quotient(dot2.reduceLanes(ADD), queryNorm, norm2.reduceLanes(ADD));
    four.result3 = quotient(dot3.reduceLanes(ADD), queryNorm, norm3.reduceLanes(ADD));
    if (Float.isNaN(four.result0 + four.result1 + four.result2 + four.result3)) {
      DEFINITION.cosine4(query, queryOffset, rows, four, dimension);
    }
  }

  /// Returns the cosine, or NaN if a norm is so large or so small that its float sum, or that of
  /// the inner product, may have overflowed or underflowed.
  private static float quotient(float dot, float queryNorm, float rowNorm) {
    if (isOrdinary(queryNorm) && isOrdinary(rowNorm)) {
      return (float) Math.clamp(dot / Math.sqrt((double) queryNorm * rowNorm), -1.0, 1.0);
    }
    return Float.NaN;
  }

  private static boolean isOrdinary(float squaredNorm) {
    return squaredNorm >= 1e-30f && squaredNorm <= 1e30f;
  }

  private static float tailDot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      sum = Math.fma(coordinate(query, queryOffset, i), coordinate(rows, offset, i), sum);
    }
    return sum;
  }

  private static float tailDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int count) {
    float sum = 0;
    for (int i = 0; i < count; i++) {
      float difference = coordinate(query, queryOffset, i) - coordinate(rows, offset, i);
      sum = Math.fma(difference, difference, sum);
    }
    return sum;
  }

  private static float coordinate(MemorySegment segment, long offset, int i) {
    return segment.get(FLOAT, offset + ((long) i << 2));
  }
}
