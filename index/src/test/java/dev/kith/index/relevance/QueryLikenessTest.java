package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.relevance.RelevanceTraining.Split;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class QueryLikenessTest {
  private static final int DIMENSION = 8;

  @Test
  void aQueryIsStrangeIfItLiesElsewhereOrNothingIsNear_seed1() {
    Random random = new Random(1);
    QueryLikeness likeness =
        QueryLikeness.fit(Split.of(lists(random, 2_000), 1), 1, 1, () -> {}).orElseThrow();
    double usual = likeness.strangeness(query(random, 0), 0.6f);
    double elsewhere = likeness.strangeness(query(random, 3), 0.6f);
    double alone = likeness.strangeness(query(random, 0), 0.1f);
    assertTrue(likeness.percentile(usual) < 99.9, () -> "usual " + usual);
    assertEquals(100, likeness.percentile(elsewhere), () -> "elsewhere " + elsewhere);
    assertEquals(100, likeness.percentile(alone), () -> "alone " + alone);
  }

  @Test
  void percentilesOfOtherQueriesOfTheKindAreEvenlySpread_seed2() {
    Random random = new Random(2);
    QueryLikeness likeness =
        QueryLikeness.fit(Split.of(lists(random, 4_000), 2), 2, 1, () -> {}).orElseThrow();
    double sum = 0;
    for (JudgedList list : lists(random, 1_000)) {
      sum += likeness.percentile(likeness.strangeness(list.query(), list.scores()[0]));
    }
    assertEquals(50, sum / 1_000, 5);
  }

  @Test
  void tooFewQueriesSayNothing_seed3() {
    assertTrue(QueryLikeness.fit(Split.of(lists(new Random(3), 160), 3), 3, 1, () -> {}).isEmpty());
  }

  /// Queries about one place, with a nearest point at about .6.
  private static List<JudgedList> lists(Random random, int count) {
    List<JudgedList> lists = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      float[] scores = {(float) (0.6 + 0.05 * random.nextGaussian()), 0.1f};
      lists.add(new JudgedList(query(random, 0), Judged.descending(scores), new float[2], 0));
    }
    return lists;
  }

  private static float[] query(Random random, float along) {
    float[] query = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      query[i] = (float) (0.2 * random.nextGaussian());
    }
    query[0] += 1;
    query[1] += along;
    return query;
  }
}
