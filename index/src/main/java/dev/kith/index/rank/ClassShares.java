package dev.kith.index.rank;

import java.util.Arrays;
import java.util.Comparator;
import java.util.stream.IntStream;

/// A distribution over classes, the likeliest first: what the neighbours of a query are (Khandelwal
/// et al., *Generalization through memorization: nearest neighbor language models*, 2020), and what
/// was held likely without them.
///
/// @param classes those that are possible at all
/// @param probabilities one a class, above zero; they add up to one
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record ClassShares(int[] classes, double[] probabilities) {

  /// Adds up shares.
  ///
  /// @param shares one a neighbour, the nearest first, not negative
  /// @param classesOf each neighbour's, in `[0, count)`: each gets an equal part of the share; none
  ///   where the neighbour has no say
  /// @param count of classes
  /// @param prior what is held likely of each class, not negative and with a sum above zero; it is
  ///   divided by that. Empty for none
  /// @param neighborsWeight of the neighbours against the prior, in `[0, 1]`; without a share all
  ///   weight is the prior's, and without a prior it is theirs
  /// @return classes of no neighbour and equal probability in their order, after those of some
  public static ClassShares of(
      double[] shares, int[][] classesOf, int count, double[] prior, double neighborsWeight) {
    double[] sums = new double[count];
    int[] nearest = new int[count];
    Arrays.fill(nearest, Integer.MAX_VALUE);
    double total = 0;
    for (int neighbor = 0; neighbor < shares.length; neighbor++) {
      int[] classes = classesOf[neighbor];
      for (int of : classes) {
        sums[of] += shares[neighbor] / classes.length;
        nearest[of] = Math.min(nearest[of], neighbor);
      }
      total += classes.length == 0 ? 0 : shares[neighbor];
    }
    double ofPrior = Arrays.stream(prior).sum();
    double weight = ofPrior == 0 ? 1 : total == 0 ? 0 : neighborsWeight;
    for (int i = 0; i < count; i++) {
      double near = total == 0 ? 0 : sums[i] / total;
      sums[i] = weight * near + (ofPrior == 0 ? 0 : (1 - weight) * prior[i] / ofPrior);
    }
    int[] order =
        IntStream.range(0, count)
            .filter(i -> sums[i] > 0)
            .boxed()
            .sorted(
                Comparator.<Integer>comparingDouble(i -> -sums[i])
                    .thenComparingInt(i -> nearest[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    return new ClassShares(order, IntStream.of(order).mapToDouble(i -> sums[i]).toArray());
  }
}
