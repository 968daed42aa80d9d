package dev.kith.server.rpc;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;

/// What rankings should come to, written to be obviously right.
final class NaiveRanking {
  private NaiveRanking() {}

  static double logSumExp(double[] scores, double temperature) {
    double largest = Arrays.stream(scores).max().orElse(0);
    double sum = Arrays.stream(scores).map(s -> Math.exp((s - largest) / temperature)).sum();
    return Math.log(sum) + largest / temperature;
  }

  static double[] shares(double[] scores, double temperature) {
    double log = logSumExp(scores, temperature);
    return Arrays.stream(scores).map(s -> Math.exp(s / temperature - log)).toArray();
  }

  static double perplexity(double[] shares) {
    return Math.exp(-Arrays.stream(shares).map(p -> p > 0 ? p * Math.log(p) : 0).sum());
  }

  static double effective(double[] shares) {
    return 1 / Arrays.stream(shares).map(p -> p * p).sum();
  }

  /// Logarithms of a mixture; NaN in a signal stands for no value.
  static double[] mixture(double[][] signals, double[] weights, double[] temperatures) {
    double[] sums = new double[signals[0].length];
    double total = 0;
    for (int s = 0; s < signals.length; s++) {
      int signal = s;
      int[] has =
          IntStream.range(0, sums.length).filter(i -> !Double.isNaN(signals[signal][i])).toArray();
      if (has.length == 0) {
        continue;
      }
      total += weights[s];
      double[] shares =
          shares(
              Arrays.stream(has).mapToDouble(i -> signals[signal][i]).toArray(), temperatures[s]);
      for (int i = 0; i < has.length; i++) {
        sums[has[i]] += weights[s] * shares[i];
      }
    }
    double all = total;
    return Arrays.stream(sums).map(sum -> Math.log(sum / all)).toArray();
  }

  static double[] reciprocalRanks(double[][] signals, double[] weights, double constant) {
    double[] sums = new double[signals[0].length];
    for (int s = 0; s < signals.length; s++) {
      for (int i = 0; i < sums.length; i++) {
        double own = signals[s][i];
        if (!Double.isNaN(own)) {
          long better = Arrays.stream(signals[s]).filter(other -> other > own).count();
          sums[i] += weights[s] / (constant + 1 + better);
        }
      }
    }
    return sums;
  }

  /// Places by value, the largest first, equal ones in order.
  static List<Integer> order(double[] values) {
    List<Integer> places = new ArrayList<>(IntStream.range(0, values.length).boxed().toList());
    places.sort((a, b) -> Double.compare(values[b], values[a]));
    return places;
  }

  /// Similarity of two candidates.
  interface Similarity {
    double of(int one, int other);
  }

  static List<Integer> marginal(
      double[] scores, Similarity similarity, double diversity, int limit) {
    List<Integer> chosen = new ArrayList<>();
    while (chosen.size() < Math.min(limit, scores.length)) {
      double[] left = new double[scores.length];
      for (int i = 0; i < scores.length; i++) {
        int candidate = i;
        double nearest =
            chosen.stream().mapToDouble(c -> similarity.of(c, candidate)).max().orElse(0);
        left[i] =
            chosen.contains(i)
                ? Double.NEGATIVE_INFINITY
                : (1 - diversity) * scores[i] - diversity * nearest;
      }
      chosen.add(order(left).getFirst());
    }
    return chosen;
  }

  /// @param decay logarithm of what a share is multiplied by, of a cosine
  static List<Integer> softNms(
      double[] logShares, Similarity cosine, DoubleUnaryOperator decay, int limit) {
    List<Integer> chosen = new ArrayList<>();
    double[] left = logShares.clone();
    while (chosen.size() < Math.min(limit, left.length)) {
      int next = order(left).getFirst();
      chosen.add(next);
      for (int i = 0; i < left.length; i++) {
        left[i] += decay.applyAsDouble(Math.clamp(cosine.of(next, i), 0, 1));
      }
      chosen.forEach(c -> left[c] = Double.NEGATIVE_INFINITY);
    }
    return chosen;
  }

  static List<List<Integer>> groups(int count, Similarity similarity, double least) {
    List<List<Integer>> groups = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int candidate = i;
      groups.stream()
          .filter(group -> similarity.of(group.getFirst(), candidate) >= least)
          .findFirst()
          .ifPresentOrElse(
              group -> group.add(candidate), () -> groups.add(new ArrayList<>(List.of(candidate))));
    }
    return groups;
  }
}
