package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.append;
import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.link;
import static dev.kith.index.build.SegmentFixture.recall;
import static dev.kith.index.build.SegmentFixture.search;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class LinkInOrderTest {
  private static final int COUNT = 3000;
  private static final VectorSpace SPACE = new VectorSpace(24, Metric.COSINE);
  private static final IndexSpec HNSW =
      new IndexSpec.Hnsw(new HnswParams(8, 60, 5), Layout.COMPACT);
  private static final SearchPlan BEAM = new SearchPlan(10, new Probe.Beam(60));

  @TempDir Path folder;

  private static int[] backwards(int count) {
    return IntStream.range(0, count).map(i -> count - 1 - i).toArray();
  }

  @Test
  void rowsKeepTheirOrdinalsAndAreFoundWhileAndAfterTheyAreLinkedBackwards() throws IOException {
    Mixture mixture = Mixture.of(SPACE, COUNT, 10, 4);
    try (GrowingSegment segment = GrowingSegment.create(SPACE, HNSW, COUNT + 200)) {
      append(segment, mixture, 0, COUNT);
      segment.linkInOrder(backwards(COUNT));
      HnswScratch scratch = new HnswScratch();
      for (int i = 1; i < COUNT; i++) {
        assertTrue(segment.linkNext(scratch));
      }
      assertEquals(0, segment.linked());
      for (int i = 0; i < COUNT; i += 37) {
        long[] hits = search(segment, mixture.vectors()[i], BEAM);
        assertEquals(10L * i, hits[0]);
        assertEquals(hits.length, LongStream.of(hits).distinct().count());
      }
      link(segment);
      assertClean(segment);
      Mixture queries = new Mixture(SPACE, Arrays.copyOf(mixture.vectors(), 100));
      double recall = recall(segment, mixture, queries, 60, ordinal -> true);
      assertTrue(recall >= 0.97, "recall " + recall);
      Path file = folder.resolve("segment");
      segment.seal(file, 1, 1, SealProgress.IGNORED);
      try (SealedSegment sealed = SealedSegment.open(file, SPACE)) {
        assertClean(sealed);
        assertEquals(10L * 77, sealed.label(77));
        assertTrue(recall(sealed, mixture, queries, 60, ordinal -> true) >= 0.97);
      }
    }
  }

  @Test
  void rowsPublishedLaterAreLinkedAfterwards() {
    Mixture mixture = Mixture.of(SPACE, COUNT, 10, 6);
    try (GrowingSegment segment = GrowingSegment.create(SPACE, HNSW, COUNT)) {
      append(segment, mixture, 0, 1000);
      segment.linkInOrder(backwards(1000));
      append(segment, mixture, 1000, COUNT);
      link(segment);
      assertClean(segment);
    }
  }

  @Test
  void whatIsNoPermutationOrComesTooLateIsRefused() {
    Mixture mixture = Mixture.of(SPACE, 3, 1, 7);
    try (GrowingSegment segment = GrowingSegment.create(SPACE, HNSW, 10)) {
      append(segment, mixture, 0, 3);
      for (int[] order : new int[][] {{0, 1}, {0, 1, 2, 3}, {0, 1, 3}, {0, 1, -1}, {2, 1, 2}}) {
        assertThrows(IllegalArgumentException.class, () -> segment.linkInOrder(order));
      }
      assertTrue(segment.linkNext(new HnswScratch()));
      assertThrows(IllegalStateException.class, () -> segment.linkInOrder(backwards(3)));
    }
  }
}
