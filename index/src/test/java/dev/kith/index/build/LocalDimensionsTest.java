package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class LocalDimensionsTest {

  /// With the whole of the rows for a sample, which rows were drawn makes no difference.
  @ParameterizedTest(name = "{0}, seed 1")
  @EnumSource(Metric.class)
  void estimatesAreThoseOfTheFormulaInDoubles_seed1(Metric metric) {
    Random random = new Random(1);
    for (int round = 0; round < 20; round++) {
      int dimension = 8 + random.nextInt(40); // With fewer, cosines of 1 but for rounding abound.
      int count = 1 + random.nextInt(150);
      int neighbours = 2 + random.nextInt(30);
      Mixture mixture =
          withCopies(Mixture.of(new VectorSpace(dimension, metric), count, 3, round), random);
      try (Arena arena = Arena.ofConfined()) {
        VectorRows rows = rows(mixture, arena);
        try (LocalDimensions dimensions = estimated(rows, count, neighbours)) {
          for (int row = 0; row < count; row++) {
            double expected = naive(mixture, row, neighbours);
            String which = "round %d row %d of %d".formatted(round, row, count);
            assertEquals(expected, dimensions.of(row), 1e-2 * expected, which);
          }
        }
      }
    }
  }

  /// Copies are what zero distances are made of.
  private static Mixture withCopies(Mixture mixture, Random random) {
    float[][] vectors = mixture.vectors();
    for (int row = 1; row < vectors.length; row++) {
      if (random.nextInt(4) == 0) {
        vectors[row] = vectors[random.nextInt(row)].clone();
      }
    }
    return mixture;
  }

  private static VectorRows rows(Mixture mixture, Arena arena) {
    VectorRows rows = VectorRows.reserve(mixture.space(), mixture.count(), arena);
    for (int row = 0; row < mixture.count(); row++) {
      rows.set(row, mixture.vectors()[row]);
    }
    return rows;
  }

  private static LocalDimensions estimated(VectorRows rows, int sample, int neighbours) {
    LocalDimensions dimensions =
        new LocalDimensions(
            rows, rows.capacity(), new LocalDimensions.Sample(sample, neighbours, 7));
    dimensions.estimate();
    return dimensions;
  }

  private static double naive(Mixture mixture, int row, int neighbours) {
    double[] self = asStored(mixture, row);
    double[] distances =
        IntStream.range(0, mixture.count())
            .filter(other -> !Arrays.equals(mixture.vectors()[other], mixture.vectors()[row]))
            .mapToDouble(other -> distance(self, asStored(mixture, other)))
            .sorted()
            .limit(neighbours)
            .toArray();
    double mean =
        Arrays.stream(distances)
            .map(distance -> Math.log(distance / distances[distances.length - 1]))
            .average()
            .orElse(0);
    return mean < 0 ? -1 / mean : 0;
  }

  private static double[] asStored(Mixture mixture, int row) {
    float[] vector = mixture.vectors()[row];
    double[] stored = IntStream.range(0, vector.length).mapToDouble(i -> vector[i]).toArray();
    if (mixture.space().metric() == Metric.COSINE) {
      double length = Math.sqrt(Arrays.stream(stored).map(x -> x * x).sum());
      return Arrays.stream(stored).map(x -> x / length).toArray();
    }
    return stored;
  }

  private static double distance(double[] a, double[] b) {
    return Math.sqrt(IntStream.range(0, a.length).mapToDouble(i -> square(a[i] - b[i])).sum());
  }

  private static double square(double x) {
    return x * x;
  }

  @ParameterizedTest(name = "{0}, seed 2")
  @EnumSource(Metric.class)
  void subspacesRankByTheirDimension_seed2(Metric metric) {
    int each = 400;
    int[] spanned = {2, 4, 8, 16};
    Mixture mixture = subspaces(new VectorSpace(48, metric), spanned, each, new Random(2));
    try (Arena arena = Arena.ofConfined();
        LocalDimensions dimensions = estimated(rows(mixture, arena), spanned.length * 200, 20)) {
      double before = 0;
      for (int group = 0; group < spanned.length; group++) {
        double[] sorted =
            IntStream.range(group * each, (group + 1) * each)
                .mapToDouble(dimensions::of)
                .sorted()
                .toArray();
        double median = sorted[each / 2];
        String found = "%d dimensions: %.1f".formatted(spanned[group], median);
        assertTrue(median > 1.3 * before, found);
        // Few points, most of them near the edge of a cube, look like fewer dimensions.
        assertTrue(median > 0.4 * spanned[group] && median < 1.5 * spanned[group], found);
        before = median;
      }
    }
  }

  /// Skewed cubes along random directions, far from each other and, as seen from the origin, small.
  private static Mixture subspaces(VectorSpace space, int[] spanned, int each, Random random) {
    float[][] vectors = new float[spanned.length * each][];
    for (int group = 0; group < spanned.length; group++) {
      Mixture axes = Mixture.of(space, spanned[group], spanned[group], random.nextLong());
      float[] centre = new float[space.dimension()];
      centre[group] = 50;
      for (int i = 0; i < each; i++) {
        float[] vector = centre.clone();
        for (float[] axis : axes.vectors()) {
          double along = 0.3 * random.nextDouble();
          for (int j = 0; j < vector.length; j++) {
            vector[j] += (float) (along * axis[j]);
          }
        }
        vectors[group * each + i] = vector;
      }
    }
    return new Mixture(space, vectors);
  }

  @Test
  void theOrderDescendsAndThreadsMakeNoDifference_seed3() throws Exception {
    Mixture mixture = Mixture.of(new VectorSpace(20, Metric.COSINE), 3000, 10, 3);
    LocalDimensions.Sample sample = new LocalDimensions.Sample(100, 10, 3);
    try (Arena arena = Arena.ofShared();
        LocalDimensions alone = new LocalDimensions(rows(mixture, arena), 3000, sample);
        LocalDimensions shared = new LocalDimensions(rows(mixture, arena), 3000, sample)) {
      alone.estimate();
      try (ExecutorService threads = Executors.newFixedThreadPool(3)) {
        List<Future<?>> running = new ArrayList<>();
        for (int i = 0; i < 3; i++) {
          running.add(threads.submit(shared::estimate));
        }
        for (Future<?> done : running) {
          done.get();
        }
      }
      Integer[] expected = IntStream.range(0, 3000).boxed().toArray(Integer[]::new);
      Arrays.sort(expected, Comparator.comparingDouble(row -> -alone.of(row)));
      int[] order = shared.descending();
      for (int i = 0; i < order.length; i++) {
        // Sums may differ in the last bit while kernels are being compiled.
        assertEquals(alone.of(expected[i]), shared.of(order[i]), 1e-3 * alone.of(order[i]));
      }
      assertEquals(3000, Arrays.stream(order).distinct().count());
      assertTrue(alone.of(expected[0]) > 1.5 * alone.of(expected[2999]));
    }
  }

  @Test
  void copiesOfOneRowHaveNoDimension() {
    for (Metric metric : Metric.values()) {
      VectorSpace space = new VectorSpace(3, metric);
      float[][] vectors = new float[50][];
      Arrays.fill(vectors, new float[] {0.3f, -2f, 1f});
      try (Arena arena = Arena.ofConfined();
          LocalDimensions dimensions =
              estimated(rows(new Mixture(space, vectors), arena), 50, 10)) {
        assertEquals(0, dimensions.of(17), metric.name());
        assertEquals(0, dimensions.descending()[0], metric.name());
      }
    }
  }
}
