package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.rank.MixtureGroups.Component;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MixtureGroupsTest {
  private static final int DIMENSION = 4;
  private static final int CELLS = 6;
  private static final int POINTS = 15;

  @ParameterizedTest
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void weightsAndVectorsAreThoseOfTheFormula_seed(Metric metric, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      float[][] points = new float[POINTS][];
      int[] cells = new int[POINTS];
      for (int i = 0; i < POINTS; i++) {
        points[i] = vector(random, metric);
        cells[i] = random.nextInt(CELLS);
      }
      double smoothing = random.nextInt(5) / 4.0;
      MixtureGroups groups = new MixtureGroups(POINTS, smoothing);
      int members = 1 + random.nextInt(12);
      double[] weights = new double[CELLS];
      double[][] sums = new double[CELLS][DIMENSION];
      int[] counts = new int[CELLS];
      for (int i = 0; i < members; i++) {
        int member = random.nextInt(POINTS);
        int[] neighbors =
            IntStream.range(0, random.nextInt(4)).map(_ -> random.nextInt(POINTS)).toArray();
        groups.add(member, neighbors);
        counts[cells[member]]++;
        double own = neighbors.length == 0 ? 1 : smoothing;
        lay(own / members, points[member], cells[member], weights, sums);
        for (int neighbor : neighbors) {
          double part = (1 - own) / neighbors.length / members;
          lay(part, points[neighbor], cells[neighbor], weights, sums);
        }
      }
      int most = 1 + random.nextInt(CELLS);
      double[] heaviest =
          IntStream.range(0, CELLS)
              .mapToDouble(cell -> -weights[cell])
              .filter(weight -> weight < 0)
              .sorted()
              .limit(most)
              .map(weight -> -weight)
              .toArray();
      double kept = IntStream.range(0, heaviest.length).mapToDouble(i -> heaviest[i]).sum();
      List<Component> got =
          groups.components(
              cells,
              most,
              metric,
              DIMENSION,
              (point, into) -> System.arraycopy(points[point], 0, into, 0, DIMENSION));
      assertEquals(heaviest.length, got.size());
      for (int i = 0; i < heaviest.length; i++) {
        Component component = got.get(i);
        assertEquals(heaviest[i] / kept, component.weight(), 1e-9);
        int cell = cellOf(component, metric, weights, sums);
        assertEquals(heaviest[i], weights[cell], 1e-9, "one of the weightiest");
        assertEquals(counts[cell], component.members());
      }
    }
  }

  private static void lay(
      double part, float[] vector, int cell, double[] weights, double[][] sums) {
    weights[cell] += part;
    for (int j = 0; j < DIMENSION; j++) {
      sums[cell][j] += part * vector[j];
    }
  }

  /// The cell whose mean a component's vector is: equal weights may come in any order of rounding.
  private static int cellOf(Component component, Metric metric, double[] weights, double[][] sums) {
    return IntStream.range(0, CELLS)
        .filter(cell -> weights[cell] > 0)
        .filter(
            cell -> {
              double length = metric == Metric.COSINE ? length(sums[cell]) : weights[cell];
              return IntStream.range(0, DIMENSION)
                  .allMatch(i -> Math.abs(sums[cell][i] / length - component.vector()[i]) < 1e-5);
            })
        .findFirst()
        .orElseThrow(() -> new AssertionError("no cell has " + component));
  }

  private static double length(double[] vector) {
    double sum = 0;
    for (double coordinate : vector) {
      sum += coordinate * coordinate;
    }
    return Math.sqrt(sum);
  }

  private static float[] vector(Random random, Metric metric) {
    double[] drawn = random.doubles(DIMENSION, -1, 1).toArray();
    double length = metric == Metric.COSINE ? length(drawn) : 1;
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (drawn[i] / length);
    }
    return vector;
  }

  @Test
  void oppositeDirectionsLeaveThatOfTheHeaviest() {
    float[][] points = {{0, 1}, {0, -1}, {1, 0}};
    MixtureGroups groups = new MixtureGroups(3, 1);
    groups.add(0, new int[0]);
    groups.add(1, new int[0]);
    Component only =
        groups
            .components(
                new int[] {7, 7, 7},
                8,
                Metric.COSINE,
                2,
                (point, into) -> System.arraycopy(points[point], 0, into, 0, 2))
            .getFirst();
    assertArrayEquals(new float[] {0, 1}, only.vector());
    assertEquals(2, only.members());
    assertEquals(1, only.weight());
  }

  @Test
  void badNumbersAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> new MixtureGroups(2, Double.NaN));
    assertThrows(IllegalArgumentException.class, () -> new MixtureGroups(2, 1.1));
    MixtureGroups groups = new MixtureGroups(1, 1);
    int[] cells = {0};
    assertThrows(
        IllegalArgumentException.class,
        () -> groups.components(cells, 0, Metric.DOT, 2, (_, _) -> {}));
    assertEquals(List.of(), groups.components(cells, 1, Metric.DOT, 2, (_, _) -> {}));
  }
}
