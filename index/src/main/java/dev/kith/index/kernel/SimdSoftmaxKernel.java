package dev.kith.index.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.NE;
import static jdk.incubator.vector.VectorOperators.UMIN;

import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/// Exponentials in whole SIMD registers.
///
/// `exp(x) = 2^n * exp(t)`, where `n = round(x * log2(e))` and `t = x - n * ln(2)`, whose product
/// is subtracted in two parts (Cody and Waite, *Software manual for the elementary functions*,
/// 1980), so that `|t| <= ln(2) / 2`, where a polynomial of degree five is right to a unit or two
/// in the last place.
///
/// As in [SimdKernel], no method of ours takes or returns a vector, so the polynomial is written
/// out wherever it is needed; where scores are taken from the largest, with the signs of odd powers
/// turned. Java has no instruction that scales by a power of two, and none that takes the larger of
/// two floats without regard to NaN; both are made of integers. The bits of floats above zero
/// ascend as the floats do, those of floats below zero, taken without a sign, as they fall: one
/// integer minimum cuts what is too small, and NaN with it where no number is above zero. Where it
/// may be, NaN is noticed by its product with zero, as infinities are, and the block left to
/// [ScalarSoftmaxKernel].
final class SimdSoftmaxKernel implements SoftmaxKernel {
  private static final SoftmaxKernel DEFINITION = ScalarSoftmaxKernel.INSTANCE;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();

  /// Elements whose sum is one of floats: by sixteen lanes, 64 each.
  private static final int BLOCK = 1024;

  private static final float LOG2E = 0x1.715476p+0f;
  private static final float MINUS_LN2_HIGH = -0x1.62e43p-1f;
  private static final float MINUS_LN2_LOW = 0x1.05c61p-29f;

  // The minimax polynomial of XNNPACK's f32 kernels, as published with the paper.
  private static final float C1 = 0x1.fffff6p-1f;
  private static final float C2 = 0x1.fffdc6p-2f;
  private static final float C3 = 0x1.555a80p-3f;
  private static final float C4 = 0x1.573a1ap-5f;
  private static final float C5 = 0x1.0f9f9cp-7f;

  /// Added to a number, it rounds it to a whole one, and leaves in the lowest bits what makes a
  /// power of two when shifted to the exponent. From -127 on, which makes zero.
  private static final float POWER = 0x1.8000fep23f;

  private static final int ZERO_POWER = Float.floatToIntBits(POWER - 127);
  private static final int EXPONENT_BITS = 23;

  private static final float FARTHEST = ScalarSoftmaxKernel.FARTHEST;
  private static final int FARTHEST_ABOVE = Float.floatToIntBits(FARTHEST);
  private static final int FARTHEST_BELOW = Float.floatToIntBits(-FARTHEST);

  /// How much less than the largest does not count: the power of two is zero then.
  private static final int NEGLIGIBLE = Float.floatToIntBits(88);

  /// Below the power of any number there can be.
  private static final float NOTHING = POWER - 0x1p21f;

  @Override
  public ExponentialSum sum(float[] x, int from, int to, float scale) {
    Objects.checkFromToIndex(from, to, x.length);
    float[] lanes = new float[3 * LANES];
    ExponentialSum sum = ExponentialSum.NONE;
    int whole = from + (to - from) / LANES * LANES;
    for (int block = from; block < whole; block += BLOCK) {
      int end = Math.min(whole, block + BLOCK);
      sumBlock(x, block, end, scale, lanes);
      sum = sum.plus(isFinite(lanes) ? total(lanes) : DEFINITION.sum(x, block, end, scale));
    }
    return whole == to ? sum : sum.plus(DEFINITION.sum(x, whole, to, scale));
  }

