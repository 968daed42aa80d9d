package dev.kith.index.kernel;

import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShuffle;
import jdk.incubator.vector.VectorSpecies;

/// The transform in 256-bit registers: butterflies within a register first, then between registers.
final class SimdHadamard implements Hadamard {

  /*
   * 256 bits on every processor: the three butterflies within a register are three shuffles. As in
   * SimdKernel, no method of ours takes or returns a vector.
   */

  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_256;
  private static final int LANES = SPECIES.length();

  private static final VectorShuffle<Float> SWAP_1 = VectorShuffle.fromOp(SPECIES, i -> i ^ 1);
  private static final VectorShuffle<Float> SWAP_2 = VectorShuffle.fromOp(SPECIES, i -> i ^ 2);
  private static final VectorShuffle<Float> SWAP_4 = VectorShuffle.fromOp(SPECIES, i -> i ^ 4);
  private static final FloatVector SIGNS_1 =
      FloatVector.fromArray(SPECIES, new float[] {1, -1, 1, -1, 1, -1, 1, -1}, 0);
  private static final FloatVector SIGNS_2 =
      FloatVector.fromArray(SPECIES, new float[] {1, 1, -1, -1, 1, 1, -1, -1}, 0);
  private static final FloatVector SIGNS_4 =
      FloatVector.fromArray(SPECIES, new float[] {1, 1, 1, 1, -1, -1, -1, -1}, 0);

  @Override
  public void transform(float[] values, int from, int length) {
    ScalarHadamard.check(values, from, length);
    int end = from + length;
    float scale = (float) (1 / Math.sqrt(length));
    for (int i = from; i < end; i += LANES) {
      FloatVector lanes = FloatVector.fromArray(SPECIES, values, i).mul(scale);
      lanes = lanes.fma(SIGNS_1, lanes.rearrange(SWAP_1));
      lanes = lanes.fma(SIGNS_2, lanes.rearrange(SWAP_2));
      lanes = lanes.fma(SIGNS_4, lanes.rearrange(SWAP_4));
      lanes.intoArray(values, i);
    }
    for (int distance = LANES; distance < length; distance *= 2) {
      for (int pair = from; pair < end; pair += 2 * distance) {
        for (int i = pair; i < pair + distance; i += LANES) {
          FloatVector first = FloatVector.fromArray(SPECIES, values, i);
          FloatVector second = FloatVector.fromArray(SPECIES, values, i + distance);
          first.add(second).intoArray(values, i);
          first.sub(second).intoArray(values, i + distance);
        }
      }
    }
  }
}
