package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntToDoubleFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// The rounds of a search by a scorer, over latents in this process that a slow twin of the server
/// solves with.
final class ScorerSearchTest {
  private static final int ITEMS = 400;
  private static final int ANCHORS = 40;
  private static final int RANK = 8;

  private final KithClient nobody = KithClient.connect("127.0.0.1:1");
  private final List<Integer> asked = new ArrayList<>();

  @AfterEach
  void hangUp() {
    nobody.close();
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void latentsLeadToTheBestOfAllFromSeedsThatAreNot(long seed) {
    World world = new World(seed);
    ScorerRounds run = new ScorerRounds(scorer(world::score), 60);
    run.seed(ids(IntStream.range(0, 15).toArray()));
    run.run(world::promising, 5);

    ScorerResult result = run.best(5);

    assertEquals(60, result.calls());
    assertEquals(60, Set.copyOf(asked).size(), "an item was scored twice");
    List<PointId> expected =
        IntStream.range(0, ITEMS)
            .boxed()
            .sorted(Comparator.comparingDouble(item -> -world.score(item)))
            .limit(5)
            .map(PointId::of)
            .toList();
    assertEquals(expected, result.best().stream().map(ScorerResult.Scored::id).toList());
    for (ScorerResult.Scored best : result.best()) {
      assertEquals(world.score(number(best.id())), best.score());
    }
  }

  @Test
  void whatSeedsLeaveIsSpentInEqualPartsAndNoMore() {
    List<Integer> limits = new ArrayList<>();
    ScorerRounds run = new ScorerRounds(scorer(item -> -item), 10);
    run.seed(ids(50, 51, 52));
    run.run(
        (scores, limit) -> {
          limits.add(limit);
          int from = 10 * limits.size();
          return ids(IntStream.range(from, from + limit).toArray());
        },
        3);
    assertEquals(List.of(3, 2, 2), limits);
    assertEquals(10, run.best(3).calls());
    assertEquals(ids(10, 11, 12), run.best(3).best().stream().map(s -> s.id()).toList());
  }

  @Test
  void aSearchEndsWhereNoItemIsLeft() {
    ScorerRounds run = new ScorerRounds(scorer(item -> 1), 100);
    run.seed(ids(2, 1));
    run.run((scores, limit) -> scores.size() == 2 ? ids(0) : ids(), 10);
    assertEquals(3, run.best(10).calls());
    // Of equal ones the first that was scored is the best.
    assertEquals(ids(2, 1, 0), run.best(10).best().stream().map(s -> s.id()).toList());
  }

  @Test
  void aScorerThatGivesTooFewScoresOrNoneIsTold() {
    ScorerRounds few = new ScorerRounds(items -> new double[1], 10);
    assertSaid("a score for each of 2 items, got 1", () -> few.seed(ids(1, 2)));
    ScorerRounds none = new ScorerRounds(items -> new double[] {Double.NaN}, 10);
    assertSaid("must give finite scores, got NaN for", () -> none.seed(ids(1)));
  }

  @Test
  void numbersOutOfRangeAreRefusedBeforeTheScorerIsAsked() {
    KithCollection latents = nobody.collection("latents");
    ScorerSearch search = ScorerSearch.of(latents, 400);
    assertEquals(100, search.seeds());
    assertEquals(1, ScorerSearch.of(latents, 1).seeds());
    assertSaid("budget must be in [1, 10000], got 0", () -> ScorerSearch.of(latents, 0));
    assertSaid("budget must be in [1, 10000], got 10001", () -> ScorerSearch.of(latents, 10_001));
    assertSaid("seeds must be in [1, 400], got 401", () -> search.withSeeds(401));
    assertSaid("rounds must be in [1, 100], got 0", () -> search.withRounds(0));
    assertSaid("ridge must be in [0, 1000.0], got NaN", () -> search.withRidge(Double.NaN));
    Scorer scorer = scorer(item -> 1);
    assertSaid("k must be in [1,", () -> search.best(0, ids(1), scorer));
    assertSaid("at least one; got none", () -> search.best(1, List.of(), scorer));
    assertTrue(asked.isEmpty());
  }

  @Test
  void aBudgetThatSeedsUseUpNeedsNoServer() {
    ScorerSearch search = ScorerSearch.of(nobody.collection("latents"), 3).withSeeds(3);
    ScorerResult result = search.best(2, ids(5, 5, 9, 7, 8), scorer(item -> item));
    assertEquals(List.of(5, 9, 7), asked);
    assertEquals(3, result.calls());
    assertEquals(ids(9, 7), result.best().stream().map(s -> s.id()).toList());
  }

  private Scorer scorer(IntToDoubleFunction score) {
    return items ->
        items.stream()
            .mapToInt(ScorerSearchTest::number)
            .peek(asked::add)
            .mapToDouble(score)
            .toArray();
  }

  private static void assertSaid(String sentence, Runnable call) {
    Exception refused = assertThrows(IllegalArgumentException.class, call::run);
    assertTrue(refused.toString().contains(sentence), refused::toString);
  }

  private static List<PointId> ids(int... items) {
    return IntStream.of(items).mapToObj(PointId::of).toList();
  }

  private static int number(PointId id) {
    return id instanceof PointId.Number(long number) ? Math.toIntExact(number) : -1;
  }

  /// Items with latents of anchors' scores, and a query that the anchors resemble.
  private static final class World {
    private final float[][] hidden;
    private final float[] query;
    private final ItemLatents latents;

    World(long seed) {
      Random random = new Random(seed);
      hidden = random(ITEMS, random);
      query = random(1, random)[0];
      float[][] anchors = random(ANCHORS, random);
      float[][] scores = new float[ANCHORS][ITEMS];
      for (int anchor = 0; anchor < ANCHORS; anchor++) {
        for (int item = 0; item < ITEMS; item++) {
          scores[anchor][item] = (float) product(anchors[anchor], hidden[item]);
        }
      }
      latents = ItemLatents.of(scores, RANK);
    }

    private static float[][] random(int count, Random random) {
      float[][] vectors = new float[count][RANK];
      for (float[] vector : vectors) {
        for (int i = 0; i < RANK; i++) {
          vector[i] = (float) random.nextGaussian();
        }
      }
      return vectors;
    }

    /// A product, and a little that no latent knows of.
    double score(int item) {
      return product(query, hidden[item]) + 1e-3 * Math.sin(item);
    }

    List<PointId> promising(Map<PointId, Double> scores, int limit) {
      double[][] equations = new double[RANK][RANK + 1];
      for (int i = 0; i < RANK; i++) {
        equations[i][i] = 1e-6;
      }
      scores.forEach(
          (id, score) -> {
            float[] latent = latents.latent(number(id));
            for (int i = 0; i < RANK; i++) {
              for (int j = 0; j < RANK; j++) {
                equations[i][j] += latent[i] * latent[j];
              }
              equations[i][RANK] += latent[i] * score;
            }
          });
      float[] solution = solve(equations);
      Set<PointId> known = new HashSet<>(scores.keySet());
      return IntStream.range(0, ITEMS)
          .boxed()
          .sorted(Comparator.comparingDouble(item -> -product(solution, latents.latent(item))))
          .map(PointId::of)
          .filter(id -> !known.contains(id))
          .limit(limit)
          .toList();
    }

    /// Gauss and Jordan.
    private static float[] solve(double[][] equations) {
      for (int i = 0; i < RANK; i++) {
        for (int row = 0; row < RANK; row++) {
          double factor = equations[row][i] / equations[i][i];
          for (int j = 0; row != i && j <= RANK; j++) {
            equations[row][j] -= factor * equations[i][j];
          }
        }
      }
      float[] solution = new float[RANK];
      for (int i = 0; i < RANK; i++) {
        solution[i] = (float) (equations[i][RANK] / equations[i][i]);
      }
      return solution;
    }

    private static double product(float[] a, float[] b) {
      return IntStream.range(0, a.length).mapToDouble(i -> a[i] * (double) b[i]).sum();
    }
  }
}
