package dev.kith.index.hnsw;

import dev.kith.index.OrdinalFilter;
import dev.kith.index.SearchWork;
import dev.kith.index.VisitedSet;
import dev.kith.index.codec.Scorer;
import java.lang.foreign.MemorySegment;

/// Walks a graph towards a query: greedily on upper levels, with a beam where it counts.
///
/// Algorithms 2 and 5 of Malkov & Yashunin, *Efficient and robust approximate nearest neighbor
/// search using Hierarchical Navigable Small World graphs* (2018). All unvisited neighbours of a
/// node are scored in one call: their rows are independent loads, which the processor overlaps.
final class BeamSearch {

  /// Nodes expanded between two polls of whether to stop, minus one; a power of two, minus one.
  private static final int POLL_MASK = 63;

  /// Share for [Radius]. (A search of WordNet-MiniLM for a recall@10 of .99 expands 56 nodes with
  /// it, 75 without a limit. A smaller one saves little more, and stretches the tail: with .6 the
  /// 99th percentile expands four times as many as the median.)
  static final double RADIUS = 0.8;

  /// Neighbours scored at a time on the way down: a full step of a kernel.
  private static final int STRIDE = 8;

  static final OrdinalFilter EVERY_NODE = ordinal -> true;

  private BeamSearch() {}

  /// Leaves the best accepted nodes of the lowest level in `scratch.kept`; fewer, if told to stop.
  ///
  /// @param ef accepted nodes to keep; expands as far as `scratch.radius` says, set for this walk
  static void walk(
      Graph graph,
      Scorer scorer,
      int ef,
      OrdinalFilter accepted,
      HnswScratch scratch,
      SearchWork work) {
    Graph.Entry entry = graph.entry();
    if (entry.isNone()) {
      scratch.kept.clear();
      return;
    }
    GraphLinks links = graph.links();
    scorer.count(1, work);
    long start = Scored.pack(entry.node(), scorer.score(entry.node()));
    long nearest = descend(links, scorer, start, new Levels(entry.level(), 0), scratch, work);
    beam(links, scorer, nearest, new Beam(0, ef, accepted, true), scratch, work);
  }

  /// Descends from level `from` to just above level `to` and returns the best node met.
  ///
  /// On each level it leaves a node as soon as it met a better one, without a look at the node's
  /// other neighbours: on the way most of them are no nearer, and those of the last node are all
  /// seen. (On WordNet-MiniLM 79 distances, and 70 by fours, which take longer: whole searches for
  /// a recall@10 of .90 by 6 %.)
  ///
  /// @param start a scored node that lives on level `from`
  static long descend(
      GraphLinks links,
      Scorer scorer,
      long start,
      Levels levels,
      HnswScratch scratch,
      SearchWork work) {
    long best = start;
    for (int level = levels.from(); level > levels.to(); level--) {
      long before;
      do {
        before = best;
        int count = links.neighbours(level, Scored.ordinal(best), scratch.batch);
        for (int from = 0; from < count && best == before; from += STRIDE) {
          int few = Math.min(STRIDE, count - from);
          System.arraycopy(scratch.batch, from, scratch.batch, 0, few);
          score(scorer, few, scratch, work);
          for (int i = 0; i < few; i++) {
            best = Math.max(best, Scored.pack(scratch.batch[i], scratch.batchScores[i]));
          }
        }
      } while (best != before);
    }
    return best;
  }

  /// From which level, inclusive, down to which, exclusive.
  record Levels(int from, int to) {}

  /// How a level is searched.
  ///
  /// @param ef accepted nodes to keep
  /// @param accepted nodes that may be kept; the others are walked through
  /// @param counted of those, the nodes by which the radius is set
  /// @param twins whether to follow twin links
  record Beam(int level, int ef, OrdinalFilter accepted, OrdinalFilter counted, boolean twins) {

    /// All that are accepted count.
    Beam(int level, int ef, OrdinalFilter accepted, boolean twins) {
      this(level, ef, accepted, EVERY_NODE, twins);
    }
  }

  /// Leaves the best accepted nodes of a level in `scratch.kept`; fewer, if told to stop. Expands
  /// as far as `scratch.radius` says, set for this walk.
  ///
  /// @param start a scored node that lives on the level
  static void beam(
      GraphLinks links,
      Scorer scorer,
      long start,
      Beam beam,
      HnswScratch scratch,
      SearchWork work) {
    LongHeap open = scratch.open;
    LongHeap kept = scratch.kept;
    Radius radius = scratch.radius;
    OrdinalFilter accepted = beam.accepted();
    int ef = beam.ef();
    open.clear();
    kept.clear();
    scratch.visited.reset(links.capacity());
    open.push(~start);
    scratch.visited.add(Scored.ordinal(start));
    if (accepted.accepts(Scored.ordinal(start))) {
      kept.push(start);
      if (beam.counted().accepts(Scored.ordinal(start))) {
        radius.offer(start);
      }
    }
    long floor = kept.size() < ef ? Long.MIN_VALUE : kept.top();
    int expanded = 0;
    while (!open.isEmpty()) {
      long nearest = ~open.pop();
      if (nearest < floor || Scored.score(nearest) < radius.limit()) {
        break; // Whatever is left to expand is worse than all of a full beam, or beyond the radius.
      }
      if ((++expanded & POLL_MASK) == 0 && scratch.stop.getAsBoolean()) {
        break;
      }
      int count = unvisited(links, beam, Scored.ordinal(nearest), scratch);
      work.nodesVisited++;
      score(scorer, count, scratch, work);
      for (int i = 0; i < count; i++) {
        long entry = Scored.pack(scratch.batch[i], scratch.batchScores[i]);
        if (entry > floor) {
          if (scratch.batchScores[i] >= radius.limit()) {
            open.push(~entry);
          }
          if (accepted.accepts(scratch.batch[i])) {
            if (kept.size() < ef) {
              kept.push(entry);
            } else {
              kept.replaceTop(entry);
            }
            floor = kept.size() < ef ? Long.MIN_VALUE : kept.top();
            if (beam.counted().accepts(scratch.batch[i])) {
              radius.offer(entry);
            }
          }
        }
      }
    }
  }

  /// Gathers the neighbours of a node that were not seen before, marks them, returns how many.
  private static int unvisited(GraphLinks links, Beam beam, int node, HnswScratch scratch) {
    MemorySegment lists = links.lists(beam.level());
    long list = links.list(beam.level(), node);
    int places = links.slots(beam.level());
    VisitedSet visited = scratch.visited;
    int[] batch = scratch.batch;
    int count = 0;
    int place = 0;
    if (!beam.twins() && GraphLinks.read(lists, list, 0) < 0) {
      place = 1;
    }
    for (; place < places; place++) {
      int link = GraphLinks.read(lists, list, place);
      if (link == 0) {
        break;
      }
      int neighbour = GraphLinks.target(link);
      batch[count] = neighbour;
      count += visited.add(neighbour);
    }
    return count;
  }

  private static void score(Scorer scorer, int count, HnswScratch scratch, SearchWork work) {
    if (count > 0) {
      scorer.score(scratch.batch, count, scratch.batchScores);
      scorer.count(count, work);
    }
  }
}
