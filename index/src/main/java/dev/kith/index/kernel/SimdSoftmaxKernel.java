package dev.kith.index.kernel;

import static jdk.incubator.vector.VectorOperators.GT;
import static jdk.incubator.vector.VectorOperators.LSHL;
import static jdk.incubator.vector.VectorOperators.MAX;
import static jdk.incubator.vector.VectorOperators.OR;
import static jdk.incubator.vector.VectorOperators.UMIN;

import java.util.Arrays;
import java.util.Objects;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/// Exponentials in whole SIMD registers, as powers of two: `exp(scale * x) = 2^u`, where `u` is `x`
/// times `scale * log2(e)`.
///
/// Scores are told by what they are less than some *top*, `d >= 0`. Then `2^-d = 2^-n * 2^t`, where
/// `n = round(d)` and `t = n - d`, which is exact, so that `|t| <= 1/2`, where a polynomial of
/// degree five is right to a unit or two in the last place. Powers of `e` take two more
/// multiplications, to subtract `n * ln(2)` in two parts, and what a processor can do least of at a
/// time are multiplications. What `scale * log2(e)` is rounded by matters for what scores differ by
/// alone, because the top is accounted for in doubles.
///
/// The top is a guess, a little above the largest score of the first block. A block has told in
/// passing whether one of its scores is above it; then its own largest is found, and it is done
/// once more. So nearly all scores are read once where the largest of all would have to be found
/// before, and powers relative to different tops are made equal when they are divided. Pairs of a
/// number and a power of two for each score (Dukhan and Ablavatski, *Two-pass softmax algorithm*,
/// 2020) need no guess and take twice as long.
///
/// As in [SimdKernel], no method of ours takes or returns a vector, so the polynomial is written
/// out wherever it is needed. Loops do two registers a turn, which hides the wait for each step of
/// one; four are too much for the compiler. Java has no instruction that scales by a power of two:
/// it is made of integers. The bits of floats above zero ascend as the floats do, those of others,
/// taken without a sign, are larger: one integer minimum cuts what is too far, infinitely far, or
/// not a number, to a distance whose power is zero. Blocks whose largest score is out of all bounds
/// are left to [ScalarSoftmaxKernel].
final class SimdSoftmaxKernel implements SoftmaxKernel {
  private static final ScalarSoftmaxKernel DEFINITION = ScalarSoftmaxKernel.INSTANCE;
  private static final VectorSpecies<Float> SPECIES = FloatVector.SPECIES_PREFERRED;
  private static final int LANES = SPECIES.length();
  private static final VectorSpecies<Integer> INTS = IntVector.SPECIES_PREFERRED;

  /// Elements that a loop takes a turn.
  private static final int STEP = 2 * LANES;

  /// Elements whose sum is one of floats: 64 a lane.
  private static final int BLOCK = 64 * STEP;

  /// What the top is above the largest score that it was found from, as a power of two.
  private static final float MARGIN = 1;

  /// No sum: a score may be above the top.
  private static final double ABOVE = -1;

  private static final double LOG2E = 1 / Math.log(2);

  // The minimax polynomial for the relative error of 2^t where |t| <= 1/2, of floats.
  private static final float C1 = 0x1.62e428p-1f;
  private static final float C2 = 0x1.ebf9b6p-3f;
  private static final float C3 = 0x1.c6b762p-5f;
  private static final float C4 = 0x1.3cea96p-7f;
  private static final float C5 = 0x1.5bba02p-10f;

  /// A number of at most 127 that is subtracted from it becomes whole, and the lowest bits make its
  /// negative power of two when they are shifted to the exponent; 0 for 127.
  private static final float POWER = 0x1.8000fep23f;

  private static final int EXPONENT_BITS = 23;

  /// How much less than the largest does not count.
  private static final int NEGLIGIBLE = Float.floatToIntBits(127);

  /// Tops within half of it are exact enough.
  private static final float FARTHEST = ScalarSoftmaxKernel.FARTHEST;

