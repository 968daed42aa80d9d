package dev.kith.index.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.LSHL;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Rows of bfloat16 in whole SIMD registers.
final class SimdBf16Kernel implements HalfKernel {

  /*
   * A bfloat16 is the upper half of a float, so a word is a float already once its lower half is
   * cleared, and another one once it is shifted up.
   *
   * As in SimdKernel, no method of ours takes or returns a vector. Two sums a row: each would wait
   * for the one before it twice an iteration otherwise.
   */

  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> WORDS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = WORDS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Adds what is left behind the last whole register.
  private static final ScalarHalfKernel DEFINITION = ScalarHalfKernel.BF16;

  /// The upper half of a word.
  private static final int MASK = 0xFFFF0000;

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
      FloatVector lowQuery = fromMemorySegment(FLOATS, query, queryOffset + at, ORDER);
      FloatVector highQuery = fromMemorySegment(FLOATS, query, upper + at, ORDER);
      IntVector word = IntVector.fromMemorySegment(WORDS, rows, offset + at, ORDER);
      FloatVector lowHalf = word.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf = word.and(MASK).reinterpretAsFloats();
      low = lowQuery.fma(lowHalf, low);
      high = highQuery.fma(highHalf, high);
    }
    float sum = low.add(high).reduceLanes(ADD);
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
      FloatVector lowHalf = word.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf = word.and(MASK).reinterpretAsFloats();
      FloatVector lowApart = lowQuery.sub(lowHalf);
      low = lowApart.fma(lowApart, low);
      FloatVector highApart = highQuery.sub(highHalf);
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
      FloatVector lowQuery = fromMemorySegment(FLOATS, query, queryOffset + at, ORDER);
      FloatVector highQuery = fromMemorySegment(FLOATS, query, upper + at, ORDER);
      IntVector word0 = IntVector.fromMemorySegment(WORDS, rows, offset0 + at, ORDER);
      FloatVector lowHalf0 = word0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf0 = word0.and(MASK).reinterpretAsFloats();
      low0 = lowQuery.fma(lowHalf0, low0);
      high0 = highQuery.fma(highHalf0, high0);
      IntVector word1 = IntVector.fromMemorySegment(WORDS, rows, offset1 + at, ORDER);
      FloatVector lowHalf1 = word1.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf1 = word1.and(MASK).reinterpretAsFloats();
      low1 = lowQuery.fma(lowHalf1, low1);
      high1 = highQuery.fma(highHalf1, high1);
      IntVector word2 = IntVector.fromMemorySegment(WORDS, rows, offset2 + at, ORDER);
      FloatVector lowHalf2 = word2.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf2 = word2.and(MASK).reinterpretAsFloats();
      low2 = lowQuery.fma(lowHalf2, low2);
      high2 = highQuery.fma(highHalf2, high2);
      IntVector word3 = IntVector.fromMemorySegment(WORDS, rows, offset3 + at, ORDER);
      FloatVector lowHalf3 = word3.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf3 = word3.and(MASK).reinterpretAsFloats();
      low3 = lowQuery.fma(lowHalf3, low3);
      high3 = highQuery.fma(highHalf3, high3);
    }
    four.result0 = low0.add(high0).reduceLanes(ADD);
    four.result1 = low1.add(high1).reduceLanes(ADD);
    four.result2 = low2.add(high2).reduceLanes(ADD);
    four.result3 = low3.add(high3).reduceLanes(ADD);
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
      FloatVector lowHalf0 = word0.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf0 = word0.and(MASK).reinterpretAsFloats();
      FloatVector lowApart0 = lowQuery.sub(lowHalf0);
      low0 = lowApart0.fma(lowApart0, low0);
      FloatVector highApart0 = highQuery.sub(highHalf0);
      high0 = highApart0.fma(highApart0, high0);
      IntVector word1 = IntVector.fromMemorySegment(WORDS, rows, offset1 + at, ORDER);
      FloatVector lowHalf1 = word1.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf1 = word1.and(MASK).reinterpretAsFloats();
      FloatVector lowApart1 = lowQuery.sub(lowHalf1);
      low1 = lowApart1.fma(lowApart1, low1);
      FloatVector highApart1 = highQuery.sub(highHalf1);
      high1 = highApart1.fma(highApart1, high1);
      IntVector word2 = IntVector.fromMemorySegment(WORDS, rows, offset2 + at, ORDER);
      FloatVector lowHalf2 = word2.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf2 = word2.and(MASK).reinterpretAsFloats();
      FloatVector lowApart2 = lowQuery.sub(lowHalf2);
      low2 = lowApart2.fma(lowApart2, low2);
      FloatVector highApart2 = highQuery.sub(highHalf2);
      high2 = highApart2.fma(highApart2, high2);
      IntVector word3 = IntVector.fromMemorySegment(WORDS, rows, offset3 + at, ORDER);
      FloatVector lowHalf3 = word3.lanewise(LSHL, 16).reinterpretAsFloats();
      FloatVector highHalf3 = word3.and(MASK).reinterpretAsFloats();
      FloatVector lowApart3 = lowQuery.sub(lowHalf3);
      low3 = lowApart3.fma(lowApart3, low3);
      FloatVector highApart3 = highQuery.sub(highHalf3);
      high3 = highApart3.fma(highApart3, high3);
    }
    four.result0 = low0.add(high0).reduceLanes(ADD);
    four.result1 = low1.add(high1).reduceLanes(ADD);
    four.result2 = low2.add(high2).reduceLanes(ADD);
    four.result3 = low3.add(high3).reduceLanes(ADD);
    DEFINITION.addSquaredDistances(query, queryOffset, rows, four, dimension, i);
  }
}
