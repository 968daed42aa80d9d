package dev.kith.index.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.ASHR;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Rows of IEEE 754 halves in whole SIMD registers.
final class SimdF16Kernel implements HalfKernel {

  /*
   * The Vector API of JDK 25 has no conversion from binary16. Shifted right by three, the exponent
   * and the fraction of a half lie where those of a float are, and a mask clears the copies of the
   * sign: a float with the value of the half times 2^-112, sub-normal halves and zeros included. Two
   * or three instructions, none of which crosses lanes.
   *
   * An inner product scales the query by 2^56 and the sum by as much again, rather than each half by
   * 2^112: exact, and one multiplication for four rows. Products below 2^-70 in magnitude lose
   * digits, and a query beyond 2^71 overflows. A difference has the scale in its multiply-add for
   * nothing.
   *
   * As in SimdKernel, no method of ours takes or returns a vector. Two sums a row: each would wait
   * for the one before it twice an iteration otherwise.
   */

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = WORDS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Adds what is left behind the last whole register.
  private static final ScalarHalfKernel DEFINITION = ScalarHalfKernel.F16;

  /// Sign, exponent and fraction of a half after the shift.
  private static final int MASK = 0x8FFFE000;

  /// What one half of the scale is: its square turns the shifted bits into the value.
  private static final float HALF_SCALE = 0x1p56f;

  /// Takes a half off something: minus the whole scale.
  private static final FloatVector MINUS_SCALE = FloatVector.broadcast(FLOATS, -0x1p112f);

