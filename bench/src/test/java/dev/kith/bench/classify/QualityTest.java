package dev.kith.bench.classify;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.Labels;
import dev.kith.client.Temperature;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class QualityTest {

  @Test
  void qualityIsWhatItSaysOfFourQueries() {
    List<double[]> distributions =
        List.of(
            new double[] {.9, .1}, // Right.
            new double[] {.9, .1}, // Wrong, in the same bin.
            new double[] {0, 1}, // Right.
            new double[] {1, 0}); // Wrong, and sure of it.
    Quality quality = Quality.of(distributions, new int[] {0, 1, 1, 1});
    assertEquals(.5, quality.accuracy());
    double expected = -(Math.log(.9) + Math.log(.1) + Math.log(1) + Math.log(1e-6)) / 4;
    assertEquals(expected, quality.nll(), 1e-12);
    // Two of .9 of which one is right, two of 1 of which one is.
    assertEquals((.9 - .5) * .5 + (1 - .5) * .5, quality.ece(), 1e-12);
    assertEquals(1, quality.floored());
  }

  @Test
  void aColderTemperatureLeavesMoreToTheNearest() {
    Classes classes = Classes.of(new Labels(List.of("b", "a", "b", "a"), List.of("a")));
    assertEquals(List.of("a", "b"), classes.names());
    Neighborhoods near =
        new Neighborhoods(
            new int[] {0}, new int[][] {{0, 1, 2}}, new float[][] {{-1, -2, -3}}, classes);
    double ofA = Math.exp(-2) / (Math.exp(-1) + Math.exp(-2) + Math.exp(-3));
    assertEquals(ofA, near.distributions(Temperature.of(1)).getFirst()[0], 1e-6);
    assertEquals(0, near.distributions(Temperature.of(.01)).getFirst()[0], 1e-6);
    assertEquals(1 / 3.0, near.distributions(Temperature.ofPerplexity(50)).getFirst()[0], 1e-3);
    assertEquals(0, near.truth()[0]);
    assertEquals(1, near.spread());
    Neighborhoods other =
        new Neighborhoods(
            new int[] {0}, new int[][] {{3, 2, 1}}, new float[][] {{-1, -2, -3}}, classes);
    assertEquals(2 / 3.0, other.recall(near), 1e-12);
  }

  @Test
  void aModelLearnsClassesThatALineParts() {
    Random random = new Random(4);
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix rows = FloatMatrix.allocate(2_000, 3, arena);
      int[] truth = new int[2_000];
      for (int row = 0; row < truth.length; row++) {
        float[] vector = new float[3];
        for (int i = 0; i < 3; i++) {
          vector[i] = (float) (100 * random.nextGaussian());
        }
        truth[row] = vector[0] > vector[1] ? vector[2] > 0 ? 2 : 1 : 0;
        rows.set(row, vector);
      }
      LogisticRegression model = LogisticRegression.train(rows, truth, 3, 1);
      List<double[]> distributions =
          IntStream.range(0, truth.length)
              .mapToObj(row -> model.distribution(rows.row(row)))
              .toList();
      assertEquals(1, Arrays.stream(distributions.getFirst()).sum(), 1e-9);
      Quality quality = Quality.of(distributions, truth);
      assertTrue(quality.accuracy() > .9, quality::toString);
    }
  }

  @Test
  void mixturesGoFromTheModelToTheNeighbours() {
    List<double[]> neighbors = List.of(new double[] {1, 0});
    List<double[]> priors = List.of(new double[] {.25, .75});
    assertEquals(.25, Interpolation.mix(neighbors, priors, 0).getFirst()[0]);
    assertEquals(.625, Interpolation.mix(neighbors, priors, .5).getFirst()[0]);
    assertEquals(1, Interpolation.mix(neighbors, priors, 1).getFirst()[0]);
  }
}
