package dev.kith.index.kernel;

import static jdk.incubator.vector.VectorOperators.ADD;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Kernel operations on whole SIMD registers.
final class SimdKernel implements VectorKernel {

  /*
   * The species is static and final: read from an instance field, the same loops box every vector
   * and run ten times slower. With one running sum every multiply-add waits for the one before it;
   * four independent sums (one row: four parts of it; four rows: one each) let the processor
   * overlap them. Eight for one row spill registers to the stack.
   *
   * Each method has one vector loop, or two in a row over the same sums, and calls no other kernel
   * method next to it: where C2 had to compile several vector loops at once, it boxed the sums of
   * one of them in five processes of eight (300 ns and more per row instead of 60).
   *
   * Every method checks its operands once (Bounds), then loads unchecked: see the package comment.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final long REGISTER = (long) LANES * Float.BYTES;

  /// Computes the cosines whose float sums overflow or underflow.
  private static final VectorKernel DEFINITION = ScalarKernel.INSTANCE;

  private static final ValueLayout.OfFloat FLOAT =
      ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);

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
      sum0 = load(query, q).fma(load(rows, r), sum0);
      sum1 = load(query, q + REGISTER).fma(load(rows, r + REGISTER), sum1);
      sum2 = load(query, q + 2 * REGISTER).fma(load(rows, r + 2 * REGISTER), sum2);
      sum3 = load(query, q + 3 * REGISTER).fma(load(rows, r + 3 * REGISTER), sum3);
    }
    for (int last = dimension - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      sum0 = load(query, queryOffset + at).fma(load(rows, offset + at), sum0);
    }
    long done = (long) i << 2;
    return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(ADD)
        + tailDot(query, queryOffset + done, rows, offset + done, dimension - i);
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
      FloatVector difference0 = load(query, q).sub(load(rows, r));
      FloatVector difference1 = load(query, q + REGISTER).sub(load(rows, r + REGISTER));
      FloatVector difference2 = load(query, q + 2 * REGISTER).sub(load(rows, r + 2 * REGISTER));
      FloatVector difference3 = load(query, q + 3 * REGISTER).sub(load(rows, r + 3 * REGISTER));
      sum0 = difference0.fma(difference0, sum0);
      sum1 = difference1.fma(difference1, sum1);
      sum2 = difference2.fma(difference2, sum2);
      sum3 = difference3.fma(difference3, sum3);
    }
    for (int last = dimension - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector difference = load(query, queryOffset + at).sub(load(rows, offset + at));
      sum0 = difference.fma(difference, sum0);
    }
    long done = (long) i << 2;
    return sum0.add(sum1).add(sum2.add(sum3)).reduceLanes(ADD)
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
      FloatVector q = load(query, queryOffset + ((long) i << 2));
      FloatVector r = load(rows, offset + ((long) i << 2));
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
      FloatVector q = load(query, queryOffset + at);
      sum0 = q.fma(load(rows, offset0 + at), sum0);
      sum1 = q.fma(load(rows, offset1 + at), sum1);
      sum2 = q.fma(load(rows, offset2 + at), sum2);
      sum3 = q.fma(load(rows, offset3 + at), sum3);
    }
    four.result0 = sum0.reduceLanes(ADD);
    four.result1 = sum1.reduceLanes(ADD);
    four.result2 = sum2.reduceLanes(ADD);
    four.result3 = sum3.reduceLanes(ADD);
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
      FloatVector q = load(query, queryOffset + at);
      FloatVector difference0 = q.sub(load(rows, offset0 + at));
      FloatVector difference1 = q.sub(load(rows, offset1 + at));
      FloatVector difference2 = q.sub(load(rows, offset2 + at));
      FloatVector difference3 = q.sub(load(rows, offset3 + at));
      sum0 = difference0.fma(difference0, sum0);
      sum1 = difference1.fma(difference1, sum1);
      sum2 = difference2.fma(difference2, sum2);
      sum3 = difference3.fma(difference3, sum3);
    }
    four.result0 = sum0.reduceLanes(ADD);
    four.result1 = sum1.reduceLanes(ADD);
    four.result2 = sum2.reduceLanes(ADD);
    four.result3 = sum3.reduceLanes(ADD);
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
      FloatVector q = load(query, queryOffset + at);
      norms = q.fma(q, norms);
      FloatVector row0 = load(rows, offset0 + at);
      dot0 = q.fma(row0, dot0);
      norm0 = row0.fma(row0, norm0);
      FloatVector row1 = load(rows, offset1 + at);
      dot1 = q.fma(row1, dot1);
      norm1 = row1.fma(row1, norm1);
      FloatVector row2 = load(rows, offset2 + at);
      dot2 = q.fma(row2, dot2);
      norm2 = row2.fma(row2, norm2);
      FloatVector row3 = load(rows, offset3 + at);
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

  private static FloatVector load(MemorySegment segment, long offset) {
    return FloatVector.fromMemorySegment(SPECIES, segment, offset, ByteOrder.LITTLE_ENDIAN);
  }

  private static float coordinate(MemorySegment segment, long offset, int i) {
    return segment.get(FLOAT, offset + ((long) i << 2));
  }
}
