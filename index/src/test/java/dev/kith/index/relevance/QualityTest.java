package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class QualityTest {
  private static final RelevanceModel RAW = new RawScore(Metric.COSINE);

  /// A pair of a query and a candidate.
  private record Pair(int list, float relevance, double grade) {}

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void figuresAreThoseOfTheirDefinitions_seed(long seed) {
    Random random = new Random(seed);
    List<JudgedList> lists = lists(random);
    List<Pair> pairs = pairs(lists);
    Quality quality = Quality.of("raw", RAW, lists);
    double relevant = pairs.stream().mapToDouble(Pair::grade).sum();
    double area = 0;
    double at95 = -1;
    double filtered = -1;
    double before = 0;
    float threshold = 0;
    for (float t : new TreeSet<>(pairs.stream().map(Pair::relevance).toList()).descendingSet()) {
      List<Pair> kept = pairs.stream().filter(pair -> pair.relevance >= t).toList();
      double found = kept.stream().mapToDouble(Pair::grade).sum();
      double precision = found / kept.size();
      area += (found - before) / relevant * precision;
      before = found;
      if (at95 < 0 && found >= 0.95 * relevant - 1e-9) {
        at95 = precision;
        filtered = 1 - kept.size() / (double) pairs.size();
        threshold = t;
      }
    }
    assertEquals(area, quality.prAuc(), 1e-9);
    assertEquals(at95, quality.precisionAt95(), 1e-9);
    assertEquals(filtered, quality.filteredAt95(), 1e-9);
    assertEquals(empty(lists, pairs, threshold), quality.emptyAt95(), 1e-9);
    double brier =
        pairs.stream()
            .mapToDouble(
                pair ->
                    pair.grade * Math.pow(1 - pair.relevance, 2)
                        + (1 - pair.grade) * Math.pow(pair.relevance, 2))
            .average()
            .orElseThrow();
    assertEquals(brier, quality.brier(), 1e-7);
    assertEquals(pairs.size(), quality.bins().stream().mapToLong(Quality.Bin::pairs).sum());
    assertEquals(
        relevant,
        quality.bins().stream().mapToDouble(bin -> bin.pairs() * bin.observed()).sum(),
        1e-6);
    assertEquals(1, quality.curve().getLast().recall(), 1e-9);
  }

  private static double empty(List<JudgedList> lists, List<Pair> pairs, float threshold) {
    double empty = 0;
    for (int n = 0; n < lists.size(); n++) {
      int list = n;
      empty +=
          pairs.stream().anyMatch(pair -> pair.list == list && pair.relevance >= threshold) ? 0 : 1;
    }
    return empty / lists.size();
  }

  @Test
  void whoeverSaysWhatIsTrueIsCalibrated_seed5() {
    Random random = new Random(5);
    List<JudgedList> lists = new ArrayList<>();
    for (int n = 0; n < 2_000; n++) {
      float[] scores = new float[10];
      for (int i = 0; i < 10; i++) {
        scores[i] = random.nextFloat(-1, 1);
      }
      Judged.descending(scores);
      float[] grades = new float[10];
      for (int i = 0; i < 10; i++) {
        grades[i] = random.nextFloat() < (1 + scores[i]) / 2 ? 1 : 0;
      }
      lists.add(new JudgedList(new float[1], scores, grades, 0));
    }
    Quality quality = Quality.of("raw", RAW, lists);
    assertTrue(quality.calibrationError() < 0.015, "error " + quality.calibrationError());
    assertTrue(
        Quality.of("rule", LargestGap.RULE, lists).calibrationError() > 0.1,
        "a step is not calibrated");
  }

  @Test
  void thresholdsThatTreatAllQueriesAlikeAreConsistent() {
    float[] scores = {0.9f, 0.5f, 0.1f, 0, -0.5f};
    float[] same = {1, 0, 0, 0, 0};
    float[] other = {0, 0, 0, 0, 1};
    JudgedList first = new JudgedList(new float[1], scores, same, 0);
    JudgedList last = new JudgedList(new float[1], scores, other, 0);
    assertEquals(0, Quality.of("raw", RAW, List.of(first, first)).opis(), 1e-12);
    assertTrue(Quality.of("raw", RAW, List.of(first, last)).opis() > 0.1);
  }

  @Test
  void theFirstRelevantCandidateCountsByItsRankAndUnknownOnesArePassedOver() {
    float[] scores = {0.9f, 0.5f, 0.1f};
    JudgedList second = new JudgedList(new float[1], scores, new float[] {Float.NaN, 1, 0}, 0);
    JudgedList none = new JudgedList(new float[1], scores, new float[] {0, 0, 0}, 0);
    assertEquals(0.25, Quality.of("raw", RAW, List.of(second, none)).meanReciprocalRank());
  }

  private static List<Pair> pairs(List<JudgedList> lists) {
    List<Pair> pairs = new ArrayList<>();
    for (int n = 0; n < lists.size(); n++) {
      JudgedList list = lists.get(n);
      for (int i = 0; i < list.size(); i++) {
        if (list.isJudged(i)) {
          pairs.add(new Pair(n, (1 + list.scores()[i]) / 2, list.relevant(i)));
        }
      }
    }
    return pairs;
  }

  /// With ties, unknown grades and grades in part.
  private static List<JudgedList> lists(Random random) {
    List<JudgedList> lists = new ArrayList<>();
    for (int n = 0; n < 20; n++) {
      int count = random.nextInt(12);
      float[] scores = new float[count];
      float[] grades = new float[count];
      for (int i = 0; i < count; i++) {
        scores[i] = (random.nextInt(21) - 10) / 10f;
        grades[i] =
            switch (random.nextInt(8)) {
              case 0 -> Float.NaN;
              case 1, 2 -> 1;
              case 3 -> 0.25f;
              default -> 0;
            };
      }
      lists.add(new JudgedList(new float[1], Judged.descending(scores), grades, 0));
    }
    return lists;
  }
}
