package dev.kith.index.hnsw;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.VisitedSet;
import java.util.Arrays;

/// The most promising nodes a search knows by estimate, best first, and which of them comes next.
/// Owned by one worker, emptied and reused.
///
/// A node may be in it more than once: every neighbour that is visited gives another estimate of
/// it, and one of several is rarely bad where the first may be. (On WordNet-MiniLM a search for a
/// recall@10 of .99 visits 64 nodes so, 82 if the first estimate stands.) Each entry takes a place,
/// which narrows the beam where neighbours agree; but there are always as many different nodes as
/// hits are wanted.
final class EstimateBeam {

  /*
   * What comes next, and what goes first, are the ends of a sorted array, not tops of heaps: a beam
   * is short, so making room for entries moves a few cache lines. What was taken leaves the array:
   * of its entries only the worst matters, and they would be in the way of what comes next.
   *
   * A Scored entry ends in the complement of an ordinal, which is below 2^29: its upper bits are
   * set. One of them is cleared in every entry of a node but its first. So there are never fewer
   * nodes here than first entries.
   */

  private static final long FIRST = 1L << 30;

  private final VisitedSet known = new VisitedSet();
  private OrdinalFilter accepted = BeamSearch.EVERY_NODE;
  private int ef = 1;
  private int least = 1;
  private int acceptedEntries;
  private int acceptedNodes;

  /// Entries not taken, from `worst` to `end`, the best last.
  private long[] open = new long[256];

  private int worst;
  private int end;

  /// Entries taken, the worst on top.
  private final LongHeap taken = new LongHeap();

  private float limit = Float.NEGATIVE_INFINITY;

  /// Empties the beam.
  ///
  /// @param capacity nodes in the graph
  /// @param ef entries of accepted nodes to keep; others are kept as long as they are better than
  ///   the worst of those
  /// @param least accepted nodes to keep, however many entries that takes
  void reset(int capacity, int ef, int least, OrdinalFilter accepted) {
    known.reset(capacity);
    worst = 0;
    end = 0;
    taken.clear();
    limit = Float.NEGATIVE_INFINITY;
    widen(ef, least, accepted);
  }

  /// Keeps what is there and goes on with other limits and another filter. Before the first entry
  /// is taken.
  ///
  /// @param ef as for [#reset], not less than the entries there are
  void widen(int ef, int least, OrdinalFilter accepted) {
    assert taken.isEmpty();
    this.ef = ef;
    this.least = least;
    this.accepted = accepted;
    acceptedEntries = 0;
    acceptedNodes = 0;
    for (int i = worst; i < end; i++) {
      count(open[i], 1);
    }
  }

  boolean hasNext() {
    return worst < end;
  }

  /// Takes the best entry that was not taken yet and returns its node, which may have been returned
  /// before.
  int next() {
    long entry = open[--end];
    taken.push(entry);
    return node(entry);
  }

  /// Score that an entry must exceed to be kept.
  float floor() {
    return isFull() ? Math.max(limit, Scored.score(worst())) : limit;
  }

  /// Drops what was not taken yet and scores less than `score`, now and from now on.
  ///
  /// @param score not less than the last one
  void narrow(float score) {
    if (score > limit) {
      limit = score;
      while (worst < end && Scored.score(open[worst]) < score) {
        count(open[worst++], -1);
      }
    }
  }

  /// Adds estimates of different nodes and drops what is too much.
  ///
  /// Together, because making room moves entries, and moves them once so.
  ///
  /// @param found [Scored] entries, each above [#floor()]; overwritten
  void add(long[] found, int count) {
    for (int i = 0; i < count; i++) {
      if (known.add(Scored.ordinal(found[i])) == 0) {
        found[i] &= ~FIRST;
      }
      count(found[i], 1);
    }
    Arrays.sort(found, 0, count);
    makeRoom(count);
    int to = end;
    for (int i = count - 1; i >= 0; i--) {
      int at = place(found[i], to);
      System.arraycopy(open, at, open, at + i + 1, to - at);
      open[at + i] = found[i];
      to = at;
    }
    end += count;
    drop();
  }

  private void makeRoom(int count) {
    if (end + count > open.length) {
      int size = end - worst;
      long[] target = 2 * (size + count) > open.length ? new long[4 * (size + count)] : open;
      System.arraycopy(open, worst, target, 0, size);
      open = target;
      worst = 0;
      end = size;
    }
  }

  private void drop() {
    while (isFull()) {
      long last = worst();
      count(last, -1);
      if (!isFull()) {
        count(last, 1);
        return;
      }
      if (worst < end && open[worst] == last) {
        worst++;
      } else {
        taken.pop();
      }
    }
  }

  /// The worst entry of all; there must be one.
  private long worst() {
    if (taken.isEmpty()) {
      return open[worst];
    }
    return worst < end ? Math.min(open[worst], taken.top()) : taken.top();
  }

  private boolean isFull() {
    return acceptedEntries >= ef && acceptedNodes >= least;
  }

  private void count(long entry, int step) {
    if (accepted.accepts(node(entry))) {
      acceptedEntries += step;
      acceptedNodes += (entry & FIRST) != 0 ? step : 0;
    }
  }

  private static int node(long entry) {
    return Scored.ordinal(entry | FIRST);
  }

  /// Where an entry belongs among those from `worst` to `to`.
  private int place(long entry, int to) {
    int at = worst;
    int size = to - at;
    while (size > 0) {
      // Which half is a coin toss; without a jump there is no wrong guess.
      int half = (size + 1) >>> 1;
      at = open[at + half - 1] < entry ? at + half : at;
      size -= half;
    }
    return at;
  }
}
