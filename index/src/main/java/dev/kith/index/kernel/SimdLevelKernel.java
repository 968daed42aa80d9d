package dev.kith.index.kernel;

import static jdk.incubator.vector.VectorOperators.ADD;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.XOR;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.LongVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.Vector;
import jdk.incubator.vector.VectorSpecies;

/// Sixteen levels at a time, as shorts in a register of 256 bits.
final class SimdLevelKernel implements LevelKernel {

  /*
   * There are no shifts of bytes, so bytes are shifted as shorts or longs, and a mask takes what
   * came over from the byte beside. A level of six bits times 127, four times, still fits in a
   * short: the four groups of a chunk are added up there. Shorts are widened as in SimdByteKernel.
   *
   * A method for every number of bits, because a loop that asks which parts there are is two to
   * three times slower. As in SimdKernel, no method of ours takes or returns a vector.
   */

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;
  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> PAIRS = ShortVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;
  private static final VectorSpecies<Long> LONGS = LongVector.SPECIES_128;
  private static final int LANES = SHORTS.length();
  private static final ValueLayout.OfLong LONG = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(ORDER);

  /// Turns a signed short into one without a sign that is 32,768 larger.
  private static final ShortVector BIAS = ShortVector.broadcast(SHORTS, Short.MIN_VALUE);

  /// Brings the odd bits of eight bytes beside the even ones.
  private static final LongVector ODD = LongVector.zero(LONGS).withLane(1, 1);

  private static final long ONES = 0x0101_0101_0101_0101L;

  @Override
  public int dot(
      MemorySegment query,
      long queryOffset,
      MemorySegment rows,
      long offset,
      int chunks,
      int bits) {
    Bounds.checkLevels(query, queryOffset, rows, offset, chunks, bits);
    return switch (bits) {
      case 2 -> dot2(query, queryOffset, rows, offset, chunks);
      case 3 -> dot3(query, queryOffset, rows, offset, chunks);
      case 4 -> dot4(query, queryOffset, rows, offset, chunks);
      case 5 -> dot5(query, queryOffset, rows, offset, chunks);
      case 6 -> dot6(query, queryOffset, rows, offset, chunks);
      case 7 -> dot7(query, queryOffset, rows, offset, chunks);
      default -> dot8(query, queryOffset, rows, offset, chunks);
    };
  }

