package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ClassSharesTest {
  private static final double[] NO_PRIOR = {};

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void classesHaveTheSharesOfNeighboursAndOfThePrior_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      int count = 1 + random.nextInt(6);
      int neighbors = random.nextInt(10);
      double[] shares = new double[neighbors];
      int[][] classes = new int[neighbors][];
      for (int i = 0; i < neighbors; i++) {
        shares[i] = random.nextInt(1, 4) / 8.0;
        classes[i] = IntStream.range(0, count).filter(_ -> random.nextInt(3) == 0).toArray();
      }
      double[] prior =
          random.nextBoolean()
              ? NO_PRIOR
              : IntStream.range(0, count)
                  .mapToDouble(i -> i == 0 ? 1 : random.nextInt(3))
                  .toArray();
      double weight = random.nextInt(5) / 4.0;
      ClassShares got = ClassShares.of(shares, classes, count, prior, weight);
      Map<Integer, Double> expected = naive(shares, classes, prior, weight);
      Map<Integer, Double> found = new HashMap<>();
      for (int i = 0; i < got.classes().length; i++) {
        found.put(got.classes()[i], got.probabilities()[i]);
      }
      assertEquals(expected.keySet(), found.keySet());
      expected.forEach(
          (of, value) -> assertEquals(value, found.getOrDefault(of, Double.NaN), 1e-12));
      if (!expected.isEmpty()) {
        assertEquals(1, Arrays.stream(got.probabilities()).sum(), 1e-12);
      }
      for (int i = 1; i < got.classes().length; i++) {
        int before = got.probabilities()[i - 1] == got.probabilities()[i] ? 1 : 0;
        assertEquals(true, got.probabilities()[i - 1] >= got.probabilities()[i]);
        int[] nearest = {first(classes, got.classes()[i - 1]), first(classes, got.classes()[i])};
        assertEquals(true, before == 0 || nearest[0] <= nearest[1]);
      }
    }
  }

  private static Map<Integer, Double> naive(
      double[] shares, int[][] classes, double[] prior, double weight) {
    double total = 0;
    for (int i = 0; i < shares.length; i++) {
      total += classes[i].length > 0 ? shares[i] : 0;
    }
    double ofPrior = Arrays.stream(prior).sum();
    double lambda = prior.length == 0 ? 1 : total == 0 ? 0 : weight;
    Map<Integer, Double> sums = new HashMap<>();
    for (int i = 0; i < shares.length; i++) {
      for (int of : classes[i]) {
        sums.merge(of, lambda * shares[i] / total / classes[i].length, Double::sum);
      }
    }
    for (int i = 0; i < prior.length; i++) {
      sums.merge(i, (1 - lambda) * prior[i] / ofPrior, Double::sum);
    }
    sums.values().removeIf(value -> value == 0);
    return sums;
  }

  private static int first(int[][] classes, int of) {
    return IntStream.range(0, classes.length)
        .filter(i -> IntStream.of(classes[i]).anyMatch(c -> c == of))
        .findFirst()
        .orElse(Integer.MAX_VALUE);
  }

  @Test
  void ofEquallyLikelyClassesThatOfTheNearerNeighbourIsFirst() {
    int[][] classes = {{2}, {0}, {1, 3}};
    ClassShares got = ClassShares.of(new double[] {0.25, 0.25, 0.5}, classes, 4, NO_PRIOR, 0.5);
    assertArrayEquals(new int[] {2, 0, 1, 3}, got.classes());
    assertArrayEquals(new double[] {0.25, 0.25, 0.25, 0.25}, got.probabilities());
  }

  @Test
  void withoutNeighboursThereIsThePriorAloneAndWithoutBothNothing() {
    ClassShares prior =
        ClassShares.of(new double[] {0.5}, new int[1][0], 2, new double[] {1, 3}, 1);
    assertArrayEquals(new int[] {1, 0}, prior.classes());
    assertArrayEquals(new double[] {0.75, 0.25}, prior.probabilities());
    assertEquals(0, ClassShares.of(new double[0], new int[0][], 0, NO_PRIOR, 1).classes().length);
  }
}
