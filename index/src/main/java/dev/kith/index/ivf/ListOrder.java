package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Widths;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// Lists in the order in which a search reads them, the best centroids first, and whether it has
/// read enough. Reused from query to query; not thread-safe.
///
/// A search binds its query, begins, and goes on while there is a [next][#advance] list:
///
/// ```java
/// order.bind(coarse, query, work);
/// order.begin(sizes, filled, reach, wanted);
/// while (order.advance(candidates)) {
///   // offer the rows of order.list() to the candidates
///   order.done(candidates);
/// }
/// ```
final class ListOrder {

  /// Lists that are put in order at first, at least, where a search may do with few; then four
  /// times as many.
  private static final int RANKED_FIRST = 32;

  private final CentroidScores scores = new CentroidScores();
  private final ListsLeft left = new ListsLeft();
  private final Nucleus nucleus = new Nucleus();
  private final TopK best = new TopK(1);

  private @Nullable CoarseQuantizer coarse;
  private SearchWork work = new SearchWork();

  /// The lists in order, and the scores of their centroids.
  private int[] lists = new int[0];

  private float[] listScores = new float[0];

  /// Those that are about to be.
  private int[] next = new int[0];

  private float[] nextScores = new float[0];
  private int count;

  private Reach.Until reach = new Reach.Until(1);
  private int wanted;
  private int limit;
  private double massLeft;
  private int idle;
  private float floor;

  /// How many lists were to be in order, and how many are: fewer if no others have rows.
  private int bound;

  private int ranked;
  private int at;

  /// Takes a query, by which lists are put in order as a search asks for them.
  ///
  /// @param query stays as it is until the search ends
  /// @param work counts the centroids compared
  void bind(CoarseQuantizer coarse, QueryBuffer query, SearchWork work) {
    take(coarse, work);
    scores.bind(coarse.centroids(), query);
  }

  /// Takes a query whose prefixes are compared with those of the centroids; otherwise as above.
  ///
  /// @param widths at which they are
  void bind(
      CoarseQuantizer coarse,
      PrefixRows prefixes,
      Widths widths,
      QueryBuffer query,
      SearchWork work) {
    take(coarse, work);
    scores.bind(prefixes, query, widths);
  }

  private void take(CoarseQuantizer coarse, SearchWork work) {
    this.coarse = coarse;
    this.work = work;
    count = coarse.count();
    if (lists.length < count) {
      lists = new int[count];
      listScores = new float[count];
      next = new int[count];
      nextScores = new float[count];
    }
  }

  /// Begins before the first list.
  ///
  /// @param sizes rows of every list, which stay as they are until the search ends. Those that have
  ///   none are never read
  /// @param filled lists that have some
  /// @param wanted candidates there should be, if there are as many rows: more lists than asked for
  ///   are read while there are fewer
  void begin(int[] sizes, int filled, Reach.Until reach, int wanted) {
    this.reach = reach;
    this.wanted = wanted;
    left.begin(sizes, count, filled);
    massLeft = reach.mass();
    if (massLeft < 1) {
      nucleus.set(scores.all(work), sizes, count);
    }
    limit = Math.min(reach.nprobe(), count);
    ranked = 0;
    rank(first());
    idle = 0;
    at = -1;
  }

  /// Lists to put in order at first: all of a search that reads them all, otherwise those that it
  /// is likely to read.
  private int first() {
    boolean mayEndEarly = massLeft < 1 || reach.patience() <= limit;
    if (!mayEndEarly) {
      return limit;
    }
    // Who may read any number of lists has said nothing of how many are likely.
    int likely = limit < count ? limit / Tuning.MOST : 0;
    return Math.min(limit, Math.max(RANKED_FIRST, likely));
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
    boolean areAll = ranked < bound || bound == count;
    if (areAll || (isFull && bound >= limit)) {
      return false;
    }
    int more = (int) Math.min(count, 4L * bound);
    if (bound >= limit) {
      limit = more;
    }
    return rank(Math.min(more, limit));
  }

  /// Takes note that the rows of the list were offered.
  void done(TopK candidates) {
    boolean hasChanged = candidates.size() < candidates.k() || candidates.floor() > floor;
    idle = hasChanged ? 0 : idle + 1;
    if (reach.mass() < 1) {
      massLeft -= nucleus.share(score());
    }
  }

  /// Coordinates of a centroid that are compared, without those that pad it.
  int width() {
    int dimension = Objects.requireNonNull(coarse, "no query").centroids().space().dimension();
    return (int) Math.min(dimension, scores.scorer.multiplyAdds());
  }

  /// Lists that are in order so far.
  int ranked() {
    return ranked;
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

  /// Puts as many lists in order, those after the ones that are already. Those stay where they are,
  /// also if a walk finds nearer ones later: a search would read a list twice otherwise.
  ///
  /// @return whether there are more than before
  private boolean rank(int most) {
    bound = most;
    best.reset(most - ranked);
    Objects.requireNonNull(coarse, "no query").nearest(scores, left, best, work);
    int found = best.drainTo(next, nextScores);
    System.arraycopy(next, 0, lists, ranked, found);
    System.arraycopy(nextScores, 0, listScores, ranked, found);
    for (int i = 0; i < found; i++) {
      left.take(next[i]);
    }
    ranked += found;
    return found > 0;
  }
}