  @Override
  public ExponentialSum sum(float[] x, int from, int to, float scale) {
    Objects.checkFromToIndex(from, to, x.length);
    float scale2 = (float) (scale * LOG2E);
    ExponentialSum sum = ExponentialSum.NONE;
    float largest = Float.NEGATIVE_INFINITY;
    float top = largest;
    double powers = 0;
    for (int block = from; block < to; block += BLOCK) {
      int end = Math.min(to, block + BLOCK);
      double ofBlock = isNear(top) ? sumOfPowers(x, block, end, scale2, top, false) : ABOVE;
      if (ofBlock == ABOVE) {
        sum = sum.plus(sum(powers, largest, scale, top));
        powers = 0;
        largest = largest(x, block, end);
        top = top(largest, scale2);
        if (!isNear(top)) {
          sum = sum.plus(DEFINITION.sum(x, block, end, scale));
          continue;
        }
        ofBlock = sumOfPowers(x, block, end, scale2, top, true);
      }
      powers += ofBlock;
    }
    return sum.plus(sum(powers, largest, scale, top));
  }

  /// Takes powers for what they are: what the top is more than the largest score that it was found
  /// from is known, and that score's exponential too.
  private static ExponentialSum sum(double powers, float largest, float scale, float top) {
    if (powers == 0) {
      return ExponentialSum.NONE;
    }
    double more = top - largest * (double) (float) (scale * LOG2E);
    return ExponentialSum.exp(largest * (double) scale)
        .times(ExponentialSum.of(powers * power(more), 0));
  }

  /// A power of two that no score exceeds, nor do others that are a little above the largest.
  private static float top(float largest, float scale2) {
    return largest * scale2 + MARGIN;
  }

  private static boolean isNear(float top) {
    return Math.abs(top) < FARTHEST / 2;
  }

  private static double power(double exponent) {
    return exponent == 0 ? 1 : Math.exp(exponent / LOG2E);
  }

