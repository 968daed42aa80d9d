package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.merge;
import static dev.kith.index.build.SegmentFixture.seal;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Widths;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import java.io.IOException;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Graphs of rows that are linked by their prefixes.
final class LinkedByTest {
  private static final int DIMENSION = 48;
  private static final int WIDTH = 16;
  private static final int ROWS = 3000;
  private static final int K = 10;
  private static final HnswParams PARAMS = new HnswParams(12, 80, 3);
  private static final IndexSpec WHOLE = new IndexSpec.Hnsw(PARAMS, Layout.COMPACT);
  private static final IndexSpec PREFIXES = graph(Basis.AS_IS);

  @TempDir private Path folder;

  private static IndexSpec graph(Basis basis) {
    return new IndexSpec.Hnsw(
        PARAMS, Layout.COMPACT, new Codec.Prefix(basis, List.of(8, WIDTH), new Codec.F32()));
  }

  @Test
  void onlyGraphsOverPrefixesOfVectorsAsTheyAreAreLinkedByThem() {
    VectorSpace space = new VectorSpace(DIMENSION, Metric.DOT);
    assertEquals(WIDTH, LinkedBy.width(graph(Basis.AS_IS), space).orElse(0));
    assertTrue(LinkedBy.width(graph(Basis.PCA), space).isEmpty());
    assertTrue(
        LinkedBy.width(
                new IndexSpec.Flat(new Codec.Prefix(Basis.AS_IS, List.of(8), new Codec.F32())),
                space)
            .isEmpty());
    VectorSpace narrow = new VectorSpace(WIDTH, Metric.DOT);
    assertTrue(LinkedBy.width(graph(Basis.AS_IS), narrow).isEmpty(), "a prefix that is all");
  }

  /// Vectors whose later coordinates are ever smaller, as those that are trained for prefixes.
  private static float[] vector(Random random) {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) (random.nextGaussian() / (1 + i));
    }
    return vector;
  }

  private static GrowingSegment grown(VectorSpace space, IndexSpec index, float[][] rows) {
    GrowingSegment segment = GrowingSegment.create(space, index, rows.length);
    for (int i = 0; i < rows.length; i++) {
      segment.append(i, MemorySegment.ofArray(rows[i]), 0);
    }
    segment.publish();
    link(segment);
    return segment;
  }

  private static Set<Long> found(SegmentReader segment, SearchPlan plan, float[] query) {
    try (QueryBuffer buffer = new QueryBuffer(segment.space())) {
      buffer.set(query);
      PlanRunner runner = new PlanRunner();
      assertTrue(runner.run(plan, buffer, List.of(segment), () -> false));
      Set<Long> labels = new HashSet<>();
      for (int rank = 0; rank < runner.size(); rank++) {
        labels.add(segment.label(runner.ordinal(rank)));
      }
      return labels;
    }
  }

  /// Share of the ten nearest that a beam finds.
  private static double recall(SegmentReader segment, Widths widths) {
    Random random = new Random(70);
    int common = 0;
    for (int i = 0; i < 100; i++) {
      float[] query = vector(random);
      Set<Long> truth = found(segment, new SearchPlan(K, new Probe.Exact(), widths), query);
      truth.retainAll(found(segment, new SearchPlan(K, new Probe.Beam(80), widths), query));
      common += truth.size();
    }
    return common / (100.0 * K);
  }

  @ParameterizedTest
  @EnumSource(Metric.class)
  void suchAGraphFindsAsManyAsOneThatIsLinkedByWholeVectors(Metric metric) throws IOException {
    Random random = new Random(7);
    VectorSpace space = new VectorSpace(DIMENSION, metric);
    float[][] rows = new float[ROWS][];
    for (int i = 0; i < ROWS; i++) {
      rows[i] = vector(random);
    }
    try (GrowingSegment whole = grown(space, WHOLE, rows);
        GrowingSegment growing = grown(space, PREFIXES, rows)) {
      double least = recall(whole, new Widths.Usual()) - 0.02;
      assertTrue(growing.verify().isEmpty(), growing.verify()::toString);
      assertAtLeast(least, recall(growing, new Widths.Usual()));
      Path file = folder.resolve("sealed");
      growing.seal(file, 1, 1, SealProgress.IGNORED);
      try (SealedSegment sealed = SealedSegment.open(file, space)) {
        assertClean(sealed);
        assertAtLeast(least, recall(sealed, new Widths.Usual()));
        assertAtLeast(least, recall(sealed, new Widths.Full()));
      }
    }
  }

  private static void assertAtLeast(double least, double recall) {
    assertTrue(recall >= least, "recall was %s, at least %s expected".formatted(recall, least));
  }

  @Test
  void rowsThatDifferBeyondTheirPrefixesAreNoTwinsAndAreTheirOwnHits() {
    Random random = new Random(8);
    float[] one = vector(random);
    float[][] rows = new float[400][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = i < 40 ? one.clone() : vector(random);
      rows[i][DIMENSION - 1] = i;
    }
    try (GrowingSegment growing =
        grown(new VectorSpace(DIMENSION, Metric.EUCLIDEAN), PREFIXES, rows)) {
      assertTrue(growing.verify().isEmpty(), growing.verify()::toString);
      for (int i = 0; i < 40; i++) {
        assertEquals(
            Set.of((long) i), found(growing, new SearchPlan(1, new Probe.Beam(100)), rows[i]));
      }
    }
  }

  @Test
  void aPrefixOfZerosIsLinkedAndFoundUnderCosine() {
    Random random = new Random(9);
    float[][] rows = new float[600][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = vector(random);
      for (int j = 0; j < WIDTH && i % 100 == 0; j++) {
        rows[i][j] = 0;
      }
    }
    try (GrowingSegment growing =
        grown(new VectorSpace(DIMENSION, Metric.COSINE), PREFIXES, rows)) {
      assertTrue(growing.verify().isEmpty(), growing.verify()::toString);
      Set<Long> all = found(growing, new SearchPlan(600, new Probe.Beam(600)), rows[1]);
      assertEquals(600, all.size());
    }
  }

  @Test
  void aMergeLinksByPrefixesToo() throws IOException {
    Mixture all = Mixture.of(new VectorSpace(DIMENSION, Metric.COSINE), 1200, 40, 5);
    IndexSpec index = PREFIXES;
    try (SealedSegment left = seal(folder, all, index, 0, 700, i -> i % 9 == 0);
        SealedSegment right = seal(folder, all, index, 700, 1200, i -> false);
        SealedSegment merged = merge(folder, index, List.of(left, right))) {
      assertClean(merged);
      assertEquals(left.size() + right.size(), merged.size());
      assertFalse(merged.liveCount() < merged.size());
    }
  }
}
