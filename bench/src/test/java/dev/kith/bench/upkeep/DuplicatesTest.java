package dev.kith.bench.upkeep;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SearchScratch;
import dev.kith.index.plan.SegmentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// 1,062 copies of one vector spread among many others: the others are found as well as without
/// them, and every copy can be reached, in a growing segment, a sealed and a merged one.
final class DuplicatesTest {
  private static final int COPIES = 1_062;
  private static final double MOST_LOST = 0.003;

  @TempDir private Path folder;

  @ParameterizedTest(name = "{0}, seed 6")
  @EnumSource(Layout.class)
  void copiesHarmNobody(Layout layout) throws Exception {
    try (Shuffled vectors = Shuffled.clustered(4_000, 32, 6)) {
      prove(vectors, layout);
    }
  }

  @Tag("long")
  @ParameterizedTest(name = "{0}, seed 6")
  @EnumSource(Layout.class)
  void copiesHarmNobodyAmongAHundredThousand(Layout layout) throws Exception {
    try (Shuffled vectors = Shuffled.big(100_000, 6)) {
      prove(vectors, layout);
    }
  }

  /// What a segment finds of the others, and whether it finds the copies.
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  private record Copied(Segments segments, Shuffled vectors, double[] expected, long[][] truth) {
    private static final List<Integer> BEAMS = List.of(20, 50, 100);

    /// Others are labelled by their position times two; copies lie between.
    private static final LongPredicate OTHERS = label -> label % 2 == 0;

    void check(String what, SegmentReader segment, int copies) {
      System.out.printf("duplicates, %s: recall@10 of the others", what);
      for (int i = 0; i < BEAMS.size(); i++) {
        double found = segments.recall(segment, BEAMS.get(i), truth, OTHERS);
        System.out.printf(" %.4f without copies %.4f,", found, expected[i]);
        assertTrue(
            found >= expected[i] - MOST_LOST, what + ": " + found + " instead of " + expected[i]);
      }
      System.out.println();
      try (QueryBuffer query = new QueryBuffer(vectors.space())) {
        query.set(vectors.base().row(vectors.order().getFirst()));
        SearchPlan plan = new SearchPlan(copies, new Probe.Beam(copies));
        long[] hits = Segments.search(segment, query, plan, OTHERS.negate(), new SearchScratch());
        assertEquals(copies, Arrays.stream(hits).distinct().count(), what);
      }
    }
  }

  private void prove(Shuffled vectors, Layout layout) throws IOException {
    IndexSpec index = new IndexSpec.Hnsw(HnswParams.defaults(), layout);
    Segments segments = new Segments(vectors, index, folder);
    Copied copied;
    try (GrowingSegment plain = growing(segments, vectors, 0, vectors.count(), 0)) {
      long[][] truth = segments.truth(plain, 10, _ -> true);
      try (SealedSegment sealed = segments.seal(plain)) {
        double[] expected =
            Copied.BEAMS.stream()
                .mapToDouble(ef -> segments.recall(sealed, ef, truth, _ -> true))
                .toArray();
        copied = new Copied(segments, vectors, expected, truth);
      }
    }
    try (GrowingSegment growing = growing(segments, vectors, 0, vectors.count(), COPIES)) {
      assertEquals(List.of(), growing.verify());
      if (layout == Layout.COMPACT) {
        copied.check("growing", growing, COPIES);
      }
      try (SealedSegment sealed = segments.seal(growing)) {
        assertEquals(List.of(), sealed.verify());
        copied.check("sealed " + layout, sealed, COPIES);
      }
    }
    int third = vectors.count() / 3;
    try (SealedSegment first = sealed(segments, vectors, 0, third);
        SealedSegment second = sealed(segments, vectors, third, 2 * third);
        SealedSegment last = sealed(segments, vectors, 2 * third, vectors.count());
        SealedSegment merged = segments.merged(List.of(first, second, last))) {
      copied.check("merged " + layout, merged, COPIES);
      killCopies(merged, COPIES / 2);
      try (SealedSegment again = segments.merged(List.of(merged))) {
        copied.check("half of the copies dead, " + layout, again, COPIES - COPIES / 2);
      }
    }
  }

  private static SealedSegment sealed(Segments segments, Shuffled vectors, int from, int to)
      throws IOException {
    try (GrowingSegment growing = growing(segments, vectors, from, to, COPIES)) {
      return segments.seal(growing);
    }
  }

  /// The vectors at `[from, to)` with as many of the copies as belong between them.
  private static GrowingSegment growing(
      Segments segments, Shuffled vectors, int from, int to, int copies) {
    GrowingSegment growing = segments.growing(to - from + copies + 1);
    long count = vectors.count();
    for (int position = from; position < to; position++) {
      vectors.appendAs(growing, 2L * position, position);
      // The first one is the original; its copies come at even distances.
      if ((position + 1L) * copies / count > (long) position * copies / count) {
        vectors.appendAs(growing, 2L * position + 1, 0);
      }
    }
    segments.link(growing);
    return growing;
  }

  private static void killCopies(SealedSegment segment, int count) {
    int killed = 0;
    for (int ordinal = 0; killed < count; ordinal++) {
      if (!Copied.OTHERS.test(segment.label(ordinal))) {
        killed += segment.tombstones().kill(ordinal) ? 1 : 0;
      }
    }
  }
}
