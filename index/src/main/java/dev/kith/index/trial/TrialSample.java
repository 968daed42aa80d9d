package dev.kith.index.trial;

import dev.kith.index.build.GrowingSegment;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Live rows of segments, drawn without replacement, in random order: some as queries, the others
/// to be searched, so that no query was ever linked to what it looks for.
///
/// Holds where they are, not the vectors.
final class TrialSample {
  static final int QUERIES = 256;

  /// Rows looked at between two steps.
  private static final int TURN = 1 << 14;

  private final List<? extends SegmentReader> segments;

  /// Position of the segment in the upper half, ordinal in the lower; the queries come first.
  private final long[] places;

  private TrialSample(List<? extends SegmentReader> segments, long[] places) {
    this.segments = segments;
    this.places = places;
  }

  /// Draws.
  ///
  /// @param segments held open by the caller while the sample is used; at least one, of one space
  /// @param mostRows to draw beside the queries; fewer if there are fewer live ones, or if some die
  ///   meanwhile
  /// @param seed the same one draws the same rows of the same segments
  /// @param step called now and then; may throw to end it
  static TrialSample draw(
      List<? extends SegmentReader> segments, int mostRows, long seed, Runnable step) {
    long left = segments.stream().mapToLong(SegmentReader::liveCount).sum();
    long[] places = new long[(int) Math.min(left, mostRows + (long) QUERIES)];
    SplittableRandom random = new SplittableRandom(seed);
    int drawn = 0;
    for (int i = 0; i < segments.size(); i++) {
      SegmentReader segment = segments.get(i);
      int size = segment.size();
      for (int ordinal = 0; ordinal < size && drawn < places.length; ordinal++) {
        if (ordinal % TURN == 0) {
          step.run();
        }
        int wanted = places.length - drawn;
        // So many of those that are left are wanted: then any set is as likely as any other.
        if (!segment.tombstones().isDead(ordinal)
            && random.nextLong(Math.max(wanted, left--)) < wanted) {
          places[drawn++] = ((long) i << Integer.SIZE) | ordinal;
        }
      }
    }
    long[] found = Arrays.copyOf(places, drawn);
    shuffle(found, random);
    return new TrialSample(segments, found);
  }

  private static void shuffle(long[] places, SplittableRandom random) {
    for (int i = places.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      long swapped = places[i];
      places[i] = places[j];
      places[j] = swapped;
    }
  }

  /// Rows to be searched; none if there are no more than queries.
  int rows() {
    return Math.max(0, places.length - QUERIES);
  }

  /// Copies the queries.
  ///
  /// @param arena frees them when it closes
  VectorRows queries(Arena arena) {
    int count = Math.min(QUERIES, places.length);
    VectorRows queries = VectorRows.reserve(segments.getFirst().space(), count, arena);
    for (int query = 0; query < count; query++) {
      queries.copy(query, source(query), ordinal(query));
    }
    return queries;
  }

  /// Appends more of the rows to a segment that has all before them, labelled by their number, and
  /// publishes them. Any stretch of them is a sample too.
  ///
  /// @param to number of the last row but one
  /// @param step called now and then; may throw to end it
  void appendTo(GrowingSegment target, int to, Runnable step) {
    for (int row = target.appended(); row < to; row++) {
      if (row % TURN == 0) {
        step.run();
      }
      VectorRows source = source(QUERIES + row);
      target.append(row, source.segment(), source.offset(ordinal(QUERIES + row)));
    }
    target.publish();
  }

  private VectorRows source(int i) {
    return segments.get((int) (places[i] >>> Integer.SIZE)).rows();
  }

  private int ordinal(int i) {
    return (int) places[i];
  }
}
