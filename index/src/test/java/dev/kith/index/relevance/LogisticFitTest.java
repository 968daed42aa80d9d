package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class LogisticFitTest {

  @Test
  void theCurveThatGradesWereDrawnFromIsFound_seed1() {
    Random random = new Random(1);
    Curve truth = new Curve(12, -7);
    List<JudgedList> lists = new ArrayList<>();
    for (int n = 0; n < 3_000; n++) {
      float[] scores = new float[30];
      for (int i = 0; i < scores.length; i++) {
        scores[i] = random.nextFloat();
      }
      Judged.descending(scores);
      float[] grades = new float[30];
      for (int i = 0; i < grades.length; i++) {
        grades[i] = random.nextFloat() < truth.at(scores[i]) ? 1 : 0;
      }
      lists.add(new JudgedList(new float[1], scores, grades, 0));
    }
    Curve found = LogisticFit.fit(lists, LogisticFit::score, () -> {});
    assertEquals(truth.slope(), found.slope(), 0.3);
    assertEquals(truth.intercept(), found.intercept(), 0.2);
  }

  @Test
  void gradesThatCanBeToldApartAndGradesTheWrongWayRoundGiveCurvesThatAscend() {
    float[] scores = {0.9f, 0.8f, 0.2f, 0.1f};
    JudgedList apart = new JudgedList(new float[1], scores, new float[] {1, 1, 0, 0}, 0);
    JudgedList wrong = new JudgedList(new float[1], scores, new float[] {0, 0, 1, 1}, 0);
    Curve steep = LogisticFit.fit(List.of(apart), LogisticFit::score, () -> {});
    Curve flat = LogisticFit.fit(List.of(wrong), LogisticFit::score, () -> {});
    assertTrue(steep.at(0.9) > 0.6 && steep.at(0.1) < 0.4, steep::toString);
    assertTrue(flat.slope() > 0 && Math.abs(flat.at(0.9) - flat.at(0.1)) < 0.01, flat::toString);
  }

  @Test
  void unknownGradesDoNotCount() {
    float[] scores = {0.9f, 0.5f, 0.1f};
    float unknown = Float.NaN;
    JudgedList known = new JudgedList(new float[1], scores, new float[] {1, 0, 0}, 0);
    JudgedList other =
        new JudgedList(new float[1], scores, new float[] {unknown, unknown, unknown}, 0);
    LogisticFit.Axis score = LogisticFit::score;
    assertEquals(
        LogisticFit.fit(List.of(known), score, () -> {}),
        LogisticFit.fit(List.of(known, other), score, () -> {}));
  }
}
