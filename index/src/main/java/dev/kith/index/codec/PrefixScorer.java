package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.Points;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Objects;

/// Estimates scores from prefixes of one width ([PrefixRows]). Bound to one query after another
/// without allocating. Not thread-safe.
///
/// - cosine: of the prefixes, made of length one again, in rows and query alike: how long a prefix
///   is says how much of a vector it holds, not how near it is
/// - inner product: of the prefixes
/// - squared distance: of the prefixes, and the squares of both tails, as if these were at a right
///   angle; of prefixes alone for a query that has no more
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class PrefixScorer implements Scorer {

  private final PrefixSums prefixSums = new PrefixSums();
  private MemorySegment tails = MemorySegment.NULL;
  private MemorySegment inverses = MemorySegment.NULL;
  private int last;
  private final float[] queryInverses = new float[PrefixRows.MAX_WIDTHS];
  private final float[] queryTails = new float[PrefixRows.MAX_WIDTHS];
  private float inverse;
  private float squaredTail;
  private int width;
  private boolean isTruncated;
  private Metric metric = Metric.DOT;

  /// Scores `rows` against a query from now on, at the width of a first comparison; without their
  /// tails, if the query has no others than these coordinates.
  ///
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public PrefixScorer bind(PrefixRows rows, QueryBuffer query, Widths widths) {
    bind(rows, query, widths.first());
    isTruncated = widths instanceof Widths.Truncated;
    return this;
  }

  /// Scores `rows` against a query from now on.
  ///
  /// @param width coordinates to compare; the next width there is, or the widest
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public PrefixScorer bind(PrefixRows rows, QueryBuffer query, int width) {
    isTruncated = false;
    last = rows.levelOf(width);
    PrefixQuery prefixes = query.prefixes(rows, last);
    prefixSums.bind(rows, prefixes);
    metric = rows.space().metric();
    PrefixRows.Level widest = rows.levels()[last];
    this.width = widest.width();
    tails = widest.tails();
    inverses = widest.inverses().orElse(MemorySegment.NULL);
    for (int level = 0; level <= last; level++) {
      queryInverses[level] = prefixes.inverse(level);
      queryTails[level] = prefixes.tail(level);
    }
    inverse = prefixes.inverse(last);
    squaredTail = prefixes.tail(last) * prefixes.tail(last);
    return this;
  }

  /// Coordinates that are compared.
  public int width() {
    return width;
  }

  @Override
  public float score(int ordinal) {
    float sum = 0;
    for (int level = 0; level <= last; level++) {
      sum += prefixSums.of(level, ordinal);
    }
    return scoreOf(ordinal, sum);
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Arrays.fill(scores, 0, count, 0);
    for (int level = 0; level <= last; level++) {
      prefixSums.add(level, ordinals, count, scores);
    }
    for (int i = 0; i < count; i++) {
      scores[i] = scoreOf(ordinals[i], scores[i]);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Arrays.fill(scores, 0, count, 0);
    for (int level = 0; level <= last; level++) {
      prefixSums.add(level, from, count, scores);
    }
    for (int i = 0; i < count; i++) {
      scores[i] = scoreOf(from + i, scores[i]);
    }
  }

  /// Goes on from scores at a narrower width: adds what is not in it.
  ///
  /// @param known that width, as [#width()] told it
  /// @param scores at it; those at this width when this returns
  public void deepen(int known, int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    PrefixRows.Level[] levels = prefixSums.levels();
    int from = 0;
    while (levels[from].width() < known) {
      from++;
    }
    for (int i = 0; i < count; i++) {
      scores[i] = sumOf(from, levels[from], ordinals[i], scores[i]);
    }
    for (int next = from + 1; next <= last; next++) {
      prefixSums.add(next, ordinals, count, scores);
    }
    for (int i = 0; i < count; i++) {
      scores[i] = scoreOf(ordinals[i], scores[i]);
    }
  }

  /// What a score at a narrower width was made of.
  private float sumOf(int at, PrefixRows.Level level, int ordinal, float score) {
    return switch (metric) {
      case COSINE -> {
        float factor =
            queryInverses[at] * level.inverses().orElseThrow().getAtIndex(Points.FLOAT, ordinal);
        yield factor > 0 ? score / factor : 0;
      }
      case DOT -> score;
      case EUCLIDEAN -> {
        float tail = level.tails().getAtIndex(Points.FLOAT, ordinal);
        float ofQuery = queryTails[at];
        yield Math.max(0, -score - ofQuery * ofQuery - tail * tail);
      }
    };
  }

  private float scoreOf(int ordinal, float sum) {
    return switch (metric) {
      case COSINE -> sum * inverse * inverses.getAtIndex(Points.FLOAT, ordinal);
      case DOT -> Scores.comparable(sum);
      case EUCLIDEAN -> {
        float tail = tails.getAtIndex(Points.FLOAT, ordinal);
        yield isTruncated ? -sum : -(sum + squaredTail + tail * tail);
      }
    };
  }

  @Override
  public long bytesPerVector() {
    return (long) width * Float.BYTES;
  }

  @Override
  public long multiplyAdds() {
    return width;
  }
}
