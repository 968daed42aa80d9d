package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.rank.MixtureGroups.Component;
import dev.kith.index.rank.MixtureGroups.Place;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class MixtureGroupsTest {
  private static final int DIMENSION = 4;
  private static final int CELLS = 6;

  @ParameterizedTest
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void weightsAndVectorsAreThoseOfTheFormula_seed(Metric metric, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 100; trial++) {
      double smoothing = random.nextInt(5) / 4.0;
      MixtureGroups groups = new MixtureGroups(metric, DIMENSION, smoothing);
      int members = 1 + random.nextInt(12);
      double[] weights = new double[CELLS];
      double[][] sums = new double[CELLS][DIMENSION];
      int[] counts = new int[CELLS];
      for (int i = 0; i < members; i++) {
        Place member = place(random);
        List<Place> neighbors =
            IntStream.range(0, random.nextInt(4)).mapToObj(_ -> place(random)).toList();
        groups.add(member, neighbors);
        double own = neighbors.isEmpty() ? 1 : smoothing;
        List<Place> all = new ArrayList<>(neighbors);
        all.add(member);
        counts[member.cell()]++;
        for (Place place : all) {
          double part = place == member ? own : (1 - own) / neighbors.size();
          weights[place.cell()] += part / members;
          double length = metric == Metric.COSINE ? length(place.vector()) : 1;
          for (int j = 0; j < DIMENSION; j++) {
            sums[place.cell()][j] += part / members * place.vector()[j] / length;
          }
        }
      }
      int most = 1 + random.nextInt(CELLS);
      int[] order =
          IntStream.range(0, CELLS)
              .filter(cell -> weights[cell] > 0)
              .boxed()
              .sorted((a, b) -> Double.compare(weights[b], weights[a]))
              .limit(most)
              .mapToInt(Integer::intValue)
              .toArray();
      double kept = IntStream.of(order).mapToDouble(cell -> weights[cell]).sum();
      List<Component> got = groups.components(most);
      assertEquals(order.length, got.size());
      for (int i = 0; i < order.length; i++) {
        Component component = got.get(i);
        assertEquals(weights[order[i]] / kept, component.weight(), 1e-9);
        int cell = cellOf(component, metric, weights, sums);
        assertEquals(weights[order[i]], weights[cell], 1e-9, "one of the weightiest");
        assertEquals(counts[cell], component.members());
      }
      assertEquals(1, got.stream().mapToDouble(Component::weight).sum(), 1e-9);
    }
  }

  /// The cell whose mean a component's vector is: equal weights may come in any order of rounding.
  private static int cellOf(
      Component component, Metric metric, double[] weights, double[][] sums) {
    return IntStream.range(0, CELLS)
        .filter(
            cell -> {
              double[] sum = sums[cell];
              double scale =
                  metric == Metric.COSINE
                      ? Math.sqrt(IntStream.range(0, DIMENSION).mapToDouble(i -> sum[i] * sum[i]).sum())
                      : weights[cell];
              return IntStream.range(0, DIMENSION)
                  .allMatch(i -> Math.abs(sum[i] / scale - component.vector()[i]) < 1e-5);
            })
        .findFirst()
        .orElseThrow(() -> new AssertionError("no cell has " + component));
  }

  private static double length(float[] vector) {
    double sum = 0;
    for (float coordinate : vector) {
      sum += (double) coordinate * coordinate;
    }
    return Math.sqrt(sum);
  }

  private static Place place(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return new Place(vector, random.nextInt(CELLS));
  }

  @Test
  void oppositeDirectionsLeaveThatOfOneOfThem() {
    MixtureGroups groups = new MixtureGroups(Metric.COSINE, 2, 1);
    groups.add(new Place(new float[] {3, 0}, 7), List.of());
    groups.add(new Place(new float[] {-2, 0}, 7), List.of());
    Component only = groups.components(8).getFirst();
    assertEquals(1, only.vector()[0]);
    assertEquals(0, only.vector()[1]);
    assertEquals(2, only.members());
  }

  @Test
  void badNumbersAreRefused() {
    assertThrows(
        IllegalArgumentException.class, () -> new MixtureGroups(Metric.DOT, 2, Double.NaN));
    MixtureGroups groups = new MixtureGroups(Metric.DOT, 2, 1);
    assertThrows(IllegalArgumentException.class, () -> groups.components(0));
    assertEquals(List.of(), groups.components(1));
  }
}
