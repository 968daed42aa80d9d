package dev.kith.index.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.relevance.RelevanceTraining.Split;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CancellationException;
import org.junit.jupiter.api.Test;

final class RelevanceTrainingTest {
  private static final int DIMENSION = 6;
  private static final ModelSpec.Adapter SMALL =
      new ModelSpec.Adapter(AdapterForm.POWER, AdapterInputs.QUERY_AND_STATISTICS, 16);

  @Test
  void anAdapterLearnsABarThatTheQuerySetsWhichNoOtherModelCan_seed1() {
    List<JudgedList> lists = Judged.byQuery(1, 1_500, 30, DIMENSION);
    RelevanceTraining.Result result = train(SMALL, lists, 1);
    Quality adapter = result.qualities().getFirst();
    for (Quality other : result.qualities().subList(1, 6)) {
      assertTrue(
          adapter.prAuc() > other.prAuc() + 0.05,
          () -> adapter.prAuc() + " against " + other.model() + " " + other.prAuc());
    }
    assertTrue(adapter.prAuc() > 0.93, () -> "area " + adapter.prAuc());
    assertTrue(adapter.calibrationError() < 0.05, () -> "error " + adapter.calibrationError());
    assertTrue(result.trained().isTrained());
  }

  @Test
  void everyFormOverTheQueryAloneLearnsTheBarUnderEveryMetric_seed2() {
    List<JudgedList> lists = Judged.byQuery(2, 800, 30, DIMENSION);
    for (AdapterForm form : AdapterForm.values()) {
      for (Metric metric : Metric.values()) {
        ModelSpec spec = new ModelSpec.Adapter(form, AdapterInputs.QUERY, 16);
        List<Quality> qualities =
            RelevanceTraining.train(
                    "m", spec, metric, DIMENSION, 30, Split.of(lists, 2), 2, (_, _) -> {})
                .qualities();
        double gain = qualities.getFirst().prAuc() - qualities.get(2).prAuc();
        assertTrue(gain > 0.03, () -> form + " over " + metric + " gains " + gain);
      }
    }
  }

  @Test
  void theSameListsInAnotherOrderAndTheSameSeedGiveTheSameModel_seed3() {
    List<JudgedList> lists = Judged.byQuery(3, 200, 20, DIMENSION);
    List<JudgedList> shuffled = new ArrayList<>(lists);
    Collections.shuffle(shuffled, new Random(3));
    TrainedModel first = train(SMALL, lists, 7).trained();
    assertEquals(first, train(SMALL, shuffled, 7).trained());
    assertFalse(first.equals(train(SMALL, lists, 8).trained()));
  }

  @Test
  void everyListIsInOnePartAndEqualQueriesAreInTheSame_seed4() {
    List<JudgedList> lists = new ArrayList<>(Judged.byQuery(4, 400, 3, DIMENSION));
    for (JudgedList list : List.copyOf(lists)) {
      lists.add(new JudgedList(list.query().clone(), list.scores(), new float[3], 1));
    }
    Split split = Split.of(lists, 5);
    assertEquals(480, split.learnt().size());
    assertEquals(80, split.validation().size());
    assertEquals(120, split.calibration().size());
    assertEquals(120, split.heldOut().size());
    List<Set<List<Float>>> parts = new ArrayList<>();
    for (List<JudgedList> part :
        List.of(split.learnt(), split.validation(), split.calibration(), split.heldOut())) {
      Set<List<Float>> queries = new HashSet<>();
      part.forEach(list -> queries.add(List.of(list.query()[0], list.query()[1])));
      parts.add(queries);
    }
    int distinct = parts.stream().mapToInt(Set::size).sum();
    assertEquals(400, distinct, 3, "a pair may be parted where a part ends");
  }

  @Test
  void clicksCountForMoreWhereTheyWereUnlikelySoThatTheirShareIsThatOfRelevance_seed5() {
    Random random = new Random(5);
    List<JudgedList> relevant = new ArrayList<>();
    List<JudgedList> clicked = new ArrayList<>();
    for (JudgedList list : Judged.byQuery(5, 4_000, 10, DIMENSION)) {
      float[] grades = new float[10];
      float[] clicks = new float[10];
      for (int i = 0; i < 10; i++) {
        grades[i] = list.grade(i);
        double looked = 1.0 / (1 + i);
        clicks[i] = random.nextDouble() < looked ? (float) (list.grade(i) / looked) : 0;
      }
      relevant.add(new JudgedList(list.query(), list.scores(), grades, 0));
      clicked.add(new JudgedList(list.query(), list.scores(), clicks, 0));
    }
    Curve truth = LogisticFit.fit(relevant, LogisticFit::score, () -> {});
    Curve learnt = LogisticFit.fit(clicked, LogisticFit::score, () -> {});
    for (double score : new double[] {0.1, 0.5, 0.9}) {
      assertEquals(truth.at(score), learnt.at(score), 0.03, "at " + score);
    }
  }

