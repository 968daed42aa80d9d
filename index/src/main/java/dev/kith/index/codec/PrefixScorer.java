package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.VectorKernel;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Estimates scores from prefixes of one width ([PrefixRows]). Bound to one query after another
/// without allocating. Not thread-safe.
///
/// - cosine: of the prefixes, made of length one again, in rows and query alike: how long a prefix
///   is says how much of a vector it holds, not how near it is
/// - inner product: of the prefixes
/// - squared distance: of the prefixes, and the squares of both tails, as if these were at a right
///   angle
///
/// Remembers the memory it was last bound to, and must not be asked after that memory was freed.
public final class PrefixScorer implements Scorer {

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  private final FourRows four = new FourRows();
  private PrefixRows.Level[] levels = new PrefixRows.Level[0];
  private MemorySegment query = MemorySegment.NULL;
  private MemorySegment tails = MemorySegment.NULL;
  private MemorySegment inverses = MemorySegment.NULL;
  private int capacity;
  private int last;
  private float inverse;
  private float squaredTail;
  private long bytes;
  private Metric metric = Metric.DOT;

  /// Scores `rows` against a query from now on.
  ///
  /// @param width coordinates to compare; the next width there is, or the widest
  /// @return this
  /// @throws IllegalArgumentException if rows and query are of different spaces
  public PrefixScorer bind(PrefixRows rows, QueryBuffer query, int width) {
    last = rows.levelOf(width);
    PrefixQuery prefixes = query.prefixes(rows, last);
    if (levels.length != rows.levels()) {
      levels = new PrefixRows.Level[rows.levels()];
    }
    for (int i = 0; i < levels.length; i++) {
      levels[i] = rows.level(i);
    }
    this.query = prefixes.coordinates();
    metric = rows.space().metric();
    capacity = rows.capacity();
    tails = levels[last].tails();
    inverses = levels[last].inverses().orElse(MemorySegment.NULL);
    inverse = prefixes.inverse(last);
    squaredTail = prefixes.tail(last) * prefixes.tail(last);
    bytes = (long) levels[last].width() * Float.BYTES;
    return this;
  }

  /// Coordinates that are compared.
  public int width() {
    return levels[last].width();
  }

  @Override
  public float score(int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    float sum = 0;
    for (int i = 0; i <= last; i++) {
      PrefixRows.Level level = levels[i];
      long from = (long) level.from() * Float.BYTES;
      long at = ordinal * level.stride();
      int coordinates = level.width() - level.from();
      sum +=
          metric == Metric.EUCLIDEAN
              ? KERNEL.squaredDistance(query, from, level.coordinates(), at, coordinates)
              : KERNEL.dot(query, from, level.coordinates(), at, coordinates);
    }
    return scoreOf(ordinal, sum);
  }

  @Override
  public void score(int[] ordinals, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, scores.length));
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      int first = Objects.checkIndex(ordinals[i], capacity);
      int second = Objects.checkIndex(ordinals[i + 1], capacity);
      int third = Objects.checkIndex(ordinals[i + 2], capacity);
      int fourth = Objects.checkIndex(ordinals[i + 3], capacity);
      float sum0 = 0;
      float sum1 = 0;
      float sum2 = 0;
      float sum3 = 0;
      for (int k = 0; k <= last; k++) {
        four.pick(ordinals, i, levels[k].stride());
        compute(levels[k]);
        sum0 += four.result0;
        sum1 += four.result1;
        sum2 += four.result2;
        sum3 += four.result3;
      }
      scores[i] = scoreOf(first, sum0);
      scores[i + 1] = scoreOf(second, sum1);
      scores[i + 2] = scoreOf(third, sum2);
      scores[i + 3] = scoreOf(fourth, sum3);
    }
    for (; i < count; i++) {
      scores[i] = score(ordinals[i]);
    }
  }

  @Override
  public void scoreRange(int from, int count, float[] scores) {
    Objects.checkFromIndexSize(0, count, scores.length);
    Objects.checkFromIndexSize(from, count, capacity);
    int whole = count & -4;
    for (int k = 0; k <= last; k++) {
      PrefixRows.Level level = levels[k];
      for (int i = 0; i < whole; i += 4) {
        four.run(from + i, level.stride());
        compute(level);
        if (k == 0) {
          scores[i] = four.result0;
          scores[i + 1] = four.result1;
          scores[i + 2] = four.result2;
          scores[i + 3] = four.result3;
        } else {
          scores[i] += four.result0;
          scores[i + 1] += four.result1;
          scores[i + 2] += four.result2;
          scores[i + 3] += four.result3;
        }
      }
    }
    for (int i = 0; i < whole; i++) {
      scores[i] = scoreOf(from + i, scores[i]);
    }
    for (int i = whole; i < count; i++) {
      scores[i] = score(from + i);
    }
  }

  private void compute(PrefixRows.Level level) {
    long from = (long) level.from() * Float.BYTES;
    int coordinates = level.width() - level.from();
    if (metric == Metric.EUCLIDEAN) {
      KERNEL.squaredDistance4(query, from, level.coordinates(), four, coordinates);
    } else {
      KERNEL.dot4(query, from, level.coordinates(), four, coordinates);
    }
  }

  private float scoreOf(int ordinal, float sum) {
    return switch (metric) {
      case COSINE -> sum * inverse * inverses.getAtIndex(Points.FLOAT, ordinal);
      case DOT -> Scores.comparable(sum);
      case EUCLIDEAN -> {
        float tail = tails.getAtIndex(Points.FLOAT, ordinal);
        yield -(sum + squaredTail + tail * tail);
      }
    };
  }

  @Override
  public long bytesPerVector() {
    return bytes;
  }

  @Override
  public long multiplyAdds() {
    return levels[last].width();
  }
}
