package dev.kith.bench.relevance;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Judgments;
import dev.kith.bench.report.Plot.Point;
import dev.kith.bench.report.Spread;
import dev.kith.index.Metric;
import dev.kith.index.relevance.RawScore;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class FiguresTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void theAreaIsTheShareOfPairsInOrder(long seed) {
    Random random = new Random(seed);
    double[] positives = coarse(random, 1 + random.nextInt(40));
    double[] negatives = coarse(random, 1 + random.nextInt(40));
    double inOrder = 0;
    for (double positive : positives) {
      for (double negative : negatives) {
        inOrder += positive > negative ? 1 : positive == negative ? 0.5 : 0;
      }
    }
    assertEquals(
        inOrder / (positives.length * negatives.length), Auroc.of(positives, negatives), 1e-12);
  }

  /// Ties are common, infinities and zero among them.
  private static double[] coarse(Random random, int count) {
    return IntStream.range(0, count).mapToDouble(_ -> random.nextInt(-3, 5) / 2.0).toArray();
  }

  @Test
  void aCutCountsQueriesForWhatIsKeptAndPairsForRecall() {
    Candidates two = candidates(1, 0, 1);
    Candidates one = candidates(1, 0, 0);
    Candidates none = candidates(0, 0, 0);
    List<float[]> relevances =
        List.of(
            new float[] {.9f, .5f, .1f}, new float[] {.8f, .7f, .2f}, new float[] {.4f, .3f, .2f});
    Cut cut = Cut.at(.5f, List.of(two, one, none), relevances);
    assertEquals((0.5 + 1) / 2, cut.kept(), 1e-12);
    assertEquals(2 / 3.0, cut.recall(), 1e-12);
    assertEquals(2 / 4.0, cut.precision(), 1e-12);
    assertEquals(5 / 9.0, cut.cut(), 1e-12);
    assertEquals(1 / 3.0, cut.empty(), 1e-12);
  }

  private static Candidates candidates(float... grades) {
    return new Candidates(new float[] {1}, new int[] {0, 1, 2}, new float[3], grades, 0);
  }

  @Test
  void whatIsRelevantAndNoCandidateIsMissed() {
    Judgments.Builder judgments = new Judgments.Builder();
    judgments.add(7, 1, 0.4f);
    judgments.add(7, 2, 1);
    judgments.add(7, 5, 0.7f);
    Neighbors.Found found =
        new Neighbors.Found(new float[] {1}, new int[] {5, 3, 1}, new float[] {.9f, .8f, .7f});
    Candidates asTheyAre =
        Truth.draw(judgments.build(), new Grading.AsTheyAre(), 0, 1).grade(7, found);
    assertEquals("[0.7, 0.0, 0.4]", Arrays.toString(asTheyAre.grades()));
    assertEquals(1, asTheyAre.missed(), 1e-6);
    Candidates high =
        Truth.draw(judgments.build(), new Grading.AllOrNothing(0.7f), 0, 1).grade(7, found);
    assertEquals("[1.0, 0.0, 0.0]", Arrays.toString(high.grades()));
    assertEquals(1, high.missed());
    Candidates any =
        Truth.draw(judgments.build(), new Grading.AllOrNothing(0), 0, 1).grade(7, found);
    assertEquals("[1.0, 0.0, 1.0]", Arrays.toString(any.grades()));
    assertEquals(1, any.missed());
    assertThrows(IllegalArgumentException.class, () -> new Grading.AllOrNothing(1.1f));
  }

  @Test
  void drawsAsManyQueriesAsAreAskedFor() {
    Judgments.Builder judgments = new Judgments.Builder();
    for (int query = 0; query < 50; query++) {
      judgments.add(2 * query, 0, 1);
    }
    int[] drawn = Truth.draw(judgments.build(), new Grading.AsTheyAre(), 20, 1).queries();
    assertEquals(20, drawn.length);
    assertTrue(Arrays.stream(drawn).allMatch(query -> query % 2 == 0 && query < 100));
    assertEquals(20, Arrays.stream(drawn).distinct().count());
    assertEquals(50, Truth.draw(judgments.build(), new Grading.AsTheyAre(), 0, 1).queries().length);
  }

  @Test
  void aSpreadIsTheMeanAndTheDeviationOfASample() {
    Spread spread = Spread.of(List.of(1.0, 2.0, 4.0, 5.0), value -> value);
    assertEquals(3, spread.mean());
    assertEquals(Math.sqrt(10 / 3.0), spread.deviation(), 1e-12);
    assertEquals("7.0000 ± 0.0000", Spread.of(List.of(7.0), value -> value).cell());
  }

  @Test
  void whatIsAsRelevantAsItIsSaidToBeIsOnTheDiagonal() {
    List<Candidates> lists = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      // Raw scores under COSINE say .9 and .5 of these; of the first nine in ten are relevant.
      lists.add(
          new Candidates(
              new float[] {1},
              new int[] {0, 1},
              new float[] {.8f, 0},
              new float[] {i % 10 == 0 ? 0 : 1, i % 4 == 0 ? 1 : 0},
              0));
    }
    List<Point> points = Reliability.of(new RawScore(Metric.COSINE), lists);
    assertEquals(2, points.size(), points::toString);
    assertEquals(.5, points.getFirst().x(), 1e-6);
    assertEquals(.25, points.getFirst().y(), 1e-9);
    assertEquals(.9, points.getLast().x(), 1e-6);
    assertEquals(.9, points.getLast().y(), 1e-9);
    assertTrue(Reliability.of(new RawScore(Metric.COSINE), lists.subList(0, 29)).isEmpty());
  }

  @Test
  void strangeTextsAreOfTheirKindAndTheSameAgain() {
    List<String> texts = List.of("a dog, that barks", "the tall tree's leaves", "one two three");
    List<String> words = new StrangeTexts(3).randomWords(texts, 200);
    assertEquals(words, new StrangeTexts(3).randomWords(texts, 200));
    List<String> known =
        List.of(
            "a", "dog", "that", "barks", "the", "tall", "tree", "s", "leaves", "one", "two",
            "three");
    for (String string : words) {
      List<String> split = List.of(string.split(" ", -1));
      assertTrue(split.size() >= 5 && split.size() <= 12 && known.containsAll(split), string);
    }
    List<String> lines = new StrangeTexts(3).lines(300);
    assertEquals(300, lines.size());
    assertTrue(new HashSet<>(lines).size() > 280, () -> "many are equal: " + lines);
    assertTrue(lines.get(0).endsWith(";") || lines.get(0).matches(".*[{}]"), lines::toString);
    assertTrue(lines.get(1).matches("2024-.*ms\\)"), lines::toString);
    assertTrue(lines.get(2).matches("[-0-9a-fx.,]+"), lines::toString);
    assertThrows(
        IllegalArgumentException.class, () -> new StrangeTexts(1).randomWords(List.of("12"), 1));
  }
}