  private static int dot2(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long at = offset + chunk * 16L;
      long queryAt = queryOffset + chunk * 128L;
      ShortVector twos = ShortVector.fromMemorySegment(PAIRS, rows, at, ORDER);
      Vector<Short> first = twos.and((short) 0x0303).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> second =
          twos.lanewise(LSHR, 2).and((short) 0x0303).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> third =
          twos.lanewise(LSHR, 4).and((short) 0x0303).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> fourth =
          twos.lanewise(LSHR, 6).and((short) 0x0303).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> sums =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .add(third.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 64, ORDER)))
              .add(fourth.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 96, ORDER)));
      IntVector biased = sums.lanewise(XOR, BIAS).reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + chunks * (LANES * Short.MIN_VALUE);
  }

  private static int dot3(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long at = offset + chunk * 24L;
      long queryAt = queryOffset + chunk * 128L;
      ShortVector twos = ShortVector.fromMemorySegment(PAIRS, rows, at, ORDER);
      LongVector ones = LongVector.broadcast(LONGS, rows.get(LONG, at + 16)).lanewise(LSHR, ODD);
      Vector<Short> first =
          twos.lanewise(LSHL, 1)
              .and((short) 0x0606)
              .or(ones.and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> second =
          twos.lanewise(LSHR, 1)
              .and((short) 0x0606)
              .or(ones.lanewise(LSHR, 2).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> third =
          twos.lanewise(LSHR, 3)
              .and((short) 0x0606)
              .or(ones.lanewise(LSHR, 4).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> fourth =
          twos.lanewise(LSHR, 5)
              .and((short) 0x0606)
              .or(ones.lanewise(LSHR, 6).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> sums =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .add(third.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 64, ORDER)))
              .add(fourth.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 96, ORDER)));
      IntVector biased = sums.lanewise(XOR, BIAS).reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + chunks * (LANES * Short.MIN_VALUE);
  }

  private static int dot4(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long at = offset + chunk * 32L;
      long queryAt = queryOffset + chunk * 128L;
      ShortVector low = ShortVector.fromMemorySegment(PAIRS, rows, at, ORDER);
      ShortVector high = ShortVector.fromMemorySegment(PAIRS, rows, at + 16, ORDER);
      Vector<Short> first = low.and((short) 0x0F0F).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> second =
          low.lanewise(LSHR, 4).and((short) 0x0F0F).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> third = high.and((short) 0x0F0F).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> fourth =
          high.lanewise(LSHR, 4).and((short) 0x0F0F).reinterpretAsBytes().castShape(SHORTS, 0);
      Vector<Short> sums =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .add(third.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 64, ORDER)))
              .add(fourth.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 96, ORDER)));
      IntVector biased = sums.lanewise(XOR, BIAS).reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + chunks * (LANES * Short.MIN_VALUE);
  }

  private static int dot5(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long at = offset + chunk * 40L;
      long queryAt = queryOffset + chunk * 128L;
      ShortVector low = ShortVector.fromMemorySegment(PAIRS, rows, at, ORDER);
      ShortVector high = ShortVector.fromMemorySegment(PAIRS, rows, at + 16, ORDER);
      LongVector ones = LongVector.broadcast(LONGS, rows.get(LONG, at + 32)).lanewise(LSHR, ODD);
      Vector<Short> first =
          low.lanewise(LSHL, 1)
              .and((short) 0x1E1E)
              .or(ones.and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> second =
          low.lanewise(LSHR, 3)
              .and((short) 0x1E1E)
              .or(ones.lanewise(LSHR, 2).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> third =
          high.lanewise(LSHL, 1)
              .and((short) 0x1E1E)
              .or(ones.lanewise(LSHR, 4).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> fourth =
          high.lanewise(LSHR, 3)
              .and((short) 0x1E1E)
              .or(ones.lanewise(LSHR, 6).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> sums =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .add(third.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 64, ORDER)))
              .add(fourth.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 96, ORDER)));
      IntVector biased = sums.lanewise(XOR, BIAS).reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + chunks * (LANES * Short.MIN_VALUE);
  }

  private static int dot6(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long at = offset + chunk * 48L;
      long queryAt = queryOffset + chunk * 128L;
      ShortVector low = ShortVector.fromMemorySegment(PAIRS, rows, at, ORDER);
      ShortVector high = ShortVector.fromMemorySegment(PAIRS, rows, at + 16, ORDER);
      ShortVector twos = ShortVector.fromMemorySegment(PAIRS, rows, at + 32, ORDER);
      Vector<Short> first =
          low.lanewise(LSHL, 2)
              .and((short) 0x3C3C)
              .or(twos.and((short) 0x0303))
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> second =
          low.lanewise(LSHR, 2)
              .and((short) 0x3C3C)
              .or(twos.lanewise(LSHR, 2).and((short) 0x0303))
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> third =
          high.lanewise(LSHL, 2)
              .and((short) 0x3C3C)
              .or(twos.lanewise(LSHR, 4).and((short) 0x0303))
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> fourth =
          high.lanewise(LSHR, 2)
              .and((short) 0x3C3C)
              .or(twos.lanewise(LSHR, 6).and((short) 0x0303))
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> sums =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .add(third.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 64, ORDER)))
              .add(fourth.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 96, ORDER)));
      IntVector biased = sums.lanewise(XOR, BIAS).reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + chunks * (LANES * Short.MIN_VALUE);
  }

  private static int dot7(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int chunk = 0; chunk < chunks; chunk++) {
      long at = offset + chunk * 56L;
      long queryAt = queryOffset + chunk * 128L;
      ShortVector low = ShortVector.fromMemorySegment(PAIRS, rows, at, ORDER);
      ShortVector high = ShortVector.fromMemorySegment(PAIRS, rows, at + 16, ORDER);
      ShortVector twos = ShortVector.fromMemorySegment(PAIRS, rows, at + 32, ORDER);
      LongVector ones = LongVector.broadcast(LONGS, rows.get(LONG, at + 48)).lanewise(LSHR, ODD);
      Vector<Short> first =
          low.lanewise(LSHL, 3)
              .and((short) 0x7878)
              .or(twos.lanewise(LSHL, 1).and((short) 0x0606))
              .or(ones.and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> second =
          low.lanewise(LSHR, 1)
              .and((short) 0x7878)
              .or(twos.lanewise(LSHR, 1).and((short) 0x0606))
              .or(ones.lanewise(LSHR, 2).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> third =
          high.lanewise(LSHL, 3)
              .and((short) 0x7878)
              .or(twos.lanewise(LSHR, 3).and((short) 0x0606))
              .or(ones.lanewise(LSHR, 4).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      Vector<Short> fourth =
          high.lanewise(LSHR, 1)
              .and((short) 0x7878)
              .or(twos.lanewise(LSHR, 5).and((short) 0x0606))
              .or(ones.lanewise(LSHR, 6).and(ONES).reinterpretAsShorts())
              .reinterpretAsBytes()
              .castShape(SHORTS, 0);
      IntVector biased =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .lanewise(XOR, BIAS)
              .reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
      biased =
          third
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 64, ORDER))
              .add(fourth.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 96, ORDER)))
              .lanewise(XOR, BIAS)
              .reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + 2 * chunks * (LANES * Short.MIN_VALUE);
  }

  private static int dot8(
      MemorySegment query, long queryOffset, MemorySegment rows, long offset, int chunks) {
    IntVector all = IntVector.zero(INTS);
    IntVector upper = all;
    for (int half = 0; half < 2 * chunks; half++) {
      long at = offset + half * 32L;
      long queryAt = queryOffset + half * 64L;
      Vector<Short> first =
          ByteVector.fromMemorySegment(BYTES, rows, at, ORDER).castShape(SHORTS, 0);
      Vector<Short> second =
          ByteVector.fromMemorySegment(BYTES, rows, at + 16, ORDER).castShape(SHORTS, 0);
      IntVector biased =
          first
              .mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt, ORDER))
              .add(second.mul(ShortVector.fromMemorySegment(SHORTS, query, queryAt + 32, ORDER)))
              .lanewise(XOR, BIAS)
              .reinterpretAsInts();
      all = all.add(biased);
      upper = upper.add(biased.lanewise(LSHR, 16));
    }
    return all.sub(upper.lanewise(LSHL, 16)).add(upper).reduceLanes(ADD)
        + 2 * chunks * (LANES * Short.MIN_VALUE);
  }
}
