package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.relevance.CosineAdapter.Standard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class RelevanceModelTest {
  private static final int DIMENSION = 9;

  /// Models of every kind, with numbers as no training would leave them.
  static List<RelevanceModel> models(Random random) {
    List<RelevanceModel> models = new ArrayList<>();
    for (Metric metric : Metric.values()) {
      models.add(new RawScore(metric));
    }
    Curve curve = new Curve((float) Math.exp(4 * random.nextGaussian()), random.nextFloat(-9, 9));
    models.add(new Logistic(curve));
    models.add(ZScore.RULE);
    models.add(new ZScore(curve, true));
    models.add(LargestGap.RULE);
    models.add(new LargestGap(0.7f, 0.2f, true));
    models.add(RankTable.RULE);
    models.add(new RankTable(new float[] {0.9f, 0.5f, 0.5f, 0.1f}));
    for (AdapterForm form : AdapterForm.values()) {
      for (AdapterInputs inputs : AdapterInputs.values()) {
        models.add(adapter(random, form, inputs, DIMENSION));
      }
    }
    return models;
  }

  static CosineAdapter adapter(
      Random random, AdapterForm form, AdapterInputs inputs, int dimension) {
    float[] biases = new float[form.outputs()];
    Network network =
        Network.untrained(
            CosineAdapter.inputs(inputs, dimension),
            7,
            biases,
            new SplittableRandom(random.nextLong()));
    for (int i = 0; i < network.weights().length; i++) {
      network.weights()[i] += (float) (0.7 * random.nextGaussian());
    }
    Standard[] statistics =
        IntStream.range(0, inputs.hasStatistics() ? ListStatistics.COUNT : 0)
            .mapToObj(_ -> new Standard((float) random.nextGaussian(), 0.1f + random.nextFloat()))
            .toArray(Standard[]::new);
    Standard score = new Standard((float) random.nextGaussian(), 0.1f + random.nextFloat());
    return new CosineAdapter(form, inputs, dimension, score, statistics, network);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void noModelChangesTheOrderOfHitsOrLeavesTheRangeOfProbabilities_seed(long seed) {
    Random random = new Random(seed);
    for (RelevanceModel model : models(random)) {
      for (int trial = 0; trial < 50; trial++) {
        int count = random.nextInt(60);
        double spread = Math.exp(6 * random.nextGaussian());
        float[] scores = Judged.descending(random, count, spread);
        if (model instanceof RawScore(Metric metric) && metric != Metric.DOT) {
          for (int i = 0; i < count; i++) {
            scores[i] =
                metric == Metric.COSINE ? Math.clamp(scores[i], -1, 1) : -Math.abs(scores[i]);
          }
          Judged.descending(scores);
        }
        if (count > 3 && random.nextBoolean()) {
          scores[2] = scores[1];
        }
        float[] relevances = new float[count];
        model.relevances(Judged.vector(random, DIMENSION), scores, count, relevances);
        for (int i = 0; i < count; i++) {
          float before = i == 0 ? 1 : relevances[i - 1];
          assertTrue(
              relevances[i] >= 0 && relevances[i] <= before,
              () -> model + " gives " + Arrays.toString(relevances));
        }
      }
    }
  }

  @Test
  void listsOfEqualScoresAndOfNoneAreMapped_seed1() {
    Random random = new Random(1);
    for (RelevanceModel model : models(random)) {
      float[] equal = {-0.25f, -0.25f, -0.25f};
      float[] relevances = new float[3];
      model.relevances(Judged.vector(random, DIMENSION), equal, 3, relevances);
      if (!(model instanceof RankTable)) {
        assertEquals(relevances[0], relevances[2], model::toString);
      }
      model.relevances(Judged.vector(random, DIMENSION), new float[0], 0, new float[0]);
    }
  }

  @Test
  void aStepIsTheLargestAndOfEqualOnesTheFirst() {
    assertEquals(2, LargestGap.step(new float[] {0.9f, 0.8f, 0.3f, 0.2f}, 4));
    assertEquals(1, LargestGap.step(new float[] {3, 2, 1}, 3));
    assertEquals(2, LargestGap.step(new float[] {1, 1}, 2));
  }

  @Test
  void aRuleOfThumbForRanksKeepsTenHitsAtATenth() {
    float[] relevances = new float[12];
    RankTable.RULE.relevances(new float[1], new float[12], 12, relevances);
    assertTrue(relevances[9] >= 0.1f && relevances[10] < 0.1f);
  }

  @Test
  void curvesThatDoNotAscendAndTablesThatDoAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new Curve(0, 1));
    assertThrows(IllegalArgumentException.class, () -> new Curve(Float.NaN, 1));
    assertThrows(IllegalArgumentException.class, () -> new Curve(1, Float.POSITIVE_INFINITY));
    assertThrows(IllegalArgumentException.class, () -> new RankTable(new float[] {0.1f, 0.2f}));
    assertThrows(IllegalArgumentException.class, () -> new LargestGap(0.1f, 0.2f, true));
  }
}
