package dev.kith.index.codec;

/// Finds the grid point whose direction is nearest to that of a rotated vector. Used by one thread.
///
/// A grid coordinate is a *level* less the [middle][#middle]: levels are `0` to `2^bits - 1` and
/// grid coordinates odd multiples of a half; of eight bits, levels are `-127` to `127` and grid
/// coordinates the same.
///
/// Which grid point is nearest depends on the width of a step of the grid in the vector's
/// coordinates. The paper goes through all widths at which a coordinate changes its level (SIGMOD
/// 2025, section 3.2). Rotated coordinates are nearly normal, so the best width is not far from the
/// one that suits a normal distribution: of seven widths around it, those tried here, the best
/// makes an error of an estimate larger by 0.1 % (2 bits) to 1.5 % (6 bits) and 10 % (8 bits) than
/// the best of all at 384 dimensions.
final class LevelEncoder {

  /*
   * Steps of the uniform quantizer with least error for a normal distribution, in its standard
   * deviations (Max, "Quantizing for minimum distortion", 1960, table II), for 2 bits and more.
   */
  private static final double[] WIDTHS = {.9957, .5860, .3352, .1881, .1041, .0569, .0308};

  private static final double[] COARSE = {.8, .9, 1, 1.1, 1.2};
  private static final double FINE = .05;

  private final boolean signed;
  private final float half;
  private final int most;
  private final double width;
  private double product;
  private double squaredLength;

  /// @param bits a level, in `[2, 8]`
  LevelEncoder(int bits) {
    this.signed = bits == Codec.MAX_BITS;
    this.half = signed ? 0 : 0.5f;
    this.most = (1 << (bits - 1)) - 1;
    this.width = WIDTHS[bits - 2];
  }

  /// What a level is more than the grid coordinate that it stands for.
  static float middle(int bits) {
    return bits == Codec.MAX_BITS ? 0 : ((1 << bits) - 1) / 2f;
  }

  /// Returns the levels of a vector's coordinates.
  ///
  /// @param deviation root of the mean square of the coordinates
  byte[] encode(float[] vector, double deviation) {
    double unit = deviation == 0 ? 1 : width * deviation;
    double best = 1;
    double bestCosine = Double.NEGATIVE_INFINITY;
    for (double times : COARSE) {
      double cosine = cosine(vector, times * unit);
      if (cosine > bestCosine) {
        best = times;
        bestCosine = cosine;
      }
    }
    double coarse = best;
    for (double times : new double[] {coarse - FINE, coarse + FINE}) {
      double cosine = cosine(vector, times * unit);
      if (cosine > bestCosine) {
        best = times;
        bestCosine = cosine;
      }
    }
    cosine(vector, best * unit); // Leaves what it found of the best.
    return levels(vector, (float) (1 / (best * unit)));
  }

  /// Inner product of the last vector and its grid point.
  double product() {
    return product;
  }

  /// Squared length of the last grid point.
  double squaredLength() {
    return squaredLength;
  }

  /// Returns the cosine of a vector and its grid point, times the length of the vector.
  private double cosine(float[] vector, double step) {
    float perStep = (float) (1 / step);
    double sum = 0;
    double squares = 0;
    for (float coordinate : vector) {
      float length = Math.abs(coordinate);
      float grid = steps(length * perStep) + half;
      sum += (double) grid * length;
      squares += (double) grid * grid;
    }
    product = sum;
    squaredLength = squares;
    return squares == 0 ? 0 : sum / Math.sqrt(squares);
  }

  private byte[] levels(float[] vector, float perStep) {
    byte[] levels = new byte[vector.length];
    for (int i = 0; i < vector.length; i++) {
      int steps = steps(Math.abs(vector[i]) * perStep);
      if (signed) {
        levels[i] = (byte) (vector[i] < 0 ? -steps : steps);
      } else {
        levels[i] = (byte) (vector[i] < 0 ? most - steps : most + 1 + steps);
      }
    }
    return levels;
  }

  /// Whole steps from the middle, to the nearest where grid coordinates are whole numbers.
  private int steps(float widths) {
    return Math.min(most, (int) (signed ? widths + 0.5f : widths));
  }
}
