package dev.kith.index.kernel;

import static jdk.incubator.vector.LongVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.BIT_COUNT;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.VectorSpecies;

/// Bit counts in whole SIMD registers: one instruction with AVX-512, and byte shuffles, which still
/// beat counting word by word, with AVX2.
final class SimdBitKernel implements BitKernel {

  /*
   * As in SimdKernel, no method of ours takes or returns a vector.
   */

  private static final VectorSpecies<Long> WORDS = LongVector.SPECIES_PREFERRED;
  private static final int LANES = WORDS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  @Override
  public int differing(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    Bounds.checkUnits(query, queryOffset, rows, offset, words, 3);
    LongVector sum = LongVector.zero(WORDS);
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 3;
      sum =
          sum.add(
              fromMemorySegment(WORDS, query, queryOffset + at, ORDER)
                  .lanewise(XOR, fromMemorySegment(WORDS, rows, offset + at, ORDER))
                  .lanewise(BIT_COUNT));
    }
    return (int) sum.reduceLanes(ADD)
        + ScalarBitKernel.differing(query, queryOffset, rows, offset, i, words);
  }

  @Override
  public void differing4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    Bounds.checkUnits(query, queryOffset, rows, four, words, 3);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    LongVector sum0 = LongVector.zero(WORDS);
    LongVector sum1 = sum0;
    LongVector sum2 = sum0;
    LongVector sum3 = sum0;
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 3;
      LongVector bits = fromMemorySegment(WORDS, query, queryOffset + at, ORDER);
      sum0 =
          sum0.add(
              bits.lanewise(XOR, fromMemorySegment(WORDS, rows, offset0 + at, ORDER))
                  .lanewise(BIT_COUNT));
      sum1 =
          sum1.add(
              bits.lanewise(XOR, fromMemorySegment(WORDS, rows, offset1 + at, ORDER))
                  .lanewise(BIT_COUNT));
      sum2 =
          sum2.add(
              bits.lanewise(XOR, fromMemorySegment(WORDS, rows, offset2 + at, ORDER))
                  .lanewise(BIT_COUNT));
      sum3 =
          sum3.add(
              bits.lanewise(XOR, fromMemorySegment(WORDS, rows, offset3 + at, ORDER))
                  .lanewise(BIT_COUNT));
    }
    four.count0 = (int) sum0.reduceLanes(ADD);
    four.count1 = (int) sum1.reduceLanes(ADD);
    four.count2 = (int) sum2.reduceLanes(ADD);
    four.count3 = (int) sum3.reduceLanes(ADD);
    ScalarBitKernel.addDiffering(query, queryOffset, rows, four, i, words);
  }

  @Override
  public int common(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    Bounds.checkUnits(query, queryOffset, rows, offset, words, 3);
    LongVector sum = LongVector.zero(WORDS);
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 3;
      sum =
          sum.add(
              fromMemorySegment(WORDS, query, queryOffset + at, ORDER)
                  .and(fromMemorySegment(WORDS, rows, offset + at, ORDER))
                  .lanewise(BIT_COUNT));
    }
    return (int) sum.reduceLanes(ADD)
        + ScalarBitKernel.common(query, queryOffset, rows, offset, i, words);
  }

  @Override
  public void common4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    Bounds.checkUnits(query, queryOffset, rows, four, words, 3);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    LongVector sum0 = LongVector.zero(WORDS);
    LongVector sum1 = sum0;
    LongVector sum2 = sum0;
    LongVector sum3 = sum0;
    int i = 0;
    for (int last = words - LANES; i <= last; i += LANES) {
      long at = (long) i << 3;
      LongVector bits = fromMemorySegment(WORDS, query, queryOffset + at, ORDER);
      sum0 =
          sum0.add(
              bits.and(fromMemorySegment(WORDS, rows, offset0 + at, ORDER)).lanewise(BIT_COUNT));
      sum1 =
          sum1.add(
              bits.and(fromMemorySegment(WORDS, rows, offset1 + at, ORDER)).lanewise(BIT_COUNT));
      sum2 =
          sum2.add(
              bits.and(fromMemorySegment(WORDS, rows, offset2 + at, ORDER)).lanewise(BIT_COUNT));
      sum3 =
          sum3.add(
              bits.and(fromMemorySegment(WORDS, rows, offset3 + at, ORDER)).lanewise(BIT_COUNT));
    }
    four.count0 = (int) sum0.reduceLanes(ADD);
    four.count1 = (int) sum1.reduceLanes(ADD);
    four.count2 = (int) sum2.reduceLanes(ADD);
    four.count3 = (int) sum3.reduceLanes(ADD);
    ScalarBitKernel.addCommon(query, queryOffset, rows, four, i, words);
  }

  /*
   * Word by word, which AVX2 does not beat: a processor counts a word in one instruction, and a
   * row of RaBitQ has two to a dozen words.
   */

  @Override
  public int weighted(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int words) {
    return ScalarBitKernel.INSTANCE.weighted(query, queryOffset, rows, offset, words);
  }

  @Override
  public void weighted4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int words) {
    ScalarBitKernel.INSTANCE.weighted4(query, queryOffset, rows, four, words);
  }
}
