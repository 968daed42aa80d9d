package dev.kith.index.rank;

import dev.kith.index.kernel.ExponentialSum;
import dev.kith.index.kernel.SoftmaxKernel;

/// Turns the scores of a list into shares of probability, which are comparable between queries as
/// scores are not: `exp(score / temperature)`, divided by the sum of all.
///
/// @param temperature that divided the scores
/// @param sum of the exponentials, which those of other lists add to
/// @param perplexity `exp(H)`, where `H` is the entropy of the shares: how many equal shares would
///   be as uncertain
/// @param effective `1 / sum(share^2)`: how many equal shares two draws would meet as often in
public record Softmax(double temperature, ExponentialSum sum, double perplexity, double effective) {

  /// Finds shares.
  ///
  /// @param scores `[0, count)` of them, finite
  /// @param temperature above 0 and finite
  /// @param shares takes a share for each, which add up to one; nothing where there is no score
  /// @throws IndexOutOfBoundsException if there is no room
  /// @throws IllegalArgumentException if the temperature is not above 0 and finite
  public static Softmax of(float[] scores, int count, double temperature, float[] shares) {
    if (!(temperature > 0 && temperature < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a temperature must be above 0 and finite, got " + temperature);
    }
    float scale = (float) Math.min(1 / temperature, Float.MAX_VALUE);
    // From the largest on: however large scores are, only what they differ by is divided.
    float largest = largest(scores, count);
    for (int i = 0; i < count; i++) {
      shares[i] = scores[i] - largest;
    }
    SoftmaxKernel kernel = SoftmaxKernel.best();
    ExponentialSum relative = kernel.sum(shares, 0, count, scale);
    kernel.shares(shares, 0, count, scale, relative, shares);
    double mean = 0;
    double squares = 0;
    for (int i = 0; i < count; i++) {
      mean += shares[i] * (double) (scores[i] - largest) * scale;
      squares += (double) shares[i] * shares[i];
    }
    double entropy = count == 0 ? 0 : Math.max(0, relative.log() - mean);
    return new Softmax(
        temperature,
        count == 0 ? relative : relative.times(ExponentialSum.exp(largest / temperature)),
        count == 0 ? 0 : Math.min(count, Math.exp(entropy)),
        squares == 0 ? 0 : 1 / squares);
  }

  private static float largest(float[] scores, int count) {
    float largest = Float.NEGATIVE_INFINITY;
    for (int i = 0; i < count; i++) {
      largest = Math.max(largest, scores[i]);
    }
    return largest;
  }

  /// Finds the temperature at which shares have a perplexity, which rises with temperature, from
  /// the number of scores that are the highest to that of all.
  ///
  /// A perplexity of `count * exp(-rho)` is where the divergence of the shares from equal ones is
  /// `rho`, which is the optimum that TempNet's network is trained for (Qiu et al., *To cool or not
  /// to cool? Temperature network meets large foundation models via DRO*, 2024).
  ///
  /// @param scores `[0, count)` of them, finite
  /// @param perplexity in `[1, count]`
  /// @param shares room for as many numbers; overwritten
  /// @return the temperature; the coldest or hottest that is looked at where no other reaches the
  ///   perplexity, and 1 if all scores are equal
  /// @throws IllegalArgumentException if the perplexity is out of range
  public static double temperature(float[] scores, int count, double perplexity, float[] shares) {
    if (!(perplexity >= 1 && perplexity <= count)) {
      throw new IllegalArgumentException(
          "a perplexity must be in [1, %d], the number of scores, got %s"
              .formatted(count, perplexity));
    }
    float largest = largest(scores, count);
    boolean equal = true;
    for (int i = 0; i < count; i++) {
      shares[i] = scores[i] - largest;
      equal &= shares[i] == 0;
    }
    return equal ? 1 : new TemperatureSearch(shares, count).find(perplexity).temperature();
  }
}
