package dev.kith.index.plan;

import dev.kith.index.Metric;
import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.codec.Scores;
import dev.kith.index.codec.TruncatedScorer;
import dev.kith.index.codec.Widths;
import dev.kith.index.flat.FlatScan;
import dev.kith.index.flat.ScoreSum;
import dev.kith.index.kernel.ExponentialSum;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Estimates what the scores of all rows add up to: the *head*, what a search found, is summed up,
/// and a uniform sample of the other rows stands for them (Rastogi and Van Durme, *Sublinear
/// partition estimation*, 2015). The estimate is right on average whatever the search has missed.
///
/// Owned by one worker and reused; not thread-safe.
final class SumEstimate {
  private final F32Scorer whole = new F32Scorer();
  private final TruncatedScorer truncated = new TruncatedScorer();
  private final int[] ordinals = new int[FlatScan.BLOCK];
  private final float[] scores = new float[FlatScan.BLOCK];
  private final ScoreSum headSum = new ScoreSum();
  private final ScoreSum tailSum = new ScoreSum();

  /// Rows of the head by their places: the rows of all segments, one segment after another.
  private long[] head = new long[0];

  private int found;
  private float farthestHit;
  private Metric metric = Metric.DOT;
  private double temperature;

  /// Starts anew.
  ///
  /// @param hits that [#addHead] will be told of
  void begin(QueryBuffer query, double temperature, int hits) {
    this.temperature = temperature;
    this.metric = query.space().metric();
    headSum.reset(metric, temperature);
    tailSum.reset(metric, temperature);
    farthestHit = Float.POSITIVE_INFINITY;
    head = new long[hits];
    found = 0;
  }

  /// Takes a hit.
  ///
  /// @param place of the row among those of all segments
  /// @param raw its score
  void addHead(long place, float raw) {
    head[found++] = place;
    headSum.add(raw);
    farthestHit = Math.min(farthestHit, raw);
  }

  /// Draws rows, scores them, and estimates.
  ///
  /// @param sizes rows of each segment that can be drawn
  CollectionSum estimate(
      int sample,
      QueryBuffer query,
      Widths widths,
      List<? extends SegmentReader> segments,
      int[] sizes,
      BooleanSupplier stop,
      SearchWork work) {
    Arrays.sort(head);
    long tail = Arrays.stream(sizes).asLongStream().sum() - head.length;
    long[] places = RowSample.draw(tail, (int) Math.min(sample, tail), seed(query));
    skipHead(places);
    int drawn = 0;
    long first = 0;
    for (int segment = 0; segment < sizes.length; segment++) {
      int from = drawn;
      while (drawn < places.length && places[drawn] < first + sizes[segment]) {
        drawn++;
      }
      SegmentReader reader = segments.get(segment);
      Scorer scorer = bind(reader.rows(), widths, query);
      OrdinalFilter returned = reader.returned();
      for (int at = from; at < drawn && !stop.getAsBoolean(); at += FlatScan.BLOCK) {
        int end = Math.min(drawn, at + FlatScan.BLOCK);
        add(scorer, returned, places, first, at, end, work);
      }
      first += sizes[segment];
    }
    return estimate(tail, places.length);
  }

  /// Turns places among the rows that are not in the head to places among all.
  private void skipHead(long[] places) {
    int skipped = 0;
    for (int i = 0; i < places.length; i++) {
      while (skipped < head.length && head[skipped] <= places[i] + skipped) {
        skipped++;
      }
      places[i] += skipped;
    }
  }

  private Scorer bind(VectorRows rows, Widths widths, QueryBuffer query) {
    return widths instanceof Widths.Truncated(int width)
        ? truncated.bind(rows, query, width)
        : whole.bind(rows, query);
  }

  /// Scores those of some rows of a segment that may be returned.
  ///
  /// @param first place of the segment's first row
  private void add(
      Scorer scorer,
      OrdinalFilter returned,
      long[] places,
      long first,
      int from,
      int to,
      SearchWork work) {
    int count = 0;
    for (int i = from; i < to; i++) {
      int ordinal = (int) (places[i] - first);
      if (returned.accepts(ordinal)) {
        ordinals[count++] = ordinal;
      }
    }
    scorer.score(ordinals, count, scores);
    scorer.count(count, work);
    for (int i = 0; i < count; i++) {
      tailSum.add(scores[i]);
    }
  }

  /// @param tail rows that are not in the head
  /// @param drawn of them
  private CollectionSum estimate(long tail, int drawn) {
    if (tail == drawn) {
      return new CollectionSum(
          headSum.sum().plus(tailSum.sum()),
          headSum.halved().plus(tailSum.halved()),
          headSum.rows() + tailSum.rows(),
          0);
    }
    double times = (double) tail / drawn;
    ExponentialSum factor = ExponentialSum.exp(Math.log(times));
    ExponentialSum sum = headSum.sum().plus(tailSum.sum().times(factor));
    return new CollectionSum(
        sum,
        headSum.halved().plus(tailSum.halved().times(factor)),
        headSum.rows() + Math.round(times * tailSum.rows()),
        error(tail, drawn, sum));
  }

  /// Standard error of the sum as a share of it: that of a sample's mean, drawn without
  /// replacement, as if one more row had been drawn that scores as the farthest hit does. There may
  /// be such rows, few enough for the sample to have missed them, and a sample that did would state
  /// too small an error with too small a sum. (Of WordNet definitions and MNIST, 100 hits and 1,024
  /// rows, two standard errors covered 76 to 95 % of the estimates without that row, and 95 to 100
  /// % with it.)
  private double error(long tail, int drawn, ExponentialSum sum) {
    ExponentialSum farthest =
        head.length == 0
            ? ExponentialSum.NONE
            : ExponentialSum.exp(2 * (Scores.external(metric, farthestHit) / temperature));
    double squares = tailSum.halved().plus(farthest).log();
    if (Double.isInfinite(squares)) {
      return 0; // There is nothing, or a score overflowed.
    }
    double ofMean = Math.exp(2 * tailSum.sum().log() - squares) / drawn;
    double unseen = 1 - (double) drawn / tail;
    return tail
        * Math.sqrt(Math.max(0, 1 - ofMean) * unseen / ((double) drawn * (drawn - 1)))
        * Math.exp(squares / 2 - sum.log());
  }

  /// A number that the same query always has.
  private static long seed(QueryBuffer query) {
    long seed = 0;
    for (int i = 0; i < query.space().dimension(); i++) {
      int bits = query.segment().getAtIndex(ValueLayout.JAVA_INT, i);
      seed = Long.rotateLeft(seed ^ bits, 29) * 0x9E37_79B9_7F4A_7C15L;
    }
    return seed;
  }
}
