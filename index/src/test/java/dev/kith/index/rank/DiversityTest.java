package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.rank.Diversity.Decay;
import dev.kith.index.rank.Diversity.Method;
import dev.kith.index.rank.Diversity.Selection;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class DiversityTest {
  private static final int DIMENSION = 5;

  /// Candidates of a search: vectors near few places, some of them equal, so that much is similar.
  private static final class Candidates implements AutoCloseable {
    private final Arena arena = Arena.ofConfined();
    private final Metric metric;
    private final float[][] vectors;
    private final float[] scores;
    private final VectorRows rows;

    Candidates(Random random, Metric metric, int count) {
      this.metric = metric;
      float[] query = vector(random);
      List<float[]> drawn = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        boolean repeat = i > 0 && random.nextInt(4) == 0;
        drawn.add(repeat ? drawn.get(random.nextInt(i)) : vector(random));
      }
      drawn.sort((a, b) -> Double.compare(score(metric, query, b), score(metric, query, a)));
      this.vectors = drawn.toArray(float[][]::new);
      this.scores = new float[count];
      this.rows = VectorRows.reserve(new VectorSpace(DIMENSION, metric), count + 2, arena);
      for (int i = 0; i < count; i++) {
        scores[i] = (float) score(metric, query, vectors[i]);
        rows.set(i, vectors[i]);
      }
    }

    double score(int a, int b) {
      return score(metric, vectors[a], vectors[b]);
    }

    double cosine(int a, int b) {
      return Math.clamp(score(Metric.COSINE, vectors[a], vectors[b]), 0, 1);
    }

    private static double score(Metric metric, float[] a, float[] b) {
      double dot = 0;
      double squareA = 0;
      double squareB = 0;
      double distance = 0;
      for (int i = 0; i < DIMENSION; i++) {
        dot += (double) a[i] * b[i];
        squareA += (double) a[i] * a[i];
        squareB += (double) b[i] * b[i];
        distance += ((double) a[i] - b[i]) * ((double) a[i] - b[i]);
      }
      return switch (metric) {
        case COSINE -> dot / Math.sqrt(squareA * squareB);
        case DOT -> dot;
        case EUCLIDEAN -> -Math.sqrt(distance);
      };
    }

    private static float[] vector(Random random) {
      float[] vector = new float[DIMENSION];
      int place = random.nextInt(DIMENSION);
      for (int i = 0; i < DIMENSION; i++) {
        vector[i] = (float) ((i == place ? 2 : 0) + 0.5 * random.nextGaussian());
      }
      return vector;
    }

    @Override
    public void close() {
      arena.close();
    }
  }

  /// What each choice is worth, given the hits before it; larger is better.
  @FunctionalInterface
  private interface Worth {
    double of(int candidate, List<Integer> hits);
  }

  @ParameterizedTest
  @CsvSource({"COSINE, 1", "DOT, 2", "EUCLIDEAN, 3"})
  void marginalRelevanceChoosesWhatItsFormulaSays_seed(Metric metric, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 60; trial++) {
      try (Candidates candidates = new Candidates(random, metric, 1 + random.nextInt(40))) {
        double diversity = random.nextInt(5) / 4.0;
        check(
            candidates,
            new Method.MarginalRelevance(diversity),
            1 + random.nextInt(50),
            (candidate, hits) ->
                (1 - diversity) * candidates.scores[candidate]
                    - diversity
                        * hits.stream()
                            .mapToDouble(hit -> candidates.score(hit, candidate))
                            .max()
                            .orElse(0));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"COSINE, 4", "DOT, 5", "EUCLIDEAN, 6"})
  void softNmsChoosesTheLargestDecayedShare_seed(Metric metric, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 60; trial++) {
      try (Candidates candidates = new Candidates(random, metric, 1 + random.nextInt(40))) {
        double temperature = 0.1 + random.nextDouble();
        double sum = 0;
        for (float score : candidates.scores) {
          sum += Math.exp(score / temperature);
        }
        double all = sum;
        double sigma = 0.1 + random.nextDouble();
        double threshold = random.nextDouble();
        boolean gaussian = random.nextBoolean();
        check(
            candidates,
            new Method.SoftNms(
                gaussian ? new Decay.Gaussian(sigma) : new Decay.Linear(threshold),
                new Temperature.Of(temperature)),
            1 + random.nextInt(50),
            (candidate, hits) -> {
              double share = Math.exp(candidates.scores[candidate] / temperature) / all;
              for (int hit : hits) {
                double cosine = candidates.cosine(hit, candidate);
                double linear = cosine > threshold ? 1 - cosine : 1;
                share *= gaussian ? Math.exp(-cosine * cosine / sigma) : linear;
              }
              return Math.log(share);
            });
      }
    }
  }

  /// Checks every choice given those before it, up to rounding: of two that are all but equally
  /// good, either may come first.
  private static void check(Candidates candidates, Method method, int limit, Worth worth) {
    int count = candidates.scores.length;
    Selection selection =
        Diversity.select(method, candidates.scores, candidates.rows, limit, () -> false);
    assertEquals(Math.min(limit, count), selection.chosen().length);
    assertEquals(selection.chosen().length, selection.rankScores().length);
    assertEquals(0, selection.duplicates().length);
    List<Integer> hits = new ArrayList<>();
    for (int i = 0; i < selection.chosen().length; i++) {
      double best =
          IntStream.range(0, count)
              .filter(candidate -> !hits.contains(candidate))
              .mapToDouble(candidate -> worth.of(candidate, hits))
              .max()
              .orElseThrow();
      double chosen = worth.of(selection.chosen()[i], hits);
      double got = selection.rankScores()[i];
      if (chosen < -12 && best < -12) {
        // All that is left is equal to a hit: one less a cosine that rounds to one.
        hits.add(selection.chosen()[i]);
        continue;
      }
      assertEquals(best, chosen, 2e-4, "choice " + i);
      assertEquals(chosen, got, 2e-4, "choice " + i);
      assertEquals(false, hits.contains(selection.chosen()[i]));
      hits.add(selection.chosen()[i]);
    }
  }

  @ParameterizedTest
  @CsvSource({"COSINE, 7", "DOT, 8", "EUCLIDEAN, 9"})
  void nearDuplicatesJoinTheFirstHitThatScoresEnough_seed(Metric metric, long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 60; trial++) {
      try (Candidates candidates = new Candidates(random, metric, 1 + random.nextInt(60))) {
        float minScore =
            switch (metric) {
              case COSINE -> 0.9f;
              case DOT -> 4;
              case EUCLIDEAN -> -1;
            };
        int limit = 1 + random.nextInt(30);
        List<Integer> hits = new ArrayList<>();
        List<List<Integer>> joined = new ArrayList<>();
        for (int i = 0; i < candidates.scores.length; i++) {
          int candidate = i;
          int first =
              IntStream.range(0, hits.size())
                  .filter(hit -> candidates.score(hits.get(hit), candidate) >= minScore)
                  .findFirst()
                  .orElse(-1);
          if (first >= 0) {
            joined.get(first).add(i);
          } else if (hits.size() < limit) {
            hits.add(i);
            joined.add(new ArrayList<>());
          }
        }
        Selection got =
            Diversity.select(
                new Method.NearDuplicates(minScore),
                candidates.scores,
                candidates.rows,
                limit,
                () -> false);
        assertArrayEquals(hits.stream().mapToInt(i -> i).toArray(), got.chosen());
        assertEquals(0, got.rankScores().length);
        for (int hit = 0; hit < hits.size(); hit++) {
          assertArrayEquals(
              joined.get(hit).stream().mapToInt(i -> i).toArray(), got.duplicates()[hit]);
        }
      }
    }
  }

  @Test
  void equalCandidatesAreTakenInTheirOrder() {
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(new VectorSpace(2, Metric.DOT), 4, arena);
      for (int i = 0; i < 4; i++) {
        rows.set(i, new float[] {1, 0});
      }
      float[] scores = {1, 1, 1, 1};
      Method[] methods = {
        new Method.MarginalRelevance(0.5),
        new Method.MarginalRelevance(1),
        new Method.SoftNms(new Decay.Gaussian(0.5), new Temperature.Usual()),
        new Method.SoftNms(new Decay.Linear(0.3), new Temperature.Usual())
      };
      for (Method method : methods) {
        Selection all = Diversity.select(method, scores, rows, 9, () -> false);
        assertArrayEquals(new int[] {0, 1, 2, 3}, all.chosen());
      }
    }
  }

  @Test
  void whatIsChosenUntilItIsStoppedIsReturned() {
    Random random = new Random(10);
    try (Candidates candidates = new Candidates(random, Metric.COSINE, 20)) {
      Method[] methods = {
        new Method.MarginalRelevance(0.5),
        new Method.SoftNms(new Decay.Gaussian(0.5), new Temperature.Usual()),
        new Method.NearDuplicates(1.1f)
      };
      for (Method method : methods) {
        int[] asked = {0};
        Selection all =
            Diversity.select(method, candidates.scores, candidates.rows, 9, () -> false);
        Selection some =
            Diversity.select(method, candidates.scores, candidates.rows, 9, () -> ++asked[0] == 4);
        assertArrayEquals(
            IntStream.of(all.chosen()).limit(4).toArray(), some.chosen(), method.toString());
      }
    }
  }

  @Test
  void noMoreThanAHundredDuplicatesAreToldAndTheOthersAreLeftOut() {
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(new VectorSpace(2, Metric.EUCLIDEAN), 300, arena);
      Selection got =
          Diversity.select(new Method.NearDuplicates(-0.5f), new float[300], rows, 10, () -> false);
      assertArrayEquals(new int[] {0}, got.chosen());
      assertArrayEquals(IntStream.rangeClosed(1, 100).toArray(), got.duplicates()[0]);
    }
  }

  @Test
  void badArgumentsAreRefusedAndNoCandidatesMakeNoHits() {
    assertThrows(IllegalArgumentException.class, () -> new Method.MarginalRelevance(1.1));
    assertThrows(IllegalArgumentException.class, () -> new Method.MarginalRelevance(-0.1));
    assertThrows(IllegalArgumentException.class, () -> new Method.NearDuplicates(Float.NaN));
    assertThrows(IllegalArgumentException.class, () -> new Decay.Gaussian(0));
    assertThrows(IllegalArgumentException.class, () -> new Decay.Gaussian(1001));
    assertThrows(IllegalArgumentException.class, () -> new Decay.Linear(1));
    assertThrows(IllegalArgumentException.class, () -> new Decay.Linear(-0.1));
    try (Arena arena = Arena.ofConfined()) {
      VectorRows rows = VectorRows.reserve(new VectorSpace(2, Metric.DOT), 1, arena);
      Method method = new Method.MarginalRelevance(0.5);
      assertEquals(0, Diversity.select(method, new float[0], rows, 5, () -> false).chosen().length);
      assertThrows(
          IllegalArgumentException.class,
          () -> Diversity.select(method, new float[2], rows, 5, () -> false));
      assertThrows(
          IllegalArgumentException.class,
          () -> Diversity.select(method, new float[1], rows, 0, () -> false));
    }
  }
}
