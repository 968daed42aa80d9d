package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class SoftmaxTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void sharesPerplexityAndEffectiveNumberAreThoseOfTheirDefinitions_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      int count = 1 + random.nextInt(300);
      float[] scores = scores(random, count);
      double temperature = Math.exp(random.nextGaussian());
      float[] shares = new float[count];
      Softmax softmax = Softmax.of(scores, count, temperature, shares);
      double sum = 0;
      for (float score : scores) {
        sum += Math.exp(score / temperature);
      }
      double entropy = 0;
      double squares = 0;
      for (int i = 0; i < count; i++) {
        double share = Math.exp(scores[i] / temperature) / sum;
        assertEquals(share, shares[i], 2e-6 * share + 1e-12);
        entropy -= share * Math.log(share);
        squares += share * share;
      }
      assertEquals(Math.log(sum), softmax.sum().log(), 1e-5);
      assertEquals(Math.exp(entropy), softmax.perplexity(), 1e-4 * Math.exp(entropy));
      assertEquals(1 / squares, softmax.effective(), 1e-4 / squares);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5})
  void theTemperatureOfAPerplexityGivesIt_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      int count = 2 + random.nextInt(200);
      float[] scores = scores(random, count);
      float[] shares = new float[count];
      double wanted = 1.05 + random.nextDouble() * (0.95 * count - 1.05);
      double temperature = Softmax.temperature(scores, count, wanted, shares);
      double got = Softmax.of(scores, count, temperature, shares).perplexity();
      assertEquals(wanted, got, 1e-3 * wanted, "of " + count);
    }
  }

  @Test
  void aDivergenceOfRhoIsThePerplexityThatItStandsFor_seed6() {
    Random random = new Random(6);
    int count = 150;
    float[] scores = scores(random, count);
    float[] shares = new float[count];
    double rho = 2.5;
    double temperature = Softmax.temperature(scores, count, count * Math.exp(-rho), shares);
    Softmax.of(scores, count, temperature, shares);
    double divergence = 0;
    for (float share : shares) {
      divergence += share == 0 ? 0 : share * Math.log((double) share * count);
    }
    assertEquals(rho, divergence, 1e-3);
  }

  @Test
  void listsOfNoneOfOneAndOfEqualScoresHaveShares() {
    float[] shares = new float[3];
    assertEquals(0, Softmax.of(new float[0], 0, 1, shares).perplexity());
    assertEquals(1, Softmax.of(new float[] {-7}, 1, 0.1, shares).perplexity(), 1e-6);
    Softmax equal = Softmax.of(new float[] {5, 5, 5}, 3, 2, shares);
    assertEquals(3, equal.perplexity(), 1e-5);
    assertEquals(3, equal.effective(), 1e-5);
    assertArrayEquals(new float[] {1 / 3f, 1 / 3f, 1 / 3f}, shares, 1e-6f);
    assertEquals(1, Softmax.temperature(new float[] {5, 5, 5}, 3, 2, shares));
  }

  @Test
  void scoresThatAreLargeAndLieCloseHaveTheSharesOfWhatTheyDifferBy() {
    float[] shares = new float[2];
    Softmax softmax = Softmax.of(new float[] {-100_000, -100_001}, 2, 0.5, shares);
    double expected = 1 / (1 + Math.exp(-2));
    assertEquals(expected, shares[0], 1e-6);
    assertEquals(-200_000 + Math.log(1 + Math.exp(-2)), softmax.sum().log(), 1e-3);
  }

  @Test
  void moreHighestScoresThanWantedTakeTheColdestTemperature() {
    float[] shares = new float[4];
    float[] scores = {9, 9, 9, 1};
    double temperature = Softmax.temperature(scores, 4, 2, shares);
    assertTrue(temperature < 0.01, () -> "got " + temperature);
    assertEquals(3, Softmax.of(scores, 4, temperature, shares).perplexity(), 1e-4);
  }

  @Test
  void temperaturesAndPerplexitiesOutOfRangeAreRefused() {
    float[] one = {1, 2};
    assertThrows(IllegalArgumentException.class, () -> Softmax.of(one, 2, 0, one.clone()));
    assertThrows(IllegalArgumentException.class, () -> Softmax.of(one, 2, Double.NaN, one.clone()));
    assertThrows(
        IllegalArgumentException.class, () -> Softmax.temperature(one, 2, 0.9, one.clone()));
    assertThrows(
        IllegalArgumentException.class, () -> Softmax.temperature(one, 2, 2.1, one.clone()));
  }

  private static float[] scores(Random random, int count) {
    float[] scores = new float[count];
    for (int i = 0; i < count; i++) {
      scores[i] = (float) random.nextGaussian();
    }
    return scores;
  }
}
