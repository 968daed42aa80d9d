package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TemperatureTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void temperaturesAreThoseThatBisectionFindsInDoubles_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 150; trial++) {
      float[] scores = scores(random);
      int count = scores.length;
      double target = 1 + random.nextDouble() * (count - 1);
      check(scores, target, new Temperature.Perplexity(target));
      check(scores, Math.max(1, Math.min(10, (count + 1) / 2.0)), new Temperature.Usual());
      double rho = random.nextDouble() * Math.log(count);
      check(scores, count * Math.exp(-rho), new Temperature.Divergence(rho));
    }
  }

  private static void check(float[] scores, double perplexity, Temperature temperature) {
    double expected = naive(scores, perplexity);
    double got = temperature.of(scores, scores.length, new float[scores.length]);
    // As many equal highest scores as wanted: any temperature that is low enough is right.
    double difference =
        logPerplexity(scores, max(scores), got) - logPerplexity(scores, max(scores), expected);
    if (Math.abs(difference) > 1e-14) {
      assertEquals(expected, got, 1e-9 * expected, () -> perplexity + " of " + scores.length);
    }
  }

  /// Halves a hundred times.
  private static double naive(float[] scores, double target) {
    float largest = max(scores);
    double apart = largest - min(scores);
    double cold = 1e-4 * apart;
    double hot = 1e5 * apart;
    for (int i = 0; i < 100; i++) {
      double middle = Math.sqrt(cold * hot);
      if (logPerplexity(scores, largest, middle) < Math.log(target)) {
        cold = middle;
      } else {
        hot = middle;
      }
    }
    return Math.sqrt(cold * hot);
  }

  private static double logPerplexity(float[] scores, float largest, double temperature) {
    double sum = 0;
    for (float score : scores) {
      sum += Math.exp((score - largest) / temperature);
    }
    double entropy = 0;
    for (float score : scores) {
      double share = Math.exp((score - largest) / temperature) / sum;
      entropy -= share == 0 ? 0 : share * Math.log(share);
    }
    return entropy;
  }

  @ParameterizedTest
  @ValueSource(longs = {5, 6})
  void temperaturesTakeFewLooksAtTheScores_seed(long seed) {
    Random random = new Random(seed);
    int most = 0;
    double sum = 0;
    for (int trial = 0; trial < 500; trial++) {
      float[] scores = scores(random);
      float largest = max(scores);
      for (int i = 0; i < scores.length; i++) {
        scores[i] -= largest;
      }
      TemperatureSearch search = new TemperatureSearch(scores, scores.length);
      int steps = search.find(1 + random.nextDouble() * (scores.length - 1)).steps();
      most = Math.max(most, steps);
      sum += steps;
    }
    double mean = sum / 500;
    int worst = most;
    assertTrue(mean <= 10 && most <= 60, () -> "%s on average, %d".formatted(mean, worst));
  }

  @Test
  void noneAndEqualScoresHaveTheTemperatureOneUnlessItIsGiven() {
    float[] room = new float[3];
    Temperature[] all = {
      new Temperature.Usual(), new Temperature.Perplexity(2), new Temperature.Divergence(1)
    };
    for (Temperature temperature : all) {
      assertEquals(1, temperature.of(new float[0], 0, room));
      assertEquals(1, temperature.of(new float[] {4}, 1, room));
      assertEquals(1, temperature.of(new float[] {4, 4, 4}, 3, room));
    }
    assertEquals(0.2, new Temperature.Of(0.2).of(new float[] {4, 4, 4}, 3, room));
    assertEquals(0.2, new Temperature.Of(0.2).of(new float[0], 0, room));
  }

  @Test
  void onlyTheFirstScoresCount() {
    float[] scores = {9, 5, 2, 100};
    assertEquals(
        new Temperature.Perplexity(2).of(new float[] {9, 5, 2}, 3, new float[3]),
        new Temperature.Perplexity(2).of(scores, 3, new float[3]));
  }

  @Test
  void moreUncertaintyThanThereAreScoresMakesSharesAllButEqual() {
    float[] scores = {9, 5, 2};
    float[] room = new float[3];
    double temperature = new Temperature.Perplexity(50).of(scores, 3, room);
    assertEquals(3, Softmax.of(scores, 3, temperature, room).perplexity(), 1e-6);
    double sharp = new Temperature.Divergence(10).of(scores, 3, room);
    assertEquals(1, Softmax.of(scores, 3, sharp, room).perplexity(), 1e-6);
  }

  @Test
  void numbersOutOfRangeAreRefused() {
    for (double value : new double[] {0, 9e-7, 2e6, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Temperature.Of(value));
    }
    for (double target : new double[] {0.99, 10_001, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Temperature.Perplexity(target));
    }
    for (double rho : new double[] {-0.1, 10.1, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Temperature.Divergence(rho));
    }
  }

  /// Scores of many forms: normal ones, few values, one or many that stand out, large ones.
  private static float[] scores(Random random) {
    int count = 2 + random.nextInt(300);
    float[] scores = new float[count];
    int form = random.nextInt(5);
    double scale = Math.exp(3 * random.nextGaussian());
    for (int i = 0; i < count; i++) {
      double value =
          switch (form) {
            case 0 -> random.nextGaussian();
            case 1 -> random.nextInt(4);
            case 2 -> i == 0 ? 50 : random.nextGaussian();
            case 3 -> i < 5 ? 10 : -random.nextInt(3);
            default -> 1000 + random.nextDouble();
          };
      scores[i] = (float) (scale * value);
    }
    scores[count - 1] = (float) (scale * -4);
    return scores;
  }

  private static float max(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    return sorted[sorted.length - 1];
  }

  private static float min(float[] scores) {
    float[] sorted = scores.clone();
    Arrays.sort(sorted);
    return sorted[0];
  }
}
