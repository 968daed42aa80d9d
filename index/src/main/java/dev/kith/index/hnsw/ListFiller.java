package dev.kith.index.hnsw;

import dev.kith.index.Metric;
import dev.kith.index.VisitedSet;
import dev.kith.index.kernel.GridKernel;
import dev.kith.index.kernel.GridRow;

/// Fills up lists of links with near nodes. Owned by one worker.
///
/// First come nodes that link here without being linked to: the heuristic that chose the links left
/// them out for another neighbour, and there is room now. Then come neighbours of the neighbours to
/// which few lists lead, because those are the ones that searches miss; then the others. Of each
/// kind the nearest come first. (Recall@10 on GloVe-100 with beams of 80, 160, 640 and 1,000:
/// .8770, .9313, .9843, .9910; if only nearness counts, .8736, .9284, .9819, .9894, for 2 % fewer
/// nodes.)
///
/// Of hundreds of neighbours' neighbours, at random places of memory, the first are compared: links
/// stand roughly in the order in which they were chosen, the nearest first, so the first
/// neighbours' neighbours are nearer than the others. (On GloVe-100 and WordNet-MiniLM lists of 32
/// have 8 and 10 places to fill, and 550 and 460 to choose from. Filled from 128 they take a third
/// of the time; a search of GloVe-100 finds .001 less with the same beam then, one of
/// WordNet-MiniLM as much.)
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
  private final BackLinks backLinks;
  private final boolean byProduct;
  private final GridRow row;
  private final VisitedSet seen = new VisitedSet();

  /// A node to which fewer lists lead is rarely linked: half of the places of a list.
  private final int few;

  /// The nearest candidates of each kind, the farthest on top.
  private final LongHeap linkingHere = new LongHeap();

  private final LongHeap rarelyLinked = new LongHeap();
  private final LongHeap others = new LongHeap();

  ListFiller(FastGraphSource source) {
    this.source = source;
    this.graph = source.graph;
    this.backLinks = source.backLinks;
    this.byProduct = source.space.metric() == Metric.DOT;
    this.row = new GridRow(source.code.dimension());
    this.few = source.layout.slots() / 2;
  }

  /// Adds links, marked as filling.
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
    seen.reset(graph.size());
    seen.add(node);
    for (int place = 0; place < count; place++) {
      seen.add(GraphLinks.target(links[place]));
    }
    offerSources(node, centre, room);
    offerNeighboursOfNeighbours(centre, links, count, room);
    int filled = count;
    filled = take(linkingHere, links, filled);
    filled = take(rarelyLinked, links, filled);
    return take(others, links, filled);
  }

  private void offerSources(int node, float[] centre, int room) {
    for (int i = 0; i < backLinks.count(node); i++) {
      int candidate = backLinks.source(node, i);
      if (seen.add(candidate) == 1) {
        offer(candidate, centre, room, linkingHere);
      }
    }
  }

  /// Never along twin links: no other link may lead to a twin.
  private void offerNeighboursOfNeighbours(float[] centre, int[] links, int count, int room) {
    GraphLinks from = graph.links();
    int candidates = 0;
    for (int place = 0; place < count; place++) {
      if (links[place] < 0) {
        continue;
      }
      long list = from.list(0, GraphLinks.target(links[place]));
      for (int next = 0; next < from.slots(0); next++) {
        int link = GraphLinks.read(from.level0(), list, next);
        if (link == 0) {
          break;
        }
        int candidate = GraphLinks.target(link);
        if (link > 0 && seen.add(candidate) == 1) {
          boolean rare = backLinks.count(candidate) < few;
          offer(candidate, centre, room, rare ? rarelyLinked : others);
          candidates++;
        }
      }
      if (candidates >= CANDIDATES_PER_PLACE * links.length) {
        return;
      }
    }
  }

  private void offer(int candidate, float[] centre, int room, LongHeap nearest) {
    KERNEL.subtract(centre, source.rotated, source.rotatedAt(candidate), row);
    double score = byProduct ? row.withCentre : -row.squaredNorm;
    long entry = Scored.pack(candidate, (float) score);
    if (nearest.size() < room) {
      nearest.push(entry);
    } else if (entry > nearest.top()) {
      nearest.replaceTop(entry);
    }
  }

  /// Moves the nearest of one kind to what is free of a list, and returns how much of it is taken.
  private static int take(LongHeap nearest, int[] links, int count) {
    while (nearest.size() > links.length - count) {
      nearest.pop();
    }
    int filled = count + nearest.size();
    for (int place = filled - 1; place >= count; place--) {
      links[place] = GraphLinks.link(Scored.ordinal(nearest.pop())) | GraphLinks.FILLING;
    }
    return filled;
  }
}
