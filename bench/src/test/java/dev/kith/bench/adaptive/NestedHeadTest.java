package dev.kith.bench.adaptive;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.relevance.Adam;
import java.util.List;
import java.util.SplittableRandom;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class NestedHeadTest {
  private static final int INPUTS = 5;
  private static final int CLASSES = 3;

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void theGradientIsWhatTheLossDoesWhenAWeightIsMoved(long seed) {
    NestedHead head = new NestedHead(INPUTS, List.of(2, 4), CLASSES, 3, seed);
    SplittableRandom random = new SplittableRandom(seed);
    float[][] inputs = {input(random), input(random), input(random)};
    inputs[0][1] = 0; // Which is passed over.
    int[] labels = {(int) (seed % CLASSES), 2, 0};
    float[] weights = head.weights();
    float[] gradient = new float[weights.length];
    head.addGradient(inputs, labels, gradient);
    float step = 1 / 256f;
    for (int i = 0; i < weights.length; i++) {
      float before = weights[i];
      weights[i] = before + step;
      double above = head.addGradient(inputs, labels, new float[weights.length]);
      weights[i] = before - step;
      double below = head.addGradient(inputs, labels, new float[weights.length]);
      weights[i] = before;
      assertEquals((above - below) / (2 * step), gradient[i], 2e-3, "weight " + i);
    }
  }

  @Test
  void stepsMakeTheLossSmall() {
    SplittableRandom random = new SplittableRandom(7);
    NestedHead head = new NestedHead(INPUTS, List.of(2, 4), CLASSES, 0, 7);
    float[][] inputs = {input(random), input(random)};
    Adam adam = new Adam(head.weights());
    double loss = 0;
    double before = 0;
    for (int step = 0; step < 200; step++) {
      float[] gradient = new float[head.weights().length];
      loss = head.addGradient(inputs, new int[] {0, 2}, gradient);
      before = step == 0 ? loss : before;
      adam.step(gradient, 0.05);
    }
    assertTrue(loss < before / 20, before + " became " + loss);
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void whereLikenessCountsPrefixesTellWhoIsNearAsWholeEmbeddingsDo(long seed) {
    double without = difference(0, seed);
    double with = difference(30, seed);
    assertTrue(with < without / 4, without + " became " + with);
  }

  /// Trains a little, and returns the mean squared difference of cosines.
  private static double difference(double likeness, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    List<Integer> widths = List.of(4, 16);
    NestedHead head = new NestedHead(INPUTS, widths, CLASSES, likeness, seed);
    float[][] inputs = new float[40][];
    int[] labels = new int[40];
    for (int i = 0; i < inputs.length; i++) {
      inputs[i] = input(random);
      labels[i] = inputs[i][0] > 0 ? 2 : inputs[i][1] > 0 ? 1 : 0;
    }
    Adam adam = new Adam(head.weights());
    for (int step = 0; step < 200; step++) {
      float[] gradient = new float[head.weights().length];
      head.addGradient(inputs, labels, gradient);
      adam.step(gradient, 0.02);
    }
    float[][] embeddings = new float[40][16];
    for (int i = 0; i < inputs.length; i++) {
      head.embed(inputs[i], embeddings[i]);
    }
    return PrefixLikeness.addGradient(embeddings, widths, 1, new float[40][16]);
  }

  private static float[] input(SplittableRandom random) {
    float[] input = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      input[i] = (float) random.nextGaussian();
    }
    return input;
  }
}
