package dev.kith.index.hnsw;

import dev.kith.index.OrdinalFilter;
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
   * A sorted array, not two heaps: a beam is short, so making room for entries moves a few cache
   * lines, and what comes next is simply the next entry.
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
  private long[] entries = new long[256];
  private int size;
  private int next;
  private float limit = Float.NEGATIVE_INFINITY;

  /// Empties the beam.
  ///
  /// @param capacity nodes in the graph
  /// @param ef entries of accepted nodes to keep; others are kept as long as they are better than
  ///   the worst of those
  /// @param least accepted nodes to keep, however many entries that takes
  void reset(int capacity, int ef, int least, OrdinalFilter accepted) {
    known.reset(capacity);
    size = 0;
    limit = Float.NEGATIVE_INFINITY;
    widen(ef, least, accepted);
  }

  /// Keeps what is there and goes on with other limits and another filter, from the best entry on.
  ///
  /// @param ef as for [#reset], not less than the entries there are
  void widen(int ef, int least, OrdinalFilter accepted) {
    this.ef = ef;
    this.least = least;
    this.accepted = accepted;
    next = 0;
    acceptedEntries = 0;
    acceptedNodes = 0;
    for (int i = 0; i < size; i++) {
      count(entries[i], 1);
    }
  }

  boolean hasNext() {
    return next < size;
  }

  /// Takes the best node that was not taken yet.
  int next() {
    return node(entries[next++]);
  }

  /// Score that an entry must exceed to be kept.
  float floor() {
    return isFull() ? Math.max(limit, Scored.score(entries[size - 1])) : limit;
  }

  /// Drops what was not taken yet and scores less than `score`, now and from now on.
  ///
  /// @param score not less than the last one
  void narrow(float score) {
    if (score > limit) {
      limit = score;
      while (size > next && Scored.score(entries[size - 1]) < score) {
        count(entries[--size], -1);
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
    if (size + count > entries.length) {
      entries = Arrays.copyOf(entries, 2 * (size + count));
    }
    int end = size;
    for (int i = 0; i < count; i++) {
      int at = place(found[i], end);
      int room = count - i;
      System.arraycopy(entries, at, entries, at + room, end - at);
      entries[at + room - 1] = found[i];
      end = at;
    }
    size += count;
    next = Math.min(next, end);
    drop();
  }

  private void drop() {
    while (isFull()) {
      long last = entries[size - 1];
      count(last, -1);
      if (!isFull()) {
        count(last, 1);
        return;
      }
      size--;
    }
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

  /// Where an entry belongs among the first `end`.
  private int place(long entry, int end) {
    int from = 0;
    int to = end;
    while (from < to) {
      int middle = (from + to) >>> 1;
      if (entries[middle] > entry) {
        from = middle + 1;
      } else {
        to = middle;
      }
    }
    return from;
  }
}
