package dev.kith.index.trial;

import static dev.kith.index.build.SegmentFixture.append;
import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Mixture;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.CancellationException;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

final class TrialSampleTest {
  private static final VectorSpace SPACE = new VectorSpace(3, Metric.EUCLIDEAN);

  private final List<GrowingSegment> segments = new ArrayList<>();

  @AfterEach
  void close() {
    segments.forEach(GrowingSegment::close);
  }

  /// Segments of rows whose first coordinate counts up from zero.
  private void segments(int... sizes) {
    int first = 0;
    for (int size : sizes) {
      int from = first;
      float[][] vectors =
          IntStream.range(0, size)
              .mapToObj(i -> new float[] {from + i, 1, 2})
              .toArray(float[][]::new);
      GrowingSegment segment = GrowingSegment.create(SPACE, new IndexSpec.Flat(), size);
      append(segment, new Mixture(SPACE, vectors), 0, size);
      segments.add(segment);
      first += size;
    }
  }

  /// Kills rows by their first coordinate.
  private void kill(IntPredicate dead) {
    int first = 0;
    for (GrowingSegment segment : segments) {
      for (int ordinal = 0; ordinal < segment.size(); ordinal++) {
        if (dead.test(first + ordinal)) {
          segment.tombstones().kill(ordinal);
        }
      }
      first += segment.size();
    }
  }

  /// First coordinates of the queries, and of the rows after them.
  private static int[] firsts(TrialSample sample) {
    try (Arena arena = Arena.ofConfined();
        GrowingSegment rows =
            GrowingSegment.create(SPACE, new IndexSpec.Flat(), Math.max(1, sample.rows()))) {
      int half = sample.rows() / 2;
      sample.appendTo(rows, half, () -> {});
      assertEquals(half, rows.size());
      sample.appendTo(rows, sample.rows(), () -> {});
      assertEquals(sample.rows(), rows.size());
      VectorRows queries = sample.queries(arena);
      return IntStream.concat(
              IntStream.range(0, queries.capacity()).map(query -> first(queries, query)),
              IntStream.range(0, rows.size()).map(row -> first(rows.rows(), row)))
          .toArray();
    }
  }

  private static int first(VectorRows rows, int row) {
    return (int) rows.segment().get(ValueLayout.JAVA_FLOAT, rows.offset(row));
  }

  @Test
  void queriesAndRowsAreLiveAndNoneIsDrawnTwice_seed1() {
    segments(1000, 1, 5000, 400);
    kill(row -> row % 3 == 0 || row > 6100);
    TrialSample sample = TrialSample.draw(segments, 2000, 1, () -> {});
    int[] drawn = firsts(sample);
    assertEquals(2000, sample.rows());
    assertEquals(2000 + TrialSample.QUERIES, drawn.length);
    assertEquals(drawn.length, Arrays.stream(drawn).distinct().count());
    assertTrue(Arrays.stream(drawn).allMatch(row -> row % 3 != 0 && row <= 6100));
  }

  @Test
  void allLiveRowsAreDrawnIfThereAreNoMore_seed2() {
    segments(700, 800);
    kill(row -> row % 5 == 0);
    TrialSample sample = TrialSample.draw(segments, 5000, 2, () -> {});
    assertEquals(1200 - TrialSample.QUERIES, sample.rows());
    int[] drawn = firsts(sample);
    Arrays.sort(drawn);
    assertArrayEquals(IntStream.range(0, 1500).filter(row -> row % 5 != 0).toArray(), drawn);
  }

  @Test
  void withFewerRowsThanQueriesNoneAreLeftToSearch_seed3() {
    segments(200);
    assertEquals(0, TrialSample.draw(segments, 100, 3, () -> {}).rows());
    kill(_ -> true);
    assertEquals(0, TrialSample.draw(segments, 100, 3, () -> {}).rows());
  }

  @Test
  void theSeedDecidesWhatIsDrawn() {
    segments(3000);
    int[] one = firsts(TrialSample.draw(segments, 500, 4, () -> {}));
    assertArrayEquals(one, firsts(TrialSample.draw(segments, 500, 4, () -> {})));
    assertFalse(Arrays.equals(one, firsts(TrialSample.draw(segments, 500, 5, () -> {}))));
  }

  /// So that half of them is a sample too.
  @Test
  void anyStretchOfTheSampleComesFromEverywhere_seeds1To100() {
    segments(1000, 3000);
    double[] sums = new double[3];
    for (int seed = 1; seed <= 100; seed++) {
      int[] drawn = firsts(TrialSample.draw(segments, 400, seed, () -> {}));
      sums[0] += Arrays.stream(drawn, 0, 256).sum();
      sums[1] += Arrays.stream(drawn, 256, 456).sum();
      sums[2] += Arrays.stream(drawn, 456, 656).sum();
    }
    // The mean of so many rows varies by about eight.
    assertEquals(2000, sums[0] / 25_600, 40);
    assertEquals(2000, sums[1] / 20_000, 40);
    assertEquals(2000, sums[2] / 20_000, 40);
  }

  @Test
  void aStepMayEndTheDrawAndTheCopying_seed6() {
    segments(2000);
    Runnable off =
        () -> {
          throw new CancellationException("enough");
        };
    assertThrows(CancellationException.class, () -> TrialSample.draw(segments, 500, 6, off));
    TrialSample sample = TrialSample.draw(segments, 500, 6, () -> {});
    try (GrowingSegment rows = GrowingSegment.create(SPACE, new IndexSpec.Flat(), 500)) {
      assertThrows(CancellationException.class, () -> sample.appendTo(rows, 500, off));
    }
  }
}
