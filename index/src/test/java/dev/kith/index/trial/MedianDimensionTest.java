package dev.kith.index.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class MedianDimensionTest {

  /// Points evenly on a sphere, which has no edges where there are fewer neighbours.
  ///
  /// @param dimension of its surface
  static Mixture sphere(VectorSpace space, int dimension, int count, long seed) {
    Random random = new Random(seed);
    float[][] vectors = new float[count][space.dimension()];
    for (float[] vector : vectors) {
      double squares = 0;
      for (int i = 0; i <= dimension; i++) {
        vector[i] = (float) random.nextGaussian();
        squares += vector[i] * vector[i];
      }
      for (int i = 0; i <= dimension; i++) {
        vector[i] /= (float) Math.sqrt(squares);
      }
    }
    return new Mixture(space, vectors);
  }

  @ParameterizedTest(name = "{0} dimensions, seed 1")
  @ValueSource(ints = {1, 2, 4, 8})
  void findsTheDimensionOfASphere_seed1(int dimension) throws InterruptedException {
    Mixture all = sphere(new VectorSpace(24, Metric.EUCLIDEAN), dimension, 4256, 1);
    try (Arena arena = Arena.ofShared()) {
      VectorRows rows = NearestScoresTest.rows(all.part(0, 4000), arena);
      VectorRows queries = NearestScoresTest.rows(all.part(4000, 4256), arena);
      double found = MedianDimension.of(NearestScores.of(rows, 4000, queries, 20, 1, () -> {}));
      assertEquals(dimension, found, 0.15 * dimension);
    }
  }

  @Test
  void anEstimateIsThatOfTheFormula() {
    // Distances 1, 2 and 4: ln(4 / 1) + ln(4 / 2) are three times ln(2).
    assertEquals(2 / (3 * Math.log(2)), MedianDimension.of(new float[][] {{-1, -4, -16}}), 1e-6);
  }

  @Test
  void copiesAreSkipped() {
    float[][] withCopies = {{0, 0, -1, -4, -16}};
    assertEquals(2 / (3 * Math.log(2)), MedianDimension.of(withCopies), 1e-6);
  }

  @Test
  void theMedianIsTakenOfTheVectorsThatHaveAnEstimate() {
    float[][] scores = new float[5][];
    Arrays.fill(scores, new float[] {-1, -1, -1});
    scores[1] = new float[] {-1, -4};
    scores[2] = new float[] {-1, -16};
    scores[3] = new float[] {-1, -256};
    assertEquals(1 / Math.log(4), MedianDimension.of(scores), 1e-6);
  }

  @Test
  void withoutDistancesThatDifferThereIsNone() {
    assertEquals(0, MedianDimension.of(new float[][] {{0, 0, 0}, {-2, -2, -2}, {0, 0, -3}}));
  }
}
