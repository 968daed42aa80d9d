package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.rank.Fusion.Signal;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FusionTest {
  private static final Fusion.Method MIXTURE = new Fusion.Method.Mixture();

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void aMixtureIsTheWeightedMeanOfShares_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      int count = 1 + random.nextInt(40);
      List<Signal> signals = signals(random, count);
      double[] got = Fusion.scores(MIXTURE, signals, count);
      double total = 0;
      double[] expected = new double[count];
      for (Signal signal : signals) {
        double sum = 0;
        for (float value : signal.values()) {
          sum += Float.isNaN(value) ? 0 : Math.exp(value / temperature(signal));
        }
        total += sum > 0 ? signal.weight() : 0;
        for (int i = 0; i < count; i++) {
          float value = signal.values()[i];
          expected[i] +=
              Float.isNaN(value)
                  ? 0
                  : signal.weight() * Math.exp(value / temperature(signal)) / sum;
        }
      }
      double all = 0;
      for (int i = 0; i < count; i++) {
        assertEquals(expected[i] == 0 ? 0 : expected[i] / total, Math.exp(got[i]), 1e-12);
        all += Math.exp(got[i]);
      }
      assertEquals(total == 0 ? 0 : 1, all, 1e-9);
    }
  }

  private static double temperature(Signal signal) {
    return ((Temperature.Of) signal.temperature()).value();
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void reciprocalRanksAreThoseOfADefinition_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      int count = 1 + random.nextInt(40);
      List<Signal> signals = signals(random, count);
      double constant = random.nextInt(3) * 30;
      double[] got = Fusion.scores(new Fusion.Method.ReciprocalRank(constant), signals, count);
      for (int i = 0; i < count; i++) {
        double expected = 0;
        for (Signal signal : signals) {
          float value = signal.values()[i];
          int rank = 1;
          for (float other : signal.values()) {
            rank += other > value ? 1 : 0;
          }
          expected += Float.isNaN(value) ? 0 : signal.weight() / (constant + rank);
        }
        assertEquals(expected, got[i], 1e-12);
      }
    }
  }

  /// Few different values, so that many are equal; of some candidates none; of some signals none.
  private static List<Signal> signals(Random random, int count) {
    List<Signal> signals = new ArrayList<>();
    int number = 1 + random.nextInt(4);
    for (int s = 0; s < number; s++) {
      float[] values = new float[count];
      double known = random.nextInt(3) / 2.0;
      for (int i = 0; i < count; i++) {
        values[i] = random.nextDouble() < known ? (random.nextInt(9) - 4) / 2f : Float.NaN;
      }
      signals.add(
          new Signal(
              values, 0.1 + random.nextDouble(), new Temperature.Of(0.3 + random.nextDouble())));
    }
    return signals;
  }

  @Test
  void aMixtureDividesEachSignalByItsOwnTemperature() {
    float[] values = {5, 3, 2, 0, -1};
    double[] fused =
        Fusion.scores(MIXTURE, List.of(new Signal(values, 3, new Temperature.Perplexity(2))), 5);
    double entropy = 0;
    for (double log : fused) {
      entropy -= Math.exp(log) * log;
    }
    assertEquals(2, Math.exp(entropy), 1e-9);
  }

  @Test
  void sharesFarTooSmallForANumberKeepTheirOrder() {
    float[] values = {1000, 0, -1000, Float.NaN};
    Signal signal = new Signal(values, 2, new Temperature.Of(1e-3));
    double[] fused = Fusion.scores(MIXTURE, List.of(signal), 4);
    assertArrayEquals(new double[] {0, -1e6, -2e6, Double.NEGATIVE_INFINITY}, fused, 1e-6);
  }

  @Test
  void candidatesWithoutAnySignalComeLast() {
    float[] none = {Float.NaN, Float.NaN};
    Signal signal = new Signal(none, 1, new Temperature.Usual());
    assertEquals(Double.NEGATIVE_INFINITY, Fusion.scores(MIXTURE, List.of(signal), 2)[1]);
    assertEquals(0, Fusion.scores(new Fusion.Method.ReciprocalRank(60), List.of(signal), 2)[1]);
    assertEquals(0, Fusion.scores(MIXTURE, List.of(), 0).length);
  }

  @Test
  void zerosOfBothSignsAreEqual() {
    Signal signal = new Signal(new float[] {0f, -0f, 1}, 1, new Temperature.Usual());
    double[] fused = Fusion.scores(new Fusion.Method.ReciprocalRank(0), List.of(signal), 3);
    assertArrayEquals(new double[] {0.5, 0.5, 1}, fused);
  }

  @Test
  void badNumbersAreRefused() {
    Temperature usual = new Temperature.Usual();
    for (double weight : new double[] {0, -1, 1_000_001, Double.NaN}) {
      assertThrows(IllegalArgumentException.class, () -> new Signal(new float[1], weight, usual));
    }
    for (double constant : new double[] {-1, 1_000_001, Double.NaN}) {
      assertThrows(
          IllegalArgumentException.class, () -> new Fusion.Method.ReciprocalRank(constant));
    }
    List<Signal> signals = List.of(new Signal(new float[1], 1, usual));
    assertEquals(
        "a signal must have a value for each of 2 candidates, got 1",
        assertThrows(IllegalArgumentException.class, () -> Fusion.scores(MIXTURE, signals, 2))
            .getMessage());
  }
}
