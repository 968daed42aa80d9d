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
    NestedHead head = new NestedHead(INPUTS, List.of(2, 4), CLASSES, seed);
    float[] input = input(new SplittableRandom(seed));
    input[1] = 0; // Which is passed over.
    int label = (int) (seed % CLASSES);
    float[] weights = head.weights();
    float[] gradient = new float[weights.length];
    head.addGradient(input, label, gradient);
    float step = 1 / 64f;
    for (int i = 0; i < weights.length; i++) {
      float before = weights[i];
      weights[i] = before + step;
      double above = head.addGradient(input, label, new float[weights.length]);
      weights[i] = before - step;
      double below = head.addGradient(input, label, new float[weights.length]);
      weights[i] = before;
      assertEquals((above - below) / (2 * step), gradient[i], 2e-3, "weight " + i);
    }
  }

  @Test
  void stepsMakeTheLossSmall() {
    SplittableRandom random = new SplittableRandom(7);
    NestedHead head = new NestedHead(INPUTS, List.of(2, 4), CLASSES, 7);
    float[] first = input(random);
    float[] second = input(random);
    Adam adam = new Adam(head.weights());
    double loss = 0;
    double before = 0;
    for (int step = 0; step < 200; step++) {
      float[] gradient = new float[head.weights().length];
      loss = head.addGradient(first, 0, gradient) + head.addGradient(second, 2, gradient);
      before = step == 0 ? loss : before;
      adam.step(gradient, 0.05);
    }
    assertTrue(loss < before / 20, before + " became " + loss);
  }

  private static float[] input(SplittableRandom random) {
    float[] input = new float[INPUTS];
    for (int i = 0; i < INPUTS; i++) {
      input[i] = (float) random.nextGaussian();
    }
    return input;
  }
}
