package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.store.VectorRows;

/// Lists in the order in which a search reads them, the best centroids first, and whether it has
/// read enough. Reused from query to query; not thread-safe.
///
/// A search scores the centroids, begins, and goes on while there is a [next][#advance] list:
///
/// ```java
/// order.score(centroids, query, scorer, work);
/// order.begin(sizes, reach, wanted);
/// while (order.advance(candidates)) {
///   // offer the rows of order.list() to the candidates
///   order.done(candidates);
/// }
/// ```
final class ListOrder {

  /// Lists that are put in order at first where a search may do with few; then four times as many.
  private static final int RANKED_FIRST = 32;

  /// Of the centroid of every list.
  private float[] scores = new float[0];

  /// Rows of every list.
  private int[] sizes = new int[0];

  private final Nucleus nucleus = new Nucleus();
  private final TopK best = new TopK(1);
  private int[] lists = new int[0];
  private float[] listScores = new float[0];
  private int count;

  private Reach.Until reach = new Reach.Until(1);
  private int wanted;
  private int limit;
  private double massLeft;
  private int idle;
  private float floor;

  /// How many lists are in order, and how many of those have rows.
  private int bound;

  private int ranked;
  private int at;

  /// Scores the centroids of all lists.
  void score(VectorRows centroids, QueryBuffer query, F32Scorer scorer, SearchWork work) {
    count = centroids.capacity();
    if (scores.length < count) {
      scores = new float[count];
      lists = new int[count];
      listScores = new float[count];
    }
    scorer.bind(centroids, query).scoreRange(0, count, scores);
    work.distanceComputations += count;
    work.bytesScanned += centroids.bytes(count);
  }

  /// Begins before the first list.
  ///
  /// @param sizes rows of every list, which stay as they are until the search ends: an order that
  ///   changed on the way would have it read a list twice. Those that have none are never read
  /// @param wanted candidates there should be, if there are as many rows: more lists than asked for
  ///   are read while there are fewer
  void begin(int[] sizes, Reach.Until reach, int wanted) {
    this.sizes = sizes;
    this.reach = reach;
    this.wanted = wanted;
    massLeft = reach.mass();
    if (massLeft < 1) {
      nucleus.set(scores, sizes, count);
    }
    limit = Math.min(reach.nprobe(), count);
    boolean mayEndEarly = massLeft < 1 || reach.patience() < limit;
    rank(mayEndEarly ? Math.min(limit, RANKED_FIRST) : limit);
    idle = 0;
    at = -1;
  }

  /// Goes on to the next list.
  ///
  /// @return false if there is none, or enough was read
  boolean advance(TopK candidates) {
    at++;
    boolean isFull = candidates.size() >= wanted;
    boolean isEnough = at > 0 && (idle >= reach.patience() || massLeft <= 0);
    if (isFull && (isEnough || at >= limit)) {
      return false;
    }
    if (at == ranked && !rankMore(isFull)) {
      return false;
    }
    floor = candidates.floor();
    return true;
  }

  /// Puts more lists in order: those that were asked for, and beyond those four times as many while
  /// there are too few candidates.
  private boolean rankMore(boolean isFull) {
    int before = ranked;
    while (ranked == before && bound < count && !(isFull && bound >= limit)) {
      int next = (int) Math.min(count, 4L * bound);
      if (bound >= limit) {
        limit = next;
      }
      rank(Math.min(next, limit));
    }
    return ranked > before;
  }

  /// Takes note that the rows of the list were offered.
  void done(TopK candidates) {
    boolean hasChanged = candidates.size() < candidates.k() || candidates.floor() > floor;
    idle = hasChanged ? 0 : idle + 1;
    if (reach.mass() < 1) {
      massLeft -= nucleus.share(score());
    }
  }

  /// The list to read.
  int list() {
    return lists[at];
  }

  /// The score of its centroid.
  float score() {
    return listScores[at];
  }

  /// Lists in a row, with the last one, that changed none of the candidates.
  int idle() {
    return idle;
  }

  private void rank(int most) {
    bound = most;
    best.reset(Math.max(1, most));
    for (int list = 0; list < count; list++) {
      if (sizes[list] > 0) {
        best.offer(list, scores[list]);
      }
    }
    ranked = best.drainTo(lists, listScores);
  }
}
