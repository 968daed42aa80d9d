package dev.kith.bench.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.SegmentReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Generation after generation a fiftieth of the points dies and as many come. In the end the same
/// searches find as much as in a graph built of the living afresh, up to half a point of
/// recall@100; what keeping it so costs is printed.
///
/// The long runs take a third of the data set as the points alive at a time, at most 40,000, and a
/// hundred generations.
final class ChurnTest {
  private static final int K = 100;
  private static final int EF = K; // The least, where what is lost shows most.
  private static final double MOST_LOST = 0.005;
  private static final int GENERATIONS = 12;
  private static final int LONG_GENERATIONS = 100;
  private static final int POINTS = 2_500;
  private static final int LONG_POINTS = Integer.getInteger("kith.churn.points", 40_000);

  @TempDir private Path folder;

  @Test
  void aGrowingSegmentKeepsItsRecall_seed5() throws Exception {
    try (Shuffled vectors = clustered()) {
      churnGrowing(vectors, GENERATIONS);
    }
  }

  @ParameterizedTest(name = "{0}, seed 5")
  @EnumSource(Layout.class)
  void aSegmentMergedWithEveryGenerationKeepsItsRecall(Layout layout) throws Exception {
    try (Shuffled vectors = clustered()) {
      churnMerged(vectors, layout, GENERATIONS);
    }
  }

  @Tag("long")
  @Test
  void aGrowingSegmentKeepsItsRecallForLong_seed5() throws Exception {
    try (Shuffled vectors = Shuffled.big(3 * LONG_POINTS, 5)) {
      churnGrowing(vectors, LONG_GENERATIONS);
    }
  }

  @Tag("long")
  @ParameterizedTest(name = "{0}, seed 5")
  @EnumSource(Layout.class)
  void aSegmentMergedWithEveryGenerationKeepsItsRecallForLong(Layout layout) throws Exception {
    try (Shuffled vectors = Shuffled.big(3 * LONG_POINTS, 5)) {
      churnMerged(vectors, layout, LONG_GENERATIONS);
    }
  }

  private static Shuffled clustered() {
    return Shuffled.clustered(POINTS + GENERATIONS * POINTS / 50, 32, 5);
  }

  private static IndexSpec index(Layout layout) {
    return new IndexSpec.Hnsw(HnswParams.defaults(), layout);
  }

  /// Who is alive, by position, and who dies next.
  private static final class Population {
    private final Random random = new Random(5);
    private final List<Integer> alive = new ArrayList<>();
    private final BitSet living = new BitSet();
    private final int generation;
    private int next;

    Population(Shuffled vectors, int generations) {
      // So many that the last generation is the last of the vectors.
      int size = (int) (vectors.count() / (1 + generations / 50.0));
      this.generation = size / 50;
      come(size);
    }

    /// Gives birth to the next so many vectors; the first of them is at `next` minus `count`.
    private void come(int count) {
      for (int i = 0; i < count; i++) {
        living.set(next);
        alive.add(next++);
      }
    }

    int dies() {
      int place = random.nextInt(alive.size());
      int position = alive.get(place);
      alive.set(place, alive.getLast());
      alive.removeLast();
      living.clear(position);
      return position;
    }
  }

  private void churnGrowing(Shuffled vectors, int generations) throws IOException {
    Segments segments = new Segments(vectors, index(Layout.COMPACT), folder);
    Population points = new Population(vectors, generations);
    try (GrowingSegment growing = segments.growing(vectors.count())) {
      append(vectors, growing, 0, points.next);
      segments.link(growing);
      double begun = Segments.cpuSeconds();
      for (int i = 0; i < generations; i++) {
        for (int dead = 0; dead < points.generation; dead++) {
          assertTrue(growing.tombstones().kill(growing.ordinalOf(points.dies())));
        }
        points.come(points.generation);
        append(vectors, growing, points.next - points.generation, points.next);
        segments.link(growing);
      }
      double seconds = Segments.cpuSeconds() - begun;
      assertEquals(List.of(), growing.verify());
      compare("growing", segments, points, growing, seconds / generations);
      try (SealedSegment sealed = segments.seal(growing)) {
        assertEquals(List.of(), sealed.verify());
        compare("growing, then sealed", segments, points, sealed, seconds / generations);
      }
    }
  }

  private static void append(Shuffled vectors, GrowingSegment growing, int from, int to) {
    for (int position = from; position < to; position++) {
      vectors.append(growing, position);
    }
  }

  private void churnMerged(Shuffled vectors, Layout layout, int generations) throws IOException {
    Segments segments = new Segments(vectors, index(layout), folder);
    Population points = new Population(vectors, generations);
    SealedSegment whole = segments.sealed(0, points.next, _ -> true);
    double begun = Segments.cpuSeconds();
    for (int i = 0; i < generations; i++) {
      for (int dead = 0; dead < points.generation; dead++) {
        assertTrue(whole.tombstones().kill(whole.ordinalOf(points.dies())));
      }
      points.come(points.generation);
      try (SealedSegment before = whole;
          SealedSegment born =
              segments.sealed(points.next - points.generation, points.next, _ -> true)) {
        whole = segments.merged(List.of(before, born));
        Files.delete(before.file());
        Files.delete(born.file());
      }
    }
    double seconds = Segments.cpuSeconds() - begun;
    try (SealedSegment last = whole) {
      compare("merged, " + layout, segments, points, last, seconds / generations);
    }
  }

  /// Builds the living afresh and holds the survivor of all generations against that.
  private static void compare(
      String what, Segments segments, Population points, SegmentReader survivor, double seconds)
      throws IOException {
    double begun = Segments.cpuSeconds();
    try (SealedSegment fresh = segments.sealed(0, points.next, points.living::get)) {
      double building = Segments.cpuSeconds() - begun;
      assertEquals(fresh.size(), survivor.liveCount());
      long[][] truth = segments.truth(fresh, K, _ -> true);
      double expected = segments.recall(fresh, EF, truth, _ -> true);
      double found = segments.recall(survivor, EF, truth, _ -> true);
      System.out.printf(
          "churn, %s: %,d points alive; recall@%d at ef %d %.4f, built afresh %.4f; %.3f CPU s a"
              + " generation, %.1f to build afresh%n",
          what, fresh.size(), K, EF, found, expected, seconds, building);
      assertTrue(found >= expected - MOST_LOST, found + " instead of " + expected);
    }
  }
}