  @Test
  void everyKindIsTrainedAndCalibrated_seed6() {
    List<JudgedList> lists = Judged.byQuery(6, 300, 20, DIMENSION);
    List<ModelSpec> specs =
        List.of(
            new ModelSpec.Raw(),
            new ModelSpec.Platt(),
            new ModelSpec.Standing(),
            new ModelSpec.Gap(),
            new ModelSpec.FixedK(),
            SMALL);
    for (ModelSpec spec : specs) {
      TrainedModel trained = train(spec, lists, 6).trained();
      assertTrue(trained.thresholds().queries() > 30, spec::toString);
      assertTrue(trained.isTrained(), spec::toString);
      assertTrue(spec instanceof ModelSpec.Raw || trained.model().parameters() > 0);
    }
  }

  @Test
  void aTableOfRanksNeverAscendsAndKeepsTheShareOfAll_seed7() {
    List<JudgedList> lists = Judged.byQuery(7, 100, 20, DIMENSION);
    RankTable table = Baselines.fit(Metric.COSINE, lists, () -> {}).fixedK();
    double sum = 0;
    for (float probability : table.probabilities()) {
      sum += probability;
    }
    double expected = lists.stream().mapToDouble(JudgedList::relevant).average().orElseThrow();
    assertEquals(expected, sum, 1e-3);
  }

  @Test
  void tooFewListsAndListsOfOneKindAreRefusedWithWhatWasSeen_seed8() {
    List<JudgedList> few = Judged.byQuery(8, 19, 20, DIMENSION);
    assertEquals(
        "20 judged queries at least are needed, got 19",
        assertThrows(IllegalArgumentException.class, () -> train(SMALL, few, 1)).getMessage());
    List<JudgedList> none = new ArrayList<>();
    for (JudgedList list : Judged.byQuery(8, 50, 20, DIMENSION)) {
      none.add(new JudgedList(list.query(), list.scores(), new float[20], 1));
    }
    assertEquals(
        "relevant and irrelevant candidates are needed, got 0.0 relevant ones of 600 judged",
        assertThrows(IllegalArgumentException.class, () -> train(SMALL, none, 1)).getMessage());
  }

  @Test
  void aModelFittedToTheSplitOfListsIsTheOneThatTrainingMakesOfThem_seed10() {
    List<JudgedList> lists = Judged.byQuery(10, 200, 20, DIMENSION);
    RelevanceTraining.Split split = RelevanceTraining.Split.of(lists, 3);
    TrainedModel trained = train(SMALL, lists, 3).trained();
    assertEquals(trained.model(), fit(split, 30).model());
    assertEquals(trained.thresholds(), fit(split, 30).thresholds());
    RelevanceTraining.Split part =
        new RelevanceTraining.Split(
            split.learnt().subList(0, 60),
            split.validation().subList(0, 10),
            split.calibration(),
            split.heldOut());
    TrainedModel fitted = fit(part, 30);
    assertFalse(trained.model().equals(fitted.model()));
    assertTrue(fitted.thresholds().queries() > 0);
    assertThrows(IllegalArgumentException.class, () -> fit(split, 0));
  }

  private static TrainedModel fit(RelevanceTraining.Split split, int candidates) {
    return RelevanceTraining.fit(
        SMALL,
        Metric.COSINE,
        DIMENSION,
        candidates,
        split,
        Baselines.fit(Metric.COSINE, split.learnt(), () -> {}),
        3,
        (_, _) -> {});
  }

  @Test
  void aTrainingEndsWhenItIsTold_seed9() {
    List<JudgedList> lists = Judged.byQuery(9, 100, 20, DIMENSION);
    assertThrows(
        CancellationException.class,
        () ->
            RelevanceTraining.train(
                "m",
                SMALL,
                Metric.COSINE,
                DIMENSION,
                20,
                Split.of(lists, 1),
                1,
                (done, _) -> {
                  if (done > 2) {
                    throw new CancellationException();
                  }
                }));
  }

  @Test
  void listsThatAscendOrHaveImpossibleGradesAreRefused() {
    float[] query = new float[1];
    float[] ascending = {0.1f, 0.2f};
    assertThrows(
        IllegalArgumentException.class, () -> new JudgedList(query, ascending, new float[2], 0));
    float[] equal = {0.1f, 0.1f};
    assertThrows(
        IllegalArgumentException.class, () -> new JudgedList(query, equal, new float[] {0, -1}, 0));
    assertThrows(
        IllegalArgumentException.class, () -> new JudgedList(query, equal, new float[1], 0));
    assertThrows(
        IllegalArgumentException.class,
        () -> new JudgedList(query, equal, new float[2], Double.NaN));
  }

  private static RelevanceTraining.Result train(ModelSpec spec, List<JudgedList> lists, long seed) {
    return RelevanceTraining.train(
        "m", spec, Metric.COSINE, DIMENSION, 30, Split.of(lists, seed), seed, (_, _) -> {});
  }
}
