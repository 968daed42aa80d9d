package dev.kith.index.flat;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.PrefixBounds;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;
import java.util.function.BooleanSupplier;

/// Finds what a [FlatScan] of vectors finds, with the same scores, and leaves a row as soon as its
/// prefixes prove that it is no hit. Reused from query to query; not thread-safe.
public final class CertifiedScan {

  /// Rows compared at one width before the next, with one floor.
  private static final int BLOCK = 256;

  private final PrefixBounds bounds = new PrefixBounds();
  private final F32Scorer exact = new F32Scorer();
  private final int[] left = new int[BLOCK];
  private final float[] sums = new float[BLOCK];
  private final float[] scores = new float[BLOCK];

  /// Takes a query.
  ///
  /// @param rows whole vectors of the same rows
  public void bind(PrefixRows prefixes, VectorRows rows, QueryBuffer query) {
    bounds.bind(prefixes, query);
    exact.bind(rows, query);
  }

  /// Coordinates of a row that are compared at first.
  public int width() {
    return bounds.width(0);
  }

  /// Offers the accepted rows of a range to `hits`, with exact raw scores.
  ///
  /// @param accepted asked only for rows that may be hits
  /// @param stop polled between blocks; once true the scan ends early
  /// @param work counts every row once, and what is read and multiplied of it
  public void scan(
      FlatScan.Range range,
      OrdinalFilter accepted,
      TopK hits,
      BooleanSupplier stop,
      SearchWork work) {
    for (int from = range.from(); from < range.to(); from += BLOCK) {
      if (stop.getAsBoolean()) {
        return;
      }
      int count = Math.min(BLOCK, range.to() - from);
      bounds.begin(from, count, sums);
      for (int i = 0; i < count; i++) {
        left[i] = from + i;
      }
      finish(count, accepted, hits, work);
    }
  }

  /// Offers some accepted rows to `hits`; otherwise as above.
  public void scan(int[] ordinals, int count, OrdinalFilter accepted, TopK hits, SearchWork work) {
    for (int from = 0; from < count; from += BLOCK) {
      int next = Math.min(BLOCK, count - from);
      System.arraycopy(ordinals, from, left, 0, next);
      bounds.add(0, left, next, sums);
      finish(next, accepted, hits, work);
    }
  }

  /// Compares rows, of which the first widths were compared, at one width after another, and whole
  /// vectors at last.
  private void finish(int count, OrdinalFilter accepted, TopK hits, SearchWork work) {
    work.distanceComputations += count;
    count(0, count, work);
    float floor = hits.floor();
    int kept = keepAccepted(keepPromising(0, count, floor), accepted);
    for (int level = 1; level < bounds.levels() && kept > 0; level++) {
      bounds.add(level, left, kept, sums);
      count(level, kept, work);
      kept = keepPromising(level, kept, floor);
    }
    exact.score(left, kept, scores);
    work.multiplyAdds += kept * exact.multiplyAdds();
    work.bytesScanned += kept * exact.bytesPerVector();
    for (int i = 0; i < kept; i++) {
      hits.offer(left[i], scores[i]);
    }
  }

  private int keepPromising(int level, int count, float floor) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      // Written so that a NaN, which compares false, stays.
      if (!(bounds.most(level, left[i], sums[i]) < floor)) {
        left[kept] = left[i];
        sums[kept++] = sums[i];
      }
    }
    return kept;
  }

  private int keepAccepted(int count, OrdinalFilter accepted) {
    int kept = 0;
    for (int i = 0; i < count; i++) {
      if (accepted.accepts(left[i])) {
        left[kept] = left[i];
        sums[kept++] = sums[i];
      }
    }
    return kept;
  }

  private void count(int level, int rows, SearchWork work) {
    work.multiplyAdds += (long) rows * bounds.width(level);
    work.bytesScanned += (long) rows * bounds.width(level) * Float.BYTES;
  }
}
