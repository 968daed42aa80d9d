package dev.kith.index.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.trial.IndexTrial.Candidate;
import dev.kith.index.trial.IndexTrial.Conditions;
import java.util.List;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;

final class TrialChoiceTest {
  private static final IndexSpec FLAT = new IndexSpec.Flat();
  private static final IndexSpec GRAPH = graph(Layout.COMPACT, new Codec.F32());
  private static final IndexSpec BYTES = graph(Layout.COMPACT, new Codec.Int8());
  private static final IndexSpec FAST = graph(Layout.FAST, new Codec.F32());
  private static final IndexSpec LISTS =
      new IndexSpec.Ivf(IvfParams.defaults(), new Codec.Rabitq(0));

  private static IndexSpec graph(Layout layout, Codec codec) {
    return new IndexSpec.Hnsw(HnswParams.defaults(), layout, codec);
  }

  private static Conditions conditions(double recall) {
    return new Conditions(recall, OptionalInt.empty(), 1);
  }

  private static Conditions conditions(double recall, int memory) {
    return new Conditions(recall, OptionalInt.of(memory), 1);
  }

  private static void assertChosen(
      IndexSpec expected, String reason, Conditions conditions, Candidate... candidates) {
    TrialChoice choice = new TrialChoice(List.of(candidates), conditions);
    assertSame(expected, choice.chosen().index());
    assertEquals(reason, choice.reason());
  }

  @Test
  void theOneThatAnswersMostQueriesIsChosen() {
    assertChosen(
        LISTS,
        "With inverted lists of rabitq codes a core answers 9,700 queries a second at recall 0.95,"
            + " for 49 bytes of memory a point. With a graph of vectors it answers 5,000, the next"
            + " most, for 592.",
        conditions(.95),
        new Candidate(FLAT, 70.4, 1, 456),
        new Candidate(GRAPH, 5012, .95, 592.3),
        new Candidate(LISTS, 9743, .95, 48.9));
  }

  @Test
  void ofAboutAsQuickOnesTheSimplestIsChosen() {
    assertChosen(
        BYTES,
        "With a graph of int8 codes a core answers 920 queries a second at recall 0.961, for 272"
            + " bytes of memory a point. With inverted lists of rabitq codes it answers 1,000,"
            + " hardly more, for 49.",
        conditions(.95),
        new Candidate(GRAPH, 890, .95, 592),
        new Candidate(BYTES, 920, .9612, 272),
        new Candidate(FAST, 990, .95, 2016),
        new Candidate(LISTS, 1000, .95, 49));
  }

  @Test
  void whatTakesTooMuchMemoryIsLeftOutAndNamed() {
    assertChosen(
        BYTES,
        "With a graph of int8 codes a core answers 9,000 queries a second at recall 0.95, for 592"
            + " bytes of memory a point. With inverted lists of rabitq codes it answers 2,000, the"
            + " next most, for 60. With a graph in the layout fast it would answer 20,000, for"
            + " 3,456 bytes, of which at most 600 are allowed.",
        conditions(.95, 600),
        new Candidate(GRAPH, 8000, .95, 1680),
        new Candidate(BYTES, 9000, .95, 592),
        new Candidate(FAST, 20_000, .95, 3456),
        new Candidate(LISTS, 2000, .95, 60));
  }

  @Test
  void ifAllTakeTooMuchMemoryTheSmallestIsChosen() {
    assertChosen(
        LISTS,
        "No index takes at most 48 bytes of memory a point; the least is 49, with inverted lists of"
            + " rabitq codes.",
        conditions(.95, 48),
        new Candidate(FLAT, 9000, 1, 456),
        new Candidate(LISTS, 2000, .95, 49));
  }

  @Test
  void ifNoneThatFitsFindsEnoughTheOneThatFindsMostIsChosen() {
    assertChosen(
        BYTES,
        "No index of at most 1,400 bytes of memory a point reaches recall 0.99; the most is 0.97,"
            + " with a graph of int8 codes.",
        conditions(.99, 1400),
        new Candidate(FLAT, 50, 1, 1544),
        new Candidate(BYTES, 900, .97, 592),
        new Candidate(LISTS, 9000, .96, 60));
  }

  @Test
  void whatDoesNotFindEnoughIsLeftOutHoweverQuick() {
    assertChosen(
        FLAT,
        "With a scan of all points a core answers 0.52 queries a second at recall 1, for 1,544"
            + " bytes of memory a point.",
        conditions(1),
        new Candidate(FLAT, .517, 1, 1544),
        new Candidate(LISTS, 9000, .999, 60));
  }
}
