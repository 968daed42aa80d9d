package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ItemLatentsTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void latentsHaveTheProductsOfTheFirstComponentsThatJacobiFinds(long seed) {
    Random random = new Random(seed);
    int anchors = 1 + random.nextInt(12);
    int items = 1 + random.nextInt(20);
    int rank = 1 + random.nextInt(Math.min(anchors, items));
    float[][] scores = random(anchors, items, random);

    ItemLatents latents = ItemLatents.of(scores, rank);

    assertEquals(items, latents.items());
    assertEquals(rank, latents.rank());
    double[][] expected = Components.of(scores).products(rank);
    for (int i = 0; i < items; i++) {
      for (int j = 0; j < items; j++) {
        double product = product(latents.latent(i), latents.latent(j));
        assertEquals(expected[i][j], product, 1e-4, "items %d and %d".formatted(i, j));
      }
    }
    assertEquals(Components.of(scores).share(rank), latents.explained(), 1e-6);
  }

  @Test
  void anchorsOwnVectorsHaveAMeanSquareOfOneInEachCoordinate() {
    float[][] scores = random(30, 2_500, new Random(1)); // More items than a block.
    for (float[] row : scores) {
      for (int item = 0; item < row.length; item++) {
        row[item] += 10; // As scores are that are mostly above zero.
      }
    }
    ItemLatents latents = ItemLatents.of(scores, 5);
    for (int axis = 0; axis < 5; axis++) {
      double length = 0;
      for (int item = 0; item < 2_500; item++) {
        length += Math.pow(latents.latent(item)[axis], 2);
      }
      double squares = 0;
      for (float[] row : scores) {
        double along = 0;
        for (int item = 0; item < 2_500; item++) {
          along += row[item] * (double) latents.latent(item)[axis];
        }
        squares += Math.pow(along / length, 2); // Axes are orthogonal: least squares.
      }
      assertEquals(1, squares / 30, 1e-3, "axis " + axis);
    }
  }

  @Test
  void scoresThatAreAllZeroHaveLatentsOfZero() {
    ItemLatents latents = ItemLatents.of(new float[3][4], 2);
    assertArrayEquals(new float[2], latents.latent(3));
    assertEquals(1, latents.explained());
  }

  @Test
  void pointsCarryTheLatentsInTheirOrder() {
    ItemLatents latents = ItemLatents.of(new float[][] {{1, 2, 3}}, 1);
    // One anchor: its scores, but for a sign that all of them share.
    float sign = Math.signum(latents.latent(0)[0]);
    assertEquals(2 * sign, latents.latent(1)[0], 1e-6f);
    PointBatch points = latents.points(List.of(PointId.of(7), PointId.of(8), PointId.of(9)));
    assertEquals(3, points.size());
    assertEquals(1, points.dimension());
    assertThrows(IllegalArgumentException.class, () -> latents.points(List.of(PointId.of(7))));
  }

  @Test
  void whatIsWrongIsSaidWithTheQueryAndTheItem() {
    assertRefused("expected scores of 1 to 4096 anchor queries, got 0", new float[0][], 1);
    assertRefused("query 0 has 2 scores, query 1 has 1", new float[][] {{1, 2}, {1}}, 1);
    assertRefused("query 0 has 0 scores", new float[1][0], 1);
    assertRefused(
        "rank must be in [1, 2] with 3 anchor queries and 2 items, got 3", new float[3][2], 3);
    assertRefused("rank must be in [1, 2]", new float[3][2], 0);
    assertRefused(
        "got NaN of anchor query 1 for item 0", new float[][] {{1, 2}, {Float.NaN, 1}}, 1);
  }

  private static void assertRefused(String sentence, float[][] scores, int rank) {
    Exception refused =
        assertThrows(IllegalArgumentException.class, () -> ItemLatents.of(scores, rank));
    assertTrue(refused.toString().contains(sentence), refused::toString);
  }

  private static float[][] random(int anchors, int items, Random random) {
    float[][] scores = new float[anchors][items];
    for (float[] row : scores) {
      for (int item = 0; item < items; item++) {
        row[item] = (float) random.nextGaussian();
      }
    }
    return scores;
  }

  private static double product(float[] a, float[] b) {
    return IntStream.range(0, a.length).mapToDouble(i -> a[i] * (double) b[i]).sum();
  }

  /// The slow twin: eigenvectors of the items' own products, by Jacobi's rotations.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Components(double[][] vectors, double[] values, int[] order) {
    private static final int SWEEPS = 60;

    static Components of(float[][] scores) {
      int n = scores[0].length;
      double[][] a = new double[n][n];
      double[][] vectors = new double[n][n];
      for (int i = 0; i < n; i++) {
        vectors[i][i] = 1;
        for (int j = 0; j < n; j++) {
          for (float[] row : scores) {
            a[i][j] += row[i] * (double) row[j] / scores.length;
          }
        }
      }
      for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (int p = 0; p < n; p++) {
          for (int q = p + 1; q < n; q++) {
            rotate(a, vectors, p, q);
          }
        }
      }
      double[] values = IntStream.range(0, n).mapToDouble(i -> a[i][i]).toArray();
      int[] order =
          IntStream.range(0, n)
              .boxed()
              .sorted(Comparator.comparingDouble(i -> -values[i]))
              .mapToInt(Integer::intValue)
              .toArray();
      return new Components(vectors, values, order);
    }

    private static void rotate(double[][] a, double[][] vectors, int p, int q) {
      double angle = Math.atan2(2 * a[p][q], a[p][p] - a[q][q]) / 2;
      double c = Math.cos(angle);
      double s = Math.sin(angle);
      for (double[] row : a) {
        turn(row, p, q, c, s);
      }
      for (int j = 0; j < a.length; j++) {
        double first = a[p][j];
        a[p][j] = c * first + s * a[q][j];
        a[q][j] = c * a[q][j] - s * first;
      }
      for (double[] row : vectors) {
        turn(row, p, q, c, s);
      }
    }

    private static void turn(double[] row, int p, int q, double c, double s) {
      double first = row[p];
      row[p] = c * first + s * row[q];
      row[q] = c * row[q] - s * first;
    }

    double[][] products(int rank) {
      int n = values.length;
      double[][] products = new double[n][n];
      for (int axis = 0; axis < rank; axis++) {
        int place = order[axis];
        for (int i = 0; i < n; i++) {
          for (int j = 0; j < n; j++) {
            products[i][j] += values[place] * vectors[i][place] * vectors[j][place];
          }
        }
      }
      return products;
    }

    double share(int rank) {
      double all = IntStream.of(order).mapToDouble(i -> values[i]).sum();
      return IntStream.of(order).limit(rank).mapToDouble(i -> values[i]).sum() / all;
    }
  }
}
