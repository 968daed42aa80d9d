package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ThresholdsTest {
  private static final RelevanceModel RAW = new RawScore(Metric.COSINE);

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void thresholdsAreTheLargestThatTheRuleAllows_seed(long seed) {
    Random random = new Random(seed);
    List<JudgedList> lists = lists(random, 5 + random.nextInt(60));
    Thresholds thresholds = Thresholds.calibrate(RAW, lists);
    for (double alpha : new double[] {0.01, 0.05, 0.1, 0.3, 0.5, 0.9}) {
      assertEquals(naive(lists, alpha), thresholds.at(alpha), "at " + alpha);
    }
  }

  /// Tries the relevance of every relevant candidate.
  private static float naive(List<JudgedList> lists, double alpha) {
    List<JudgedList> counted = lists.stream().filter(list -> list.relevant() > 0).toList();
    int n = counted.size();
    float best = 0;
    for (JudgedList tried : counted) {
      for (int i = 0; i < tried.size(); i++) {
        float t = (1 + tried.scores()[i]) / 2;
        double missed = 0;
        for (JudgedList list : counted) {
          double lost = 0;
          for (int j = 0; j < list.size(); j++) {
            lost += (1 + list.scores()[j]) / 2 < t && list.isJudged(j) ? list.relevant(j) : 0;
          }
          missed += lost / list.relevant();
        }
        boolean isRelevant = tried.isJudged(i) && tried.relevant(i) > 0;
        double risk = n / (n + 1.0) * missed / n + 1 / (n + 1.0);
        if (isRelevant && risk <= alpha + 1e-12 && t > best) {
          best = t;
        }
      }
    }
    return best;
  }

  @Test
  void whatIsMissedOfOtherQueriesIsAtMostAsAskedOnAverage_seed5() {
    Random random = new Random(5);
    double missed = 0;
    double judged = 0;
    for (int trial = 0; trial < 200; trial++) {
      float threshold = Thresholds.calibrate(RAW, lists(random, 100)).at(0.1);
      for (JudgedList list : lists(random, 20)) {
        if (list.relevant() > 0) {
          double lost = 0;
          for (int j = 0; j < list.size(); j++) {
            lost += (1 + list.scores()[j]) / 2 < threshold ? list.relevant(j) : 0;
          }
          missed += lost / list.relevant();
          judged++;
        }
      }
    }
    // No more than asked, and no less than that by more than two queries of about eighty.
    assertTrue(missed / judged < 0.103 && missed / judged > 0.075, "misses " + missed / judged);
  }

  @Test
  void tooFewQueriesPromiseNothing_seed6() {
    Random random = new Random(6);
    assertEquals(0, Thresholds.calibrate(RAW, lists(random, 8)).at(0.01));
    assertEquals(0, Thresholds.NONE.at(0.5));
  }

  @Test
  void ofManyRelevanceASelectionIsKeptWhichNeverMissesMore_seed7() {
    Random random = new Random(7);
    List<JudgedList> lists = lists(random, 20_000);
    Thresholds thresholds = Thresholds.calibrate(RAW, lists);
    float threshold = thresholds.at(0.05);
    double missed = 0;
    double n = 0;
    for (JudgedList list : lists) {
      if (list.relevant() > 0) {
        double lost = 0;
        for (int j = 0; j < list.size(); j++) {
          lost += (1 + list.scores()[j]) / 2 < threshold ? list.relevant(j) : 0;
        }
        missed += lost / list.relevant();
        n++;
      }
    }
    assertTrue(missed / n <= 0.05 && missed / n > 0.045, "misses " + missed / n);
    assertTrue(thresholds.bytes() < 100_000);
  }

  @Test
  void fractionsOutOfRangeAreRefused() {
    assertThrows(IllegalArgumentException.class, () -> Thresholds.NONE.at(0));
    assertThrows(IllegalArgumentException.class, () -> Thresholds.NONE.at(1));
  }

  private static List<JudgedList> lists(Random random, int count) {
    List<JudgedList> lists = new ArrayList<>();
    for (int n = 0; n < count; n++) {
      float[] grades = new float[6];
      for (int i = 0; i < grades.length; i++) {
        grades[i] = random.nextInt(4) == 0 ? 1 : random.nextInt(8) == 0 ? 0.5f : 0;
      }
      float[] scores = new float[6];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextFloat(-1, 1);
      }
      lists.add(new JudgedList(new float[1], Judged.descending(scores), grades, 0));
    }
    return lists;
  }
}
