package dev.kith.index.kernel;

import static jdk.incubator.vector.FloatVector.fromMemorySegment;
import static jdk.incubator.vector.VectorOperators.GT;

import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorSpecies;

/// Five rows times two registers of columns: ten running sums, which with what they are made of fit
/// in the sixteen registers of AVX2. (Of twelve, C2 keeps one on the stack, and every multiply-add
/// into it waits for the one before to be stored and loaded: 39 instead of 70 GFLOP/s.)
final class SimdProductKernel implements ProductKernel {

  /*
   * As in SimdKernel, no method of ours takes or returns a vector.
   *
   * The tile is an array, not a segment: C2 proves an index into it once for the loop, and a
   * coordinate is loaded and spread over a register by one instruction.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final int WIDTH = 2 * LANES;
  private static final long REGISTER = (long) LANES * Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.LITTLE_ENDIAN;

  @Override
  public int width() {
    return WIDTH;
  }

  @Override
  public void multiply(
      float[] tiles, int tile, MemorySegment panels, long offset, int depth, float[] products) {
    ScalarProductKernel.check(this, tiles, tile, panels, offset, depth, products);
    long at = offset;
    FloatVector left0 = fromMemorySegment(SPECIES, panels, at, ORDER);
    FloatVector right0 = fromMemorySegment(SPECIES, panels, at + REGISTER, ORDER);
    FloatVector left1 = left0;
    FloatVector left2 = left0;
    FloatVector left3 = left0;
    FloatVector left4 = left0;
    FloatVector right1 = right0;
    FloatVector right2 = right0;
    FloatVector right3 = right0;
    FloatVector right4 = right0;
    for (int i = tile; i < tile + depth * ROWS; i += ROWS) {
      at += 2 * REGISTER;
      FloatVector left = fromMemorySegment(SPECIES, panels, at, ORDER);
      FloatVector right = fromMemorySegment(SPECIES, panels, at + REGISTER, ORDER);
      FloatVector row = FloatVector.broadcast(SPECIES, tiles[i]);
      left0 = row.fma(left, left0);
      right0 = row.fma(right, right0);
      row = FloatVector.broadcast(SPECIES, tiles[i + 1]);
      left1 = row.fma(left, left1);
      right1 = row.fma(right, right1);
      row = FloatVector.broadcast(SPECIES, tiles[i + 2]);
      left2 = row.fma(left, left2);
      right2 = row.fma(right, right2);
      row = FloatVector.broadcast(SPECIES, tiles[i + 3]);
      left3 = row.fma(left, left3);
      right3 = row.fma(right, right3);
      row = FloatVector.broadcast(SPECIES, tiles[i + 4]);
      left4 = row.fma(left, left4);
      right4 = row.fma(right, right4);
    }
    left0.intoArray(products, 0);
    right0.intoArray(products, LANES);
    left1.intoArray(products, WIDTH);
    right1.intoArray(products, WIDTH + LANES);
    left2.intoArray(products, 2 * WIDTH);
    right2.intoArray(products, 2 * WIDTH + LANES);
    left3.intoArray(products, 3 * WIDTH);
    right3.intoArray(products, 3 * WIDTH + LANES);
    left4.intoArray(products, 4 * WIDTH);
    right4.intoArray(products, 4 * WIDTH + LANES);
  }

  @Override
  public void keepLargest(float[] products, int panel, float[] best, int[] bestPanel) {
    ScalarProductKernel.check(this, products, best, bestPanel);
    for (int i = 0; i < ROWS * WIDTH; i += LANES) {
      FloatVector product = FloatVector.fromArray(SPECIES, products, i);
      FloatVector largest = FloatVector.fromArray(SPECIES, best, i);
      VectorMask<Float> larger = product.compare(GT, largest);
      largest.blend(product, larger).intoArray(best, i);
      IntVector.fromArray(INTS, bestPanel, i)
          .blend(panel, larger.cast(INTS))
          .intoArray(bestPanel, i);
    }
  }
}