  @Override
  public float dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkHalves(query, queryOffset, rows, offset, dimension);
    long upper = queryOffset + ((long) dimension << 1);
    FloatVector low = FloatVector.zero(FLOATS);
    FloatVector high = low;
    int words = dimension / 2;
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector lowQuery =
          fromMemorySegment(FLOATS, query, queryOffset + at, ORDER).mul(HALF_SCALE);
      FloatVector highQuery = fromMemorySegment(FLOATS, query, upper + at, ORDER).mul(HALF_SCALE);
      IntVector word = IntVector.fromMemorySegment(WORDS, rows, offset + at, ORDER);
      IntVector lowBits = word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits = word.lanewise(ASHR, 3).and(MASK);
      low = lowQuery.fma(lowBits.reinterpretAsFloats(), low);
      high = highQuery.fma(highBits.reinterpretAsFloats(), high);
    }
    float sum = low.add(high).reduceLanes(ADD) * HALF_SCALE;
    return i < words
        ? (float) (sum + DEFINITION.dot(query, queryOffset, rows, offset, dimension, i))
        : sum;
  }

  @Override
  public float squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkHalves(query, queryOffset, rows, offset, dimension);
    long upper = queryOffset + ((long) dimension << 1);
    FloatVector low = FloatVector.zero(FLOATS);
    FloatVector high = low;
    int words = dimension / 2;
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector lowQuery = fromMemorySegment(FLOATS, query, queryOffset + at, ORDER);
      FloatVector highQuery = fromMemorySegment(FLOATS, query, upper + at, ORDER);
      IntVector word = IntVector.fromMemorySegment(WORDS, rows, offset + at, ORDER);
      IntVector lowBits = word.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits = word.lanewise(ASHR, 3).and(MASK);
      FloatVector lowApart = lowBits.reinterpretAsFloats().fma(MINUS_SCALE, lowQuery);
      low = lowApart.fma(lowApart, low);
      FloatVector highApart = highBits.reinterpretAsFloats().fma(MINUS_SCALE, highQuery);
      high = highApart.fma(highApart, high);
    }
    float sum = low.add(high).reduceLanes(ADD);
    return i < words
        ? (float) (sum + DEFINITION.squaredDistance(query, queryOffset, rows, offset, dimension, i))
        : sum;
  }

  @Override
  public void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.checkHalves(query, queryOffset, rows, four, dimension);
    long upper = queryOffset + ((long) dimension << 1);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    FloatVector low0 = FloatVector.zero(FLOATS);
    FloatVector high0 = low0;
    FloatVector low1 = low0;
    FloatVector high1 = low0;
    FloatVector low2 = low0;
    FloatVector high2 = low0;
    FloatVector low3 = low0;
    FloatVector high3 = low0;
    int words = dimension / 2;
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector lowQuery =
          fromMemorySegment(FLOATS, query, queryOffset + at, ORDER).mul(HALF_SCALE);
      FloatVector highQuery = fromMemorySegment(FLOATS, query, upper + at, ORDER).mul(HALF_SCALE);
      IntVector word0 = IntVector.fromMemorySegment(WORDS, rows, offset0 + at, ORDER);
      IntVector lowBits0 = word0.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits0 = word0.lanewise(ASHR, 3).and(MASK);
      low0 = lowQuery.fma(lowBits0.reinterpretAsFloats(), low0);
      high0 = highQuery.fma(highBits0.reinterpretAsFloats(), high0);
      IntVector word1 = IntVector.fromMemorySegment(WORDS, rows, offset1 + at, ORDER);
      IntVector lowBits1 = word1.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits1 = word1.lanewise(ASHR, 3).and(MASK);
      low1 = lowQuery.fma(lowBits1.reinterpretAsFloats(), low1);
      high1 = highQuery.fma(highBits1.reinterpretAsFloats(), high1);
      IntVector word2 = IntVector.fromMemorySegment(WORDS, rows, offset2 + at, ORDER);
      IntVector lowBits2 = word2.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits2 = word2.lanewise(ASHR, 3).and(MASK);
      low2 = lowQuery.fma(lowBits2.reinterpretAsFloats(), low2);
      high2 = highQuery.fma(highBits2.reinterpretAsFloats(), high2);
      IntVector word3 = IntVector.fromMemorySegment(WORDS, rows, offset3 + at, ORDER);
      IntVector lowBits3 = word3.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits3 = word3.lanewise(ASHR, 3).and(MASK);
      low3 = lowQuery.fma(lowBits3.reinterpretAsFloats(), low3);
      high3 = highQuery.fma(highBits3.reinterpretAsFloats(), high3);
    }
    four.result0 = low0.add(high0).reduceLanes(ADD) * HALF_SCALE;
    four.result1 = low1.add(high1).reduceLanes(ADD) * HALF_SCALE;
    four.result2 = low2.add(high2).reduceLanes(ADD) * HALF_SCALE;
    four.result3 = low3.add(high3).reduceLanes(ADD) * HALF_SCALE;
    DEFINITION.addDots(query, queryOffset, rows, four, dimension, i);
  }

  @Override
  public void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.checkHalves(query, queryOffset, rows, four, dimension);
    long upper = queryOffset + ((long) dimension << 1);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    FloatVector low0 = FloatVector.zero(FLOATS);
    FloatVector high0 = low0;
    FloatVector low1 = low0;
    FloatVector high1 = low0;
    FloatVector low2 = low0;
    FloatVector high2 = low0;
    FloatVector low3 = low0;
    FloatVector high3 = low0;
    int words = dimension / 2;
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 2;
      FloatVector lowQuery = fromMemorySegment(FLOATS, query, queryOffset + at, ORDER);
      FloatVector highQuery = fromMemorySegment(FLOATS, query, upper + at, ORDER);
      IntVector word0 = IntVector.fromMemorySegment(WORDS, rows, offset0 + at, ORDER);
      IntVector lowBits0 = word0.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits0 = word0.lanewise(ASHR, 3).and(MASK);
      FloatVector lowApart0 = lowBits0.reinterpretAsFloats().fma(MINUS_SCALE, lowQuery);
      low0 = lowApart0.fma(lowApart0, low0);
      FloatVector highApart0 = highBits0.reinterpretAsFloats().fma(MINUS_SCALE, highQuery);
      high0 = highApart0.fma(highApart0, high0);
      IntVector word1 = IntVector.fromMemorySegment(WORDS, rows, offset1 + at, ORDER);
      IntVector lowBits1 = word1.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits1 = word1.lanewise(ASHR, 3).and(MASK);
      FloatVector lowApart1 = lowBits1.reinterpretAsFloats().fma(MINUS_SCALE, lowQuery);
      low1 = lowApart1.fma(lowApart1, low1);
      FloatVector highApart1 = highBits1.reinterpretAsFloats().fma(MINUS_SCALE, highQuery);
      high1 = highApart1.fma(highApart1, high1);
      IntVector word2 = IntVector.fromMemorySegment(WORDS, rows, offset2 + at, ORDER);
      IntVector lowBits2 = word2.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits2 = word2.lanewise(ASHR, 3).and(MASK);
      FloatVector lowApart2 = lowBits2.reinterpretAsFloats().fma(MINUS_SCALE, lowQuery);
      low2 = lowApart2.fma(lowApart2, low2);
      FloatVector highApart2 = highBits2.reinterpretAsFloats().fma(MINUS_SCALE, highQuery);
      high2 = highApart2.fma(highApart2, high2);
      IntVector word3 = IntVector.fromMemorySegment(WORDS, rows, offset3 + at, ORDER);
      IntVector lowBits3 = word3.lanewise(LSHL, 16).lanewise(ASHR, 3).and(MASK);
      IntVector highBits3 = word3.lanewise(ASHR, 3).and(MASK);
      FloatVector lowApart3 = lowBits3.reinterpretAsFloats().fma(MINUS_SCALE, lowQuery);
      low3 = lowApart3.fma(lowApart3, low3);
      FloatVector highApart3 = highBits3.reinterpretAsFloats().fma(MINUS_SCALE, highQuery);
      high3 = highApart3.fma(highApart3, high3);
    }
    four.result0 = low0.add(high0).reduceLanes(ADD);
    four.result1 = low1.add(high1).reduceLanes(ADD);
    four.result2 = low2.add(high2).reduceLanes(ADD);
    four.result3 = low3.add(high3).reduceLanes(ADD);
    DEFINITION.addSquaredDistances(query, queryOffset, rows, four, dimension, i);
  }
}