  /// Sums up a block of whole registers, lane by lane.
  ///
  /// @param lanes take the mantissas, the powers, and zeros, or NaN where a number is not finite
  private static void sumBlock(float[] x, int from, int to, float scale, float[] lanes) {
    FloatVector mantissas = FloatVector.zero(SPECIES);
    FloatVector powers = FloatVector.broadcast(SPECIES, NOTHING);
    FloatVector zeros = mantissas;
    for (int i = from; i < to; i += LANES) {
      FloatVector given = FloatVector.fromArray(SPECIES, x, i).mul(scale);
      zeros = given.fma(FloatVector.zero(SPECIES), zeros);
      FloatVector scaled =
          given
              .reinterpretAsInts()
              .lanewise(UMIN, FARTHEST_BELOW)
              .min(FARTHEST_ABOVE)
              .reinterpretAsFloats();
      FloatVector power =
          scaled.fma(FloatVector.broadcast(SPECIES, LOG2E), FloatVector.broadcast(SPECIES, POWER));
      FloatVector n = power.sub(POWER);
      FloatVector t = n.fma(FloatVector.broadcast(SPECIES, MINUS_LN2_HIGH), scaled);
      t = n.fma(FloatVector.broadcast(SPECIES, MINUS_LN2_LOW), t);
      FloatVector p = t.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C3));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C2));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C1));
      p = p.fma(t, FloatVector.broadcast(SPECIES, 1));
      FloatVector larger =
          power.reinterpretAsInts().max(powers.reinterpretAsInts()).reinterpretAsFloats();
      FloatVector ofSum =
          powers
              .sub(larger)
              .add(POWER)
              .reinterpretAsInts()
              .max(ZERO_POWER)
              .lanewise(LSHL, EXPONENT_BITS)
              .reinterpretAsFloats();
      FloatVector ofTerm =
          power
              .sub(larger)
              .add(POWER)
              .reinterpretAsInts()
              .max(ZERO_POWER)
              .lanewise(LSHL, EXPONENT_BITS)
              .reinterpretAsFloats();
      mantissas = mantissas.fma(ofSum, p.mul(ofTerm));
      powers = larger;
    }
    mantissas.intoArray(lanes, 0);
    powers.intoArray(lanes, LANES);
    zeros.intoArray(lanes, 2 * LANES);
  }

  private static boolean isFinite(float[] lanes) {
    float sum = 0;
    for (int lane = 2 * LANES; lane < lanes.length; lane++) {
      sum += lanes[lane];
    }
    return sum == 0;
  }

  private static ExponentialSum total(float[] lanes) {
    float largest = NOTHING;
    for (int lane = 0; lane < LANES; lane++) {
      largest = Math.max(largest, lanes[LANES + lane]);
    }
    double sum = 0;
    for (int lane = 0; lane < LANES; lane++) {
      int power = (int) Math.max(-2000, lanes[LANES + lane] - largest);
      sum += Math.scalb((double) lanes[lane], power);
    }
    return ExponentialSum.of(sum, largest - POWER);
  }

  @Override
  public void shares(
      float[] x, int from, int to, float scale, ExponentialSum total, float[] shares) {
    Objects.checkFromToIndex(from, to, Math.min(x.length, shares.length));
    if (total.mantissa() == 0) {
      DEFINITION.shares(x, from, to, scale, total, shares);
      return;
    }
    float inverse = (float) (1 / total.mantissa());
    float exponent = (float) total.exponent();
    int i = from;
    for (int last = to - LANES; i <= last; i += LANES) {
      FloatVector given = FloatVector.fromArray(SPECIES, x, i).mul(scale);
      given = given.blend(-FARTHEST, given.compare(NE, given)); // Nothing else differs from itself.
      FloatVector scaled =
          given
              .reinterpretAsInts()
              .lanewise(UMIN, FARTHEST_BELOW)
              .min(FARTHEST_ABOVE)
              .reinterpretAsFloats();
      FloatVector power =
          scaled.fma(FloatVector.broadcast(SPECIES, LOG2E), FloatVector.broadcast(SPECIES, POWER));
      FloatVector n = power.sub(POWER);
      FloatVector t = n.fma(FloatVector.broadcast(SPECIES, MINUS_LN2_HIGH), scaled);
      t = n.fma(FloatVector.broadcast(SPECIES, MINUS_LN2_LOW), t);
      FloatVector p = t.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C3));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C2));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C1));
      p = p.fma(t, FloatVector.broadcast(SPECIES, 1));
      FloatVector factor =
          power
              .sub(exponent)
              .reinterpretAsInts()
              .max(ZERO_POWER)
              .lanewise(LSHL, EXPONENT_BITS)
              .reinterpretAsFloats();
      p.mul(inverse).mul(factor).intoArray(shares, i);
    }
    DEFINITION.shares(x, i, to, scale, total, shares);
  }

  @Override
  public void softmax(float[] x, int from, int to, float scale, Passes passes, float[] shares) {
    Objects.checkFromToIndex(from, to, Math.min(x.length, shares.length));
    if (passes == Passes.TWO) {
      shares(x, from, to, scale, sum(x, from, to, scale), shares);
      return;
    }
    // Rounded up, so that no score is above it: what is less is never negative.
    float largest = Math.nextUp(largest(x, from, to) * scale);
    if (!(Math.abs(largest) <= FARTHEST)) {
      DEFINITION.softmax(x, from, to, scale, passes, shares);
      return;
    }
    double sum = 0;
    if (passes == Passes.THREE) {
      for (int block = from; block < to; block += BLOCK) {
        sum += exponentials(x, block, Math.min(to, block + BLOCK), scale, largest, shares);
      }
      divide(shares, from, to, (float) (1 / sum));
    } else {
      for (int block = from; block < to; block += BLOCK) {
        sum += sumOfExponentials(x, block, Math.min(to, block + BLOCK), scale, largest);
      }
      quotients(x, from, to, scale, largest, (float) (1 / sum), shares);
    }
  }

  /// The largest score; NaN is passed over, and negative infinity is not.
  private static float largest(float[] x, int from, int to) {
    FloatVector most0 = FloatVector.broadcast(SPECIES, Float.NEGATIVE_INFINITY);
    FloatVector most1 = most0;
    FloatVector most2 = most0;
    FloatVector most3 = most0;
    int i = from;
    for (int last = to - 4 * LANES; i <= last; i += 4 * LANES) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, i);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, i + LANES);
      FloatVector x2 = FloatVector.fromArray(SPECIES, x, i + 2 * LANES);
      FloatVector x3 = FloatVector.fromArray(SPECIES, x, i + 3 * LANES);
      most0 = most0.blend(x0, x0.compare(GT, most0));
      most1 = most1.blend(x1, x1.compare(GT, most1));
      most2 = most2.blend(x2, x2.compare(GT, most2));
      most3 = most3.blend(x3, x3.compare(GT, most3));
    }
    float largest = most0.max(most1).max(most2.max(most3)).reduceLanes(MAX);
    for (; i < to; i++) {
      largest = x[i] > largest ? x[i] : largest;
    }
    return largest;
  }

  /// Stores the exponentials of what the scores of a block are less than the largest.
  ///
  /// @return their sum
  private static double exponentials(
      float[] x, int from, int to, float scale, float largest, float[] target) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = from;
    for (int last = to - LANES; i <= last; i += LANES) {
      FloatVector less =
          FloatVector.fromArray(SPECIES, x, i)
              .fma(FloatVector.broadcast(SPECIES, -scale), FloatVector.broadcast(SPECIES, largest));
      less = less.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      FloatVector power =
          less.fma(FloatVector.broadcast(SPECIES, -LOG2E), FloatVector.broadcast(SPECIES, POWER));
      FloatVector n = power.sub(POWER);
      FloatVector t = n.fma(FloatVector.broadcast(SPECIES, -MINUS_LN2_HIGH), less);
      t = n.fma(FloatVector.broadcast(SPECIES, -MINUS_LN2_LOW), t);
      FloatVector p =
          t.fma(FloatVector.broadcast(SPECIES, -C5), FloatVector.broadcast(SPECIES, C4));
      p = p.fma(t, FloatVector.broadcast(SPECIES, -C3));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C2));
      p = p.fma(t, FloatVector.broadcast(SPECIES, -C1));
      p = p.fma(t, FloatVector.broadcast(SPECIES, 1));
      FloatVector factor =
          power.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats();
      FloatVector exponential = p.mul(factor);
      exponential.intoArray(target, i);
      sum = sum.add(exponential);
    }
    double total = sum(sum.toArray());
    for (; i < to; i++) {
      target[i] = ScalarSoftmaxKernel.exp(x[i] * scale - largest);
      total += target[i];
    }
    return total;
  }

  private static double sumOfExponentials(float[] x, int from, int to, float scale, float largest) {
    FloatVector sum = FloatVector.zero(SPECIES);
    int i = from;
    for (int last = to - LANES; i <= last; i += LANES) {
      FloatVector less =
          FloatVector.fromArray(SPECIES, x, i)
              .fma(FloatVector.broadcast(SPECIES, -scale), FloatVector.broadcast(SPECIES, largest));
      less = less.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      FloatVector power =
          less.fma(FloatVector.broadcast(SPECIES, -LOG2E), FloatVector.broadcast(SPECIES, POWER));
      FloatVector n = power.sub(POWER);
      FloatVector t = n.fma(FloatVector.broadcast(SPECIES, -MINUS_LN2_HIGH), less);
      t = n.fma(FloatVector.broadcast(SPECIES, -MINUS_LN2_LOW), t);
      FloatVector p =
          t.fma(FloatVector.broadcast(SPECIES, -C5), FloatVector.broadcast(SPECIES, C4));
      p = p.fma(t, FloatVector.broadcast(SPECIES, -C3));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C2));
      p = p.fma(t, FloatVector.broadcast(SPECIES, -C1));
      p = p.fma(t, FloatVector.broadcast(SPECIES, 1));
      FloatVector factor =
          power.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats();
      sum = p.fma(factor, sum);
    }
    double total = sum(sum.toArray());
    for (; i < to; i++) {
      total += ScalarSoftmaxKernel.exp(x[i] * scale - largest);
    }
    return total;
  }

  private static void quotients(
      float[] x, int from, int to, float scale, float largest, float inverse, float[] target) {
    int i = from;
    for (int last = to - LANES; i <= last; i += LANES) {
      FloatVector less =
          FloatVector.fromArray(SPECIES, x, i)
              .fma(FloatVector.broadcast(SPECIES, -scale), FloatVector.broadcast(SPECIES, largest));
      less = less.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      FloatVector power =
          less.fma(FloatVector.broadcast(SPECIES, -LOG2E), FloatVector.broadcast(SPECIES, POWER));
      FloatVector n = power.sub(POWER);
      FloatVector t = n.fma(FloatVector.broadcast(SPECIES, -MINUS_LN2_HIGH), less);
      t = n.fma(FloatVector.broadcast(SPECIES, -MINUS_LN2_LOW), t);
      FloatVector p =
          t.fma(FloatVector.broadcast(SPECIES, -C5), FloatVector.broadcast(SPECIES, C4));
      p = p.fma(t, FloatVector.broadcast(SPECIES, -C3));
      p = p.fma(t, FloatVector.broadcast(SPECIES, C2));
      p = p.fma(t, FloatVector.broadcast(SPECIES, -C1));
      p = p.fma(t, FloatVector.broadcast(SPECIES, 1));
      FloatVector factor =
          power.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats();
      p.mul(factor).mul(inverse).intoArray(target, i);
    }
    for (; i < to; i++) {
      target[i] = ScalarSoftmaxKernel.exp(x[i] * scale - largest) * inverse;
    }
  }

  private static double sum(float[] lanes) {
    double sum = 0;
    for (float lane : lanes) {
      sum += lane;
    }
    return sum;
  }

  private static void divide(float[] values, int from, int to, float inverse) {
    for (int i = from; i < to; i++) {
      values[i] *= inverse; // The compiler makes SIMD code of it.
    }
  }
}