  @Override
  public void shares(
      float[] x, int from, int to, float scale, ExponentialSum total, float[] shares) {
    Objects.checkFromToIndex(from, to, Math.min(x.length, shares.length));
    double log = total.log() * LOG2E;
    // No share is above one; with as much to spare, rounding makes none of them negligible.
    float top = (float) (log + 1);
    if (!isNear(top) || scale * LOG2E > Float.MAX_VALUE) {
      DEFINITION.shares(x, from, to, scale, total, shares);
      return;
    }
    quotients(x, from, to, scale * LOG2E, top, (float) power(top - log), shares);
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // Whether it is the same memory.
  public void softmax(float[] x, int from, int to, float scale, float[] shares) {
    Objects.checkFromToIndex(from, to, Math.min(x.length, shares.length));
    float scale2 = (float) (scale * LOG2E);
    double[] tops = new double[(to - from + BLOCK - 1) / BLOCK];
    float top = Float.NEGATIVE_INFINITY;
    double highest = top;
    double sum = 0;
    for (int i = 0; i < tops.length; i++) {
      int block = from + i * BLOCK;
      int end = Math.min(to, block + BLOCK);
      // Scores that their powers replace cannot be tried with a guess.
      boolean canGuess = isNear(top) && x != shares;
      double powers = canGuess ? powers(x, block, end, scale2, top, false, shares) : ABOVE;
      double ofBlock = top;
      if (powers == ABOVE) {
        float largest = largest(x, block, end);
        float higher = top(largest, scale2);
        if (isNear(higher)) {
          top = Math.max(top, higher);
          ofBlock = top;
          powers = powers(x, block, end, scale2, top, true, shares);
        } else {
          ofBlock = ScalarSoftmaxKernel.scaled(largest, scale) * LOG2E;
          powers = DEFINITION.exponentials(x, block, end, scale, largest, shares);
        }
      }
      tops[i] = ofBlock;
      if (ofBlock > highest) {
        sum *= power(highest - ofBlock);
        highest = ofBlock;
      }
      sum += powers * power(ofBlock - highest);
    }
    multiply(shares, from, to, tops, highest, sum);
  }

  /// Multiplies blocks by the factors that make shares of powers that are relative to some tops.
  private static void multiply(
      float[] values, int from, int to, double[] tops, double highest, double sum) {
    int first = 0;
    for (int i = 1; i <= tops.length; i++) {
      if (i == tops.length || tops[i] != tops[first]) {
        float factor = sum == 0 ? 0 : (float) (power(tops[first] - highest) / sum);
        multiply(values, from + first * BLOCK, Math.min(to, from + i * BLOCK), factor);
        first = i;
      }
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

  /// Where whole steps end.
  private static int wholeSteps(int from, int to) {
    return to - (to - from) % STEP;
  }

  /// The scores that are too few for a step, and others that do not count.
  private static float[] rest(float[] x, int from, int to) {
    float[] rest = new float[STEP];
    System.arraycopy(x, from, rest, 0, to - from);
    Arrays.fill(rest, to - from, STEP, Float.NEGATIVE_INFINITY);
    return rest;
  }

  /// Stores the powers of two by what scores are less than the top.
  ///
  /// @param isHighest whether no score is above the top
  /// @return their sum; [#ABOVE] if a score may be above the top
  private static double powers(
      float[] x, int from, int to, float scale2, float top, boolean isHighest, float[] target) {
    int whole = wholeSteps(from, to);
    double sum = powersOfSteps(x, from, whole, scale2, top, isHighest, target);
    if (whole == to || sum == ABOVE) {
      return sum;
    }
    float[] rest = rest(x, whole, to);
    double more = powersOfSteps(rest, 0, STEP, scale2, top, isHighest, rest);
    System.arraycopy(rest, 0, target, whole, to - whole);
    return more == ABOVE ? ABOVE : sum + more;
  }

  private static double powersOfSteps(
      float[] x, int from, int to, float scale2, float top, boolean isHighest, float[] target) {
    FloatVector minus = FloatVector.broadcast(SPECIES, -scale2);
    FloatVector tops = FloatVector.broadcast(SPECIES, top);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    IntVector above = IntVector.zero(INTS);
    for (int i = from; i < to; i += STEP) {
      FloatVector d0 = FloatVector.fromArray(SPECIES, x, i).fma(minus, tops);
      FloatVector d1 = FloatVector.fromArray(SPECIES, x, i + LANES).fma(minus, tops);
      above = above.or(d0.reinterpretAsInts().or(d1.reinterpretAsInts()));
      d0 = d0.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      d1 = d1.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      FloatVector n0 = FloatVector.broadcast(SPECIES, POWER).sub(d0);
      FloatVector n1 = FloatVector.broadcast(SPECIES, POWER).sub(d1);
      FloatVector t0 = FloatVector.broadcast(SPECIES, POWER).sub(n0).sub(d0);
      FloatVector t1 = FloatVector.broadcast(SPECIES, POWER).sub(n1).sub(d1);
      FloatVector p0 =
          t0.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      FloatVector p1 =
          t1.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C3));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C3));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C2));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C2));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C1));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C1));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, 1));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, 1));
      p0 = p0.mul(n0.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats());
      p1 = p1.mul(n1.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats());
      p0.intoArray(target, i);
      p1.intoArray(target, i + LANES);
      sum0 = sum0.add(p0);
      sum1 = sum1.add(p1);
    }
    return !isHighest && above.reduceLanes(OR) < 0 ? ABOVE : sum(sum0.add(sum1).toArray());
  }

  /// Sums up the powers of two by what scores are less than the top.
  ///
  /// @param isHighest whether no score is above the top
  /// @return the sum; [#ABOVE] if a score may be above the top
  private static double sumOfPowers(
      float[] x, int from, int to, float scale2, float top, boolean isHighest) {
    int whole = wholeSteps(from, to);
    double sum = sumOfSteps(x, from, whole, scale2, top, isHighest);
    if (whole == to || sum == ABOVE) {
      return sum;
    }
    double more = sumOfSteps(rest(x, whole, to), 0, STEP, scale2, top, isHighest);
    return more == ABOVE ? ABOVE : sum + more;
  }

  private static double sumOfSteps(
      float[] x, int from, int to, float scale2, float top, boolean isHighest) {
    FloatVector minus = FloatVector.broadcast(SPECIES, -scale2);
    FloatVector tops = FloatVector.broadcast(SPECIES, top);
    FloatVector sum0 = FloatVector.zero(SPECIES);
    FloatVector sum1 = sum0;
    IntVector above = IntVector.zero(INTS);
    for (int i = from; i < to; i += STEP) {
      FloatVector d0 = FloatVector.fromArray(SPECIES, x, i).fma(minus, tops);
      FloatVector d1 = FloatVector.fromArray(SPECIES, x, i + LANES).fma(minus, tops);
      above = above.or(d0.reinterpretAsInts().or(d1.reinterpretAsInts()));
      d0 = d0.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      d1 = d1.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      FloatVector n0 = FloatVector.broadcast(SPECIES, POWER).sub(d0);
      FloatVector n1 = FloatVector.broadcast(SPECIES, POWER).sub(d1);
      FloatVector t0 = FloatVector.broadcast(SPECIES, POWER).sub(n0).sub(d0);
      FloatVector t1 = FloatVector.broadcast(SPECIES, POWER).sub(n1).sub(d1);
      FloatVector p0 =
          t0.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      FloatVector p1 =
          t1.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C3));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C3));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C2));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C2));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C1));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C1));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, 1));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, 1));
      sum0 =
          p0.fma(n0.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats(), sum0);
      sum1 =
          p1.fma(n1.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats(), sum1);
    }
    return !isHighest && above.reduceLanes(OR) < 0 ? ABOVE : sum(sum0.add(sum1).toArray());
  }

  private static double sum(float[] lanes) {
    double even = 0;
    double odd = 0;
    for (int lane = 0; lane < lanes.length; lane += 2) {
      even += lanes[lane];
      odd += lanes[lane + 1];
    }
    return even + odd;
  }

  /// Stores the powers of two by what scores are less than the top, times a factor.
  private static void quotients(
      float[] x, int from, int to, double scale2, float top, float factor, float[] target) {
    int whole = wholeSteps(from, to);
    quotientsOfSteps(x, from, whole, scale2, top, factor, target);
    if (whole < to) {
      float[] rest = rest(x, whole, to);
      quotientsOfSteps(rest, 0, STEP, scale2, top, factor, rest);
      System.arraycopy(rest, 0, target, whole, to - whole);
    }
  }

  /// The scale is split in two, because the top may be farther from all scores than they are from
  /// each other.
  private static void quotientsOfSteps(
      float[] x, int from, int to, double scale2, float top, float factor, float[] target) {
    float high = (float) scale2;
    FloatVector minusHigh = FloatVector.broadcast(SPECIES, -high);
    FloatVector minusLow = FloatVector.broadcast(SPECIES, (float) (high - scale2));
    FloatVector tops = FloatVector.broadcast(SPECIES, top);
    FloatVector factors = FloatVector.broadcast(SPECIES, factor);
    for (int i = from; i < to; i += STEP) {
      FloatVector x0 = FloatVector.fromArray(SPECIES, x, i);
      FloatVector x1 = FloatVector.fromArray(SPECIES, x, i + LANES);
      FloatVector d0 = x0.fma(minusLow, x0.fma(minusHigh, tops));
      FloatVector d1 = x1.fma(minusLow, x1.fma(minusHigh, tops));
      d0 = d0.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      d1 = d1.reinterpretAsInts().lanewise(UMIN, NEGLIGIBLE).reinterpretAsFloats();
      FloatVector n0 = FloatVector.broadcast(SPECIES, POWER).sub(d0);
      FloatVector n1 = FloatVector.broadcast(SPECIES, POWER).sub(d1);
      FloatVector t0 = FloatVector.broadcast(SPECIES, POWER).sub(n0).sub(d0);
      FloatVector t1 = FloatVector.broadcast(SPECIES, POWER).sub(n1).sub(d1);
      FloatVector p0 =
          t0.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      FloatVector p1 =
          t1.fma(FloatVector.broadcast(SPECIES, C5), FloatVector.broadcast(SPECIES, C4));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C3));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C3));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C2));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C2));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, C1));
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, C1));
      p0 = p0.fma(t0, FloatVector.broadcast(SPECIES, 1)).mul(factors);
      p1 = p1.fma(t1, FloatVector.broadcast(SPECIES, 1)).mul(factors);
      p0.mul(n0.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats())
          .intoArray(target, i);
      p1.mul(n1.reinterpretAsInts().lanewise(LSHL, EXPONENT_BITS).reinterpretAsFloats())
          .intoArray(target, i + LANES);
    }
  }

  private static void multiply(float[] values, int from, int to, float factor) {
    for (int i = from; i < to; i++) {
      values[i] *= factor; // The compiler makes SIMD code of it.
    }
  }
}
