package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Random;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class QueryLatentTest {
  @ParameterizedTest
  @CsvSource({"1, 30, 8", "2, 8, 30", "3, 12, 12", "4, 1, 5", "5, 60, 3"})
  void theSolutionIsThatOfGradientDescent_seed(long seed, int scores, int dimension) {
    Random random = new Random(seed);
    for (double ridge : new double[] {0.05, 0.5, 20}) {
      float[][] latents = latents(random, scores, dimension);
      double[] wanted = random.doubles(scores, -2, 2).toArray();
      float[] towards = latents(random, 1, dimension)[0];
      QueryLatent got = QueryLatent.solve(latents, wanted, ridge, towards, QueryLatentTest::goOn);
      double[] expected = naive(latents, wanted, ridge, towards);
      double errors = 0;
      for (int i = 0; i < dimension; i++) {
        assertEquals(expected[i], got.vector()[i], 2e-5, "coordinate " + i);
      }
      for (int i = 0; i < scores; i++) {
        errors += Math.pow(wanted[i] - dot(latents[i], expected), 2);
      }
      assertEquals(Math.sqrt(errors / scores), got.rmsError(), 1e-4);
    }
  }

  /// Goes downhill in small steps until it is level.
  private static double[] naive(float[][] latents, double[] scores, double ridge, float[] towards) {
    double squares = 0;
    for (float[] latent : latents) {
      for (float coordinate : latent) {
        squares += (double) coordinate * coordinate;
      }
    }
    double added = ridge * squares / latents.length;
    double[] x = new double[towards.length];
    for (int round = 0; round < 20_000; round++) {
      double[] gradient = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        gradient[i] = added * (x[i] - towards[i]);
      }
      for (int row = 0; row < latents.length; row++) {
        double error = dot(latents[row], x) - scores[row];
        for (int i = 0; i < x.length; i++) {
          gradient[i] += error * latents[row][i];
        }
      }
      for (int i = 0; i < x.length; i++) {
        x[i] -= gradient[i] / (squares + added);
      }
    }
    return x;
  }

  @Test
  void exactScoresOfEnoughPointsGiveTheVectorBackWithoutARidge_seed6() {
    Random random = new Random(6);
    float[][] latents = latents(random, 40, 10);
    float[] hidden = latents(random, 1, 10)[0];
    double[] scores = scores(latents, hidden);
    QueryLatent got = QueryLatent.solve(latents, scores, 0, new float[10], QueryLatentTest::goOn);
    for (int i = 0; i < 10; i++) {
      assertEquals(hidden[i], got.vector()[i], 1e-5);
    }
    assertEquals(0, got.rmsError(), 1e-5);
  }

  @Test
  void tooFewScoresOrEqualLatentsGiveTheNearestOfTheBestFits_seed7() {
    Random random = new Random(7);
    float[][] few = latents(random, 3, 8);
    float[] towards = latents(random, 1, 8)[0];
    double[] scores = {1, -1, 2};
    QueryLatent got = QueryLatent.solve(few, scores, 0, towards, QueryLatentTest::goOn);
    assertEquals(0, got.rmsError(), 1e-5);
    // The nearest one differs by a combination of latents: what is orthogonal to them stays.
    float[] orthogonal = orthogonal(few, latents(random, 1, 8)[0]);
    assertEquals(dot(orthogonal, towards), dot(orthogonal, got.vector()), 1e-5);

    float[][] twice = {few[0], few[0], few[1], few[1], few[1]};
    double[] contrary = {1, 3, 0, 1, 5};
    float[] vector =
        QueryLatent.solve(twice, contrary, 0, new float[8], QueryLatentTest::goOn).vector();
    assertEquals(2, dot(few[0], vector), 1e-4);
    assertEquals(2, dot(few[1], vector), 1e-4);

    float[][] flat = new float[20][2];
    for (float[] latent : flat) {
      latent[0] = 1;
    }
    float[] line =
        QueryLatent.solve(
                flat,
                random.doubles(20, 3, 3.001).toArray(),
                0,
                new float[2],
                QueryLatentTest::goOn)
            .vector();
    assertEquals(3, line[0], 1e-2);
    assertEquals(0, line[1], 1e-6);
  }

  /// What is left of a vector without its parts along the rows.
  private static float[] orthogonal(float[][] rows, float[] vector) {
    float[] left = vector.clone();
    for (int round = 0; round < 2000; round++) {
      for (float[] row : rows) {
        double factor = dot(row, left) / dot(row, row);
        for (int i = 0; i < left.length; i++) {
          left[i] -= (float) (factor * row[i]);
        }
      }
    }
    return left;
  }

  @Test
  void latentsOfZerosLeaveWhatTheSolutionIsPulledTowards() {
    float[] towards = {1, 2};
    QueryLatent got =
        QueryLatent.solve(
            new float[3][2], new double[] {1, 1, 1}, 0.1, towards, QueryLatentTest::goOn);
    assertEquals(1, got.vector()[0]);
    assertEquals(2, got.vector()[1]);
    assertEquals(1, got.rmsError());
  }

  @Test
  void tooManyEquationsAreRefusedAndAPulseEndsTheWork() {
    assertTrue(QueryLatent.accepts(10_000, 2048));
    assertTrue(QueryLatent.accepts(2048, 65_536));
    assertFalse(QueryLatent.accepts(2049, 2049));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            QueryLatent.solve(
                new float[2049][2049],
                new double[2049],
                1,
                new float[2049],
                QueryLatentTest::goOn));
    assertThrows(
        IllegalArgumentException.class,
        () ->
            QueryLatent.solve(
                new float[2][2], new double[1], 1, new float[2], QueryLatentTest::goOn));
    Runnable stop =
        () -> {
          throw new CancellationException();
        };
    float[][] latents = latents(new Random(8), 9, 3);
    assertThrows(
        CancellationException.class,
        () -> QueryLatent.solve(latents, new double[9], 1, new float[3], stop));
  }

  private static void goOn() {}

  private static float[][] latents(Random random, int count, int dimension) {
    float[][] latents = new float[count][dimension];
    for (float[] latent : latents) {
      for (int i = 0; i < dimension; i++) {
        latent[i] = (float) random.nextGaussian();
      }
    }
    return latents;
  }

  private static double[] scores(float[][] latents, float[] vector) {
    double[] scores = new double[latents.length];
    for (int i = 0; i < scores.length; i++) {
      scores[i] = dot(latents[i], vector);
    }
    return scores;
  }

  private static double dot(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += (double) a[i] * b[i];
    }
    return sum;
  }

  private static double dot(float[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }
}
