package dev.kith.index.ivf;

import dev.kith.index.TopK;

/// Lists in the order in which a search reads them, the best centroids first, and whether it has
/// read enough. Reused from query to query; not thread-safe.
///
/// A search fills [#scores] and [#sizes], begins, and goes on while there is a [next][#advance]
/// list:
///
/// ```java
/// order.begin(reach, wanted);
/// while (order.advance(candidates)) {
///   // offer the rows of order.list() to the candidates
///   order.done(candidates);
/// }
/// ```
final class ListOrder {

  /// Lists that are put in order at first where a search may do with few; then four times as many.
  private static final int RANKED_FIRST = 32;

  /// Of the centroid of every list.
  float[] scores = new float[0];

  /// Rows of every list. Those that have none are never read. A copy, so that the order stays the
  /// same while rows are added.
  int[] sizes = new int[0];

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

  /// Makes room for so many lists.
  void fit(int lists) {
    count = lists;
    if (scores.length < lists) {
      scores = new float[lists];
      sizes = new int[lists];
      this.lists = new int[lists];
      listScores = new float[lists];
    }
  }

  /// Begins before the first list.
  ///
  /// @param wanted candidates there should be, if there are as many rows: more lists than asked for
  ///   are read while there are fewer
  void begin(Reach.Until reach, int wanted) {
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

  private void rank(int lists) {
    bound = lists;
    best.reset(Math.max(1, lists));
    for (int list = 0; list < count; list++) {
      if (sizes[list] > 0) {
        best.offer(list, scores[list]);
      }
    }
    ranked = best.drainTo(this.lists, listScores);
  }
}
