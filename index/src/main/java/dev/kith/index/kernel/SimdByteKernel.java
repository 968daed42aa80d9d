package dev.kith.index.kernel;

import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/// Byte arithmetic in whole SIMD registers.
final class SimdByteKernel implements ByteKernel {

  /*
   * C2 has no multiply-add of bytes or shorts that the Vector API reaches, so bytes are widened to
   * shorts and multiplied there. The sum of two products still fits in a short (2 * 127 * 127 <
   * 32,768), and so does, without a sign, the square of a difference.
   *
   * Shorts are widened as FastScan widens bytes: pairs are added up as ints in one register and
   * their upper halves in another, from which the sum of the lower halves follows at the end. That
   * wants numbers without a sign, so 32,768 is added to each sum of two products.
   *
   * As in SimdKernel, no method of ours takes or returns a vector.
   */

  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Byte> BYTES =
      VectorSpecies.of(byte.class, VectorShape.forBitSize(SHORTS.vectorBitSize() / 2));
  private static final int LANES = SHORTS.length();
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Turns a signed short into one without a sign that is 32,768 larger.
  private static final ShortVector BIAS = ShortVector.broadcast(SHORTS, Short.MIN_VALUE);

  @Override
  public int dot(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkUnits(query, queryOffset, rows, offset, dimension, 0);
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    int i = 0;
    for (int last = dimension - 2 * LANES; i <= last; i += 2 * LANES) {
      Vector<Short> query0 =
          fromMemorySegment(BYTES, query, queryOffset + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> query1 =
          fromMemorySegment(BYTES, query, queryOffset + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> first = fromMemorySegment(BYTES, rows, offset + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> second =
          fromMemorySegment(BYTES, rows, offset + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> sums = first.mul(query0).add(second.mul(query1));
      IntVector biased = sums.lanewise(XOR, BIAS).reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    int bias = i / 2 * Short.MIN_VALUE;
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + bias
        + ScalarByteKernel.dot(query, queryOffset, rows, offset, i, dimension);
  }

  @Override
  public int squaredDistance(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int dimension) {
    Bounds.checkUnits(query, queryOffset, rows, offset, dimension, 0);
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    int i = 0;
    for (int last = dimension - LANES; i <= last; i += LANES) {
      Vector<Short> bytes =
          fromMemorySegment(BYTES, query, queryOffset + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> row = fromMemorySegment(BYTES, rows, offset + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> apart = bytes.sub(row);
      IntVector squares = apart.mul(apart).reinterpretAsInts();
      all = all.add(squares);
      upper = upper.add(squares.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + ScalarByteKernel.squaredDistance(query, queryOffset, rows, offset, i, dimension);
  }

  @Override
  public void dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.checkUnits(query, queryOffset, rows, four, dimension, 0);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    IntVector all0 = IntVector.zero(INTS);
    IntVector upper0 = all0;
    IntVector all1 = all0;
    IntVector upper1 = all0;
    IntVector all2 = all0;
    IntVector upper2 = all0;
    IntVector all3 = all0;
    IntVector upper3 = all0;
    int i = 0;
    for (int last = dimension - 2 * LANES; i <= last; i += 2 * LANES) {
      Vector<Short> query0 =
          fromMemorySegment(BYTES, query, queryOffset + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> query1 =
          fromMemorySegment(BYTES, query, queryOffset + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> first0 =
          fromMemorySegment(BYTES, rows, offset0 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> second0 =
          fromMemorySegment(BYTES, rows, offset0 + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> sums0 = first0.mul(query0).add(second0.mul(query1));
      IntVector biased0 = sums0.lanewise(XOR, BIAS).reinterpretAsInts();
      all0 = all0.add(biased0);
      upper0 = upper0.add(biased0.lanewise(LSHR, 16));
      Vector<Short> first1 =
          fromMemorySegment(BYTES, rows, offset1 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> second1 =
          fromMemorySegment(BYTES, rows, offset1 + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> sums1 = first1.mul(query0).add(second1.mul(query1));
      IntVector biased1 = sums1.lanewise(XOR, BIAS).reinterpretAsInts();
      all1 = all1.add(biased1);
      upper1 = upper1.add(biased1.lanewise(LSHR, 16));
      Vector<Short> first2 =
          fromMemorySegment(BYTES, rows, offset2 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> second2 =
          fromMemorySegment(BYTES, rows, offset2 + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> sums2 = first2.mul(query0).add(second2.mul(query1));
      IntVector biased2 = sums2.lanewise(XOR, BIAS).reinterpretAsInts();
      all2 = all2.add(biased2);
      upper2 = upper2.add(biased2.lanewise(LSHR, 16));
      Vector<Short> first3 =
          fromMemorySegment(BYTES, rows, offset3 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> second3 =
          fromMemorySegment(BYTES, rows, offset3 + i + LANES, ORDER).castShape(SHORTS, 0);
      Vector<Short> sums3 = first3.mul(query0).add(second3.mul(query1));
      IntVector biased3 = sums3.lanewise(XOR, BIAS).reinterpretAsInts();
      all3 = all3.add(biased3);
      upper3 = upper3.add(biased3.lanewise(LSHR, 16));
    }
    int bias = i / 2 * Short.MIN_VALUE;
    four.count0 = all0.sub(upper0.lanewise(LSHL, 16)).add(upper0).reduceLanes(ADD) + bias;
    four.count1 = all1.sub(upper1.lanewise(LSHL, 16)).add(upper1).reduceLanes(ADD) + bias;
    four.count2 = all2.sub(upper2.lanewise(LSHL, 16)).add(upper2).reduceLanes(ADD) + bias;
    four.count3 = all3.sub(upper3.lanewise(LSHL, 16)).add(upper3).reduceLanes(ADD) + bias;
    ScalarByteKernel.addDots(query, queryOffset, rows, four, i, dimension);
  }

  @Override
  public void squaredDistance4(
      MemorySegment query, long queryOffset, MemorySegment rows, FourRows four, int dimension) {
    Bounds.checkUnits(query, queryOffset, rows, four, dimension, 0);
    long offset0 = four.offset0;
    long offset1 = four.offset1;
    long offset2 = four.offset2;
    long offset3 = four.offset3;
    IntVector all0 = IntVector.zero(INTS);
    IntVector upper0 = all0;
    IntVector all1 = all0;
    IntVector upper1 = all0;
    IntVector all2 = all0;
    IntVector upper2 = all0;
    IntVector all3 = all0;
    IntVector upper3 = all0;
    int i = 0;
    for (int last = dimension - LANES; i <= last; i += LANES) {
      Vector<Short> bytes =
          fromMemorySegment(BYTES, query, queryOffset + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> row0 = fromMemorySegment(BYTES, rows, offset0 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> apart0 = bytes.sub(row0);
      IntVector squares0 = apart0.mul(apart0).reinterpretAsInts();
      all0 = all0.add(squares0);
      upper0 = upper0.add(squares0.lanewise(LSHR, 16));
      Vector<Short> row1 = fromMemorySegment(BYTES, rows, offset1 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> apart1 = bytes.sub(row1);
      IntVector squares1 = apart1.mul(apart1).reinterpretAsInts();
      all1 = all1.add(squares1);
      upper1 = upper1.add(squares1.lanewise(LSHR, 16));
      Vector<Short> row2 = fromMemorySegment(BYTES, rows, offset2 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> apart2 = bytes.sub(row2);
      IntVector squares2 = apart2.mul(apart2).reinterpretAsInts();
      all2 = all2.add(squares2);
      upper2 = upper2.add(squares2.lanewise(LSHR, 16));
      Vector<Short> row3 = fromMemorySegment(BYTES, rows, offset3 + i, ORDER).castShape(SHORTS, 0);
      Vector<Short> apart3 = bytes.sub(row3);
      IntVector squares3 = apart3.mul(apart3).reinterpretAsInts();
      all3 = all3.add(squares3);
      upper3 = upper3.add(squares3.lanewise(LSHR, 16));
    }
    four.count0 = all0.sub(upper0.lanewise(LSHL, 16)).add(upper0).reduceLanes(ADD);
    four.count1 = all1.sub(upper1.lanewise(LSHL, 16)).add(upper1).reduceLanes(ADD);
    four.count2 = all2.sub(upper2.lanewise(LSHL, 16)).add(upper2).reduceLanes(ADD);
    four.count3 = all3.sub(upper3.lanewise(LSHL, 16)).add(upper3).reduceLanes(ADD);
    ScalarByteKernel.addSquaredDistances(query, queryOffset, rows, four, i, dimension);
  }
}
