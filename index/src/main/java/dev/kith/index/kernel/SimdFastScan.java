package dev.kith.index.kernel;

import static jdk.incubator.vector.ByteVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.AND;
import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.LSHR;
import static jdk.incubator.vector.VectorOperators.S2F;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.ByteVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.ShortVector;
import jdk.incubator.vector.VectorSpecies;

/// Lookups by byte shuffles of 128-bit registers.
final class SimdFastScan implements FastScan {

  /*
   * 128 bits, whatever the processor has: a shuffle of 16 bytes is one instruction everywhere, while
   * a wider one crosses lanes and takes several without AVX-512 VBMI.
   *
   * A shuffle takes its index modulo 16, so the high halves need no mask in the low lookup and only
   * a shift in the high one. Four lookups are summed in bytes (see MAX_ENTRY), then the odd bytes
   * are added to one register of 16-bit sums and all bytes to another, from which the odd ones are
   * taken off at the end. The running sums start at the least short: that leaves a signed number,
   * which is all that can be converted to a float in one step.
   *
   * Shifts are of ints, although bytes and shorts are meant: C2 has an instruction with the distance
   * in it for those alone, and otherwise brings the distance to a register before every shift.
   *
   * As in SimdKernel, no method of ours takes or returns a vector.
   */

  private static final VectorSpecies<Byte> BYTES = ByteVector.SPECIES_128;
  private static final VectorSpecies<Short> SHORTS = ShortVector.SPECIES_128;
  private static final VectorSpecies<Float> FLOATS = FloatVector.SPECIES_256;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_256;

  /// The low byte of each half of an int.
  private static final int LOW_BYTES = 0x00FF00FF;

  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  /// Vectors whose sums fill a register of shorts, and whose estimates fill one of floats.
  private static final int GROUP = 8;

  private static final long FACTORS = (long) BLOCK * Float.BYTES;

  @Override
  public int estimate(
      LookupTable table,
      FactorFormat format,
      MemorySegment blocks,
      long offset,
      float base,
      float floor,
      float[] estimates) {
    Bounds.check(table, format, blocks, offset, estimates);
    short[] sums = table.sums;
    sum(table.lookups(), table.entries(), blocks, offset + FastScan.factorsBytes(format), sums);
    float scale = table.scale;
    float bias = table.bias - Short.MIN_VALUE * scale;
    return format == FactorFormat.FLOAT
        ? estimate(sums, scale, bias, blocks, offset, base, floor, estimates)
        : estimateByHalves(sums, scale, bias, blocks, offset, base, floor, estimates);
  }

  private static int estimate(
      short[] sums,
      float scale,
      float bias,
      MemorySegment blocks,
      long offset,
      float base,
      float floor,
      float[] estimates) {
    long above = 0;
    for (int first = 0; first < BLOCK; first += GROUP) {
      long addends = offset + (long) first * Float.BYTES;
      FloatVector estimate =
          ((FloatVector) ShortVector.fromArray(SHORTS, sums, first).convertShape(S2F, FLOATS, 0))
              .fma(scale, bias)
              .fma(
                  FloatVector.fromMemorySegment(FLOATS, blocks, addends + FACTORS, ORDER),
                  FloatVector.fromMemorySegment(FLOATS, blocks, addends, ORDER).add(base));
      estimate.intoArray(estimates, first);
      above |= estimate.compare(GT, floor).toLong() << first;
    }
    return (int) above;
  }

  private static int estimateByHalves(
      short[] sums,
      float scale,
      float bias,
      MemorySegment blocks,
      long offset,
      float base,
      float floor,
      float[] estimates) {
    long above = 0;
    for (int first = 0; first < BLOCK; first += GROUP) {
      IntVector both =
          IntVector.fromMemorySegment(INTS, blocks, offset + (long) first * Integer.BYTES, ORDER);
      FloatVector estimate =
          ((FloatVector) ShortVector.fromArray(SHORTS, sums, first).convertShape(S2F, FLOATS, 0))
              .fma(scale, bias)
              .fma(
                  both.lanewise(LSHL, Short.SIZE).reinterpretAsFloats(),
                  both.lanewise(AND, FactorFormat.ADDEND).reinterpretAsFloats().add(base));
      estimate.intoArray(estimates, first);
      above |= estimate.compare(GT, floor).toLong() << first;
    }
    return (int) above;
  }

  /// Adds up what the table holds for the codes of every vector, less 32,768.
  private static void sum(
      int lookups, byte[] entries, MemorySegment blocks, long codes, short[] sums) {
    ShortVector least = ShortVector.broadcast(SHORTS, Short.MIN_VALUE);
    ShortVector all0 = least;
    ShortVector odd0 = least;
    ShortVector all1 = least;
    ShortVector odd1 = least;
    for (int lookup = 0; lookup < lookups; lookup += 4) {
      int at = lookup * LookupTable.TABLE;
      ByteVector codes0 = fromMemorySegment(BYTES, blocks, codes + at, ORDER);
      ByteVector codes1 = fromMemorySegment(BYTES, blocks, codes + at + 16, ORDER);
      ByteVector codes2 = fromMemorySegment(BYTES, blocks, codes + at + 32, ORDER);
      ByteVector codes3 = fromMemorySegment(BYTES, blocks, codes + at + 48, ORDER);
      ByteVector table0 = ByteVector.fromArray(BYTES, entries, at);
      ByteVector table1 = ByteVector.fromArray(BYTES, entries, at + 16);
      ByteVector table2 = ByteVector.fromArray(BYTES, entries, at + 32);
      ByteVector table3 = ByteVector.fromArray(BYTES, entries, at + 48);
      ShortVector low =
          codes0
              .selectFrom(table0)
              .add(codes1.selectFrom(table1))
              .add(codes2.selectFrom(table2).add(codes3.selectFrom(table3)))
              .reinterpretAsShorts();
      all0 = all0.add(low);
      odd0 =
          odd0.add(
              low.reinterpretAsInts()
                  .lanewise(LSHR, 8)
                  .lanewise(AND, LOW_BYTES)
                  .reinterpretAsShorts());
      ByteVector high0 = codes0.reinterpretAsInts().lanewise(LSHR, 4).reinterpretAsBytes();
      ByteVector high1 = codes1.reinterpretAsInts().lanewise(LSHR, 4).reinterpretAsBytes();
      ByteVector high2 = codes2.reinterpretAsInts().lanewise(LSHR, 4).reinterpretAsBytes();
      ByteVector high3 = codes3.reinterpretAsInts().lanewise(LSHR, 4).reinterpretAsBytes();
      ShortVector high =
          high0
              .selectFrom(table0)
              .add(high1.selectFrom(table1))
              .add(high2.selectFrom(table2).add(high3.selectFrom(table3)))
              .reinterpretAsShorts();
      all1 = all1.add(high);
      odd1 =
          odd1.add(
              high.reinterpretAsInts()
                  .lanewise(LSHR, 8)
                  .lanewise(AND, LOW_BYTES)
                  .reinterpretAsShorts());
    }
    all0.sub(odd0.lanewise(LSHL, 8)).intoArray(sums, 0);
    odd0.intoArray(sums, GROUP);
    all1.sub(odd1.lanewise(LSHL, 8)).intoArray(sums, 2 * GROUP);
    odd1.intoArray(sums, 3 * GROUP);
  }
}
