package dev.kith.server.relevance;

import dev.kith.index.VectorSpace;
import dev.kith.index.kernel.Points;
import dev.kith.index.plan.SegmentReader;
import dev.kith.index.store.VectorRows;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.SearchSnapshot;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;

/// Some points of a collection, drawn at random and copied, so that nothing is held while they are
/// looked at. Close it when that is done.
///
/// Points are drawn in the order in which they were written, whatever segments they are in: the
/// same points and the same seed give the same sample.
final class RowSample implements AutoCloseable {
  private final Arena arena = Arena.ofShared();
  private final VectorRows rows;
  private final int size;

  private RowSample(VectorSpace space, List<SegmentReader> segments, long[] drawn) {
    this.size = drawn.length;
    this.rows = VectorRows.reserve(space, Math.max(1, size), arena);
    for (int i = 0; i < size; i++) {
      rows.copy(i, segments.get((int) (drawn[i] >> 32)).rows(), (int) drawn[i]);
    }
  }

  /// Draws points.
  ///
  /// @param most points to draw, at least 1
  static RowSample of(Collection collection, int most, long seed) {
    try (SearchSnapshot snapshot = collection.acquire()) {
      List<SegmentReader> segments = snapshot.segments();
      return new RowSample(collection.info().spec().space(), segments, drawn(segments, most, seed));
    }
  }

  /// Draws by a reservoir (Vitter, *Random sampling with a reservoir*, 1985, algorithm R).
  ///
  /// @return places: the number of the segment and, in the lower 32 bits, the ordinal
  private static long[] drawn(List<SegmentReader> segments, int most, long seed) {
    long rows = segments.stream().mapToLong(SegmentReader::size).sum();
    long[] drawn = new long[(int) Math.min(most, rows)];
    SplittableRandom random = new SplittableRandom(seed);
    long seen = 0;
    for (int number = 0; number < segments.size(); number++) {
      SegmentReader segment = segments.get(number);
      for (int position = 0; position < segment.size(); position++) {
        int ordinal = segment.ordinalAt(position);
        if (!segment.tombstones().isDead(ordinal)) {
          long place = seen < most ? seen : random.nextLong(seen + 1);
          if (place < most) {
            drawn[(int) place] = (long) number << 32 | ordinal;
          }
          seen++;
        }
      }
    }
    return Arrays.copyOf(drawn, (int) Math.min(most, seen));
  }

  /// Points drawn.
  int size() {
    return size;
  }

  /// Where they lie.
  Points points() {
    return new Points(rows.segment(), 0, rows.stride(), rows.space().dimension());
  }

  @Override
  public void close() {
    arena.close();
  }
}
