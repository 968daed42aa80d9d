package dev.kith.index.hnsw;

import dev.kith.index.Metric;
import dev.kith.index.kernel.GridKernel;
import dev.kith.index.kernel.GridRow;

/// Fills lists of links up with near neighbours of the neighbours. Owned by one worker.
///
/// Of hundreds of those, at random places of memory, the first are compared: links stand roughly in
/// the order in which they were chosen, the nearest first, so the first neighbours' neighbours are
/// nearer than the others. (On GloVe-100 and WordNet-MiniLM lists of 32 have 8 and 10 places to
/// fill, and 550 and 460 to choose from. Filled from 128 they take a third of the time; a search of
/// GloVe-100 finds .001 less with the same beam then, one of WordNet-MiniLM as much.)
///
/// Of the same graph the same links are chosen on any thread: sums are those of [GridKernel], which
/// do not depend on how far the code is compiled.
final class ListFiller {

  /// Candidates compared for every place of a list, full or free; a few more, to the end of the
  /// last neighbour's list.
  private static final int CANDIDATES_PER_PLACE = 4;

  // Static, so that the optimiser knows which one it is.
  private static final GridKernel KERNEL = GridKernel.best();

  private final FastGraphSource source;
  private final SealedGraph graph;
  private final boolean byProduct;
  private final VisitedSet seen = new VisitedSet();
  private final LongHeap nearest = new LongHeap();
  private final int[] found;
  private final GridRow row;

  ListFiller(FastGraphSource source) {
    this.source = source;
    this.graph = source.graph;
    this.byProduct = source.space.metric() == Metric.DOT;
    int enough = CANDIDATES_PER_PLACE * source.layout.slots();
    this.found = new int[enough + graph.links().slots(0)];
    this.row = new GridRow(source.code.dimension());
  }

  /// Adds links, marked as filling, the nearest first.
  ///
  /// @param centre rotated row of the node
  /// @param links of the node; as many as there shall be at most
  /// @param count of them that are there
  /// @return how many are there now
  int fill(int node, float[] centre, int[] links, int count) {
    int room = links.length - count;
    if (room == 0) {
      return count;
    }
    int candidates = gather(node, links, count);
    nearest.clear();
    for (int i = 0; i < candidates; i++) {
      KERNEL.subtract(centre, source.rotated, source.rotatedAt(found[i]), row);
      double score = byProduct ? row.withCentre : -row.squaredNorm;
      long entry = Scored.pack(found[i], (float) score);
      if (nearest.size() < room) {
        nearest.push(entry);
      } else if (entry > nearest.top()) {
        nearest.replaceTop(entry);
      }
    }
    int filled = count + nearest.size();
    for (int place = filled - 1; place >= count; place--) {
      links[place] = GraphLinks.link(Scored.ordinal(nearest.pop())) | GraphLinks.FILLING;
    }
    return filled;
  }

  /// Finds neighbours of the neighbours of a node that it does not link to. Never along twin links:
  /// no other link may lead to a twin.
  private int gather(int node, int[] links, int count) {
    GraphLinks from = graph.links();
    seen.reset(graph.size());
    seen.add(node);
    for (int place = 0; place < count; place++) {
      seen.add(GraphLinks.target(links[place]));
    }
    int enough = CANDIDATES_PER_PLACE * links.length;
    int candidates = 0;
    for (int place = 0; place < count && candidates < enough; place++) {
      if (links[place] < 0) {
        continue;
      }
      long list = from.list(0, GraphLinks.target(links[place]));
      for (int next = 0; next < from.slots(0); next++) {
        int link = GraphLinks.read(from.level0(), list, next);
        if (link == 0) {
          break;
        }
        if (link > 0 && seen.add(GraphLinks.target(link)) == 1) {
          found[candidates++] = GraphLinks.target(link);
        }
      }
    }
    return candidates;
  }
}
