package dev.kith.bench.scorer;

import dev.kith.client.PointId;
import java.util.Comparator;
import java.util.List;
import java.util.stream.IntStream;

/// A query, what the scorer gives every item for it, and which items are best.
///
/// @param scores of all items
/// @param best the [ScorerSettings#HITS] best, best first; of equal ones that which comes first
/// @param encoded its vectors
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Asked(float[] scores, int[] best, Encoded<float[]> encoded) {

  static Asked of(float[] scores, Encoded<float[]> encoded) {
    int[] best =
        IntStream.range(0, scores.length)
            .boxed()
            .sorted(Comparator.comparingDouble(item -> -scores[item]))
            .limit(ScorerSettings.HITS.getLast())
            .mapToInt(Integer::intValue)
            .toArray();
    return new Asked(scores, best, encoded);
  }

  /// What the scorer says of some items.
  double[] score(List<PointId> items) {
    return items.stream().mapToDouble(id -> scores[item(id)]).toArray();
  }

  /// The place of an item among all.
  static int item(PointId id) {
    if (id instanceof PointId.Number(long item)) {
      return Math.toIntExact(item);
    }
    throw new IllegalStateException("the server returned an id never written: " + id);
  }

  /// The share of the best items that were found.
  ///
  /// @param found best first
  /// @param k of them, and of the best
  double recall(int[] found, int k) {
    long right =
        IntStream.of(best)
            .limit(k)
            .filter(item -> IntStream.of(found).limit(k).anyMatch(other -> other == item))
            .count();
    return right / (double) k;
  }
}
