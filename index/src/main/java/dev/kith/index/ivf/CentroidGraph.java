package dev.kith.index.ivf;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.hnsw.GraphCompactor;
import dev.kith.index.hnsw.HnswGraph;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import dev.kith.index.hnsw.SealedGraph;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.stream.IntStream;

/// Centroids with a graph over them, which a search walks as long as it wants few of the lists.
///
/// A walk misses about one list in a hundred of those it should find. Searches that want many lists
/// score all centroids: no list that has rows is kept from a search that goes on.
///
/// After Baranchuk, Babenko and Malkov, *Revisiting the Inverted Indices for Billion-Scale
/// Approximate Nearest Neighbors* (2018), whose files have a million lists.
public final class CentroidGraph extends CoarseQuantizer {

  /// Lists from which on files have a graph. (Of 8,192 centroids a walk finds 128 lists in three
  /// quarters of the time that scoring all takes for vectors of 100 dimensions, in half of it for
  /// 384; of 4,096 in more.)
  public static final int LEAST_LISTS = 8_192;

  /// A walk pays if there are so many lists for each that is wanted. (For one of 16 it takes .8 to
  /// 1.4 times as long as scoring all, for one of 32 .45 to .77.)
  private static final int WALK_SHARE = 32;

  /// Nodes that a walk keeps beside the lists that it is to find: of 8,192 to 65,536 centroids it
  /// finds .984 to .998 of the first 32 to 2,048 then.
  private static final int SPARE = 128;

  /// Centroids linked between two reports.
  private static final int STEP = 64;

  private final SealedGraph graph;

  /// @param centroids one a list, at least one
  /// @param graph over all of them
  /// @throws IllegalArgumentException if it has more or fewer nodes
  public CentroidGraph(VectorRows centroids, SealedGraph graph) {
    super(centroids);
    if (graph.size() != centroids.capacity()) {
      throw new IllegalArgumentException(
          "a graph over %d centroids needs as many nodes, got %d"
              .formatted(centroids.capacity(), graph.size()));
    }
    this.graph = graph;
  }

  /// Builds a graph, on the calling thread alone, so that it is the same every time.
  ///
  /// @param centroids one a list, at least one
  /// @param seed of the draw of levels
  /// @param arena frees the graph when it closes
  public static CentroidGraph build(
      VectorRows centroids, long seed, Partition.Progress progress, Arena arena) {
    int count = centroids.capacity();
    HnswParams params =
        new HnswParams(HnswParams.DEFAULT_M, HnswParams.DEFAULT_EF_CONSTRUCTION, seed);
    HnswGraph growing = new HnswGraph(params, centroids, new Tombstones(count), arena);
    HnswScratch scratch = new HnswScratch();
    for (int list = 0; list < count; list++) {
      growing.link(list, scratch);
      if (list % STEP == 0) {
        progress.done((double) list / count);
      }
    }
    int[] same = IntStream.range(0, count).toArray();
    GraphCompactor compactor = new GraphCompactor(growing, centroids, same, _ -> {});
    return new CentroidGraph(centroids, compactor.seal(arena));
  }

  /// The graph, borrowed.
  public SealedGraph graph() {
    return graph;
  }

  @Override
  public long bytes() {
    return centroids().bytes(count())
        + graph.level0().byteSize()
        + graph.pointers().byteSize()
        + graph.upper().byteSize();
  }

  @Override
  public CentroidGraph copy(Arena arena) {
    SealedGraph copy =
        SealedGraph.over(
                graph.m(),
                graph.entry(),
                graph.size(),
                copy(graph.level0(), arena),
                copy(graph.pointers(), arena),
                copy(graph.upper(), arena))
            .measured(graph.dimension());
    return new CentroidGraph(copiedCentroids(arena), copy);
  }

  private static MemorySegment copy(MemorySegment links, Arena arena) {
    return arena.allocate(links.byteSize(), VectorRows.ALIGNMENT).copyFrom(links);
  }

  @Override
  public List<String> verify() {
    return graph.verify();
  }

  @Override
  void nearest(CentroidScores scores, ListsLeft left, TopK best, SearchWork work) {
    int wanted = best.k();
    if (!scores.areKnown() && isWorthWalking(left, wanted)) {
      walk(scores, left, best, work);
      if (best.size() == wanted) {
        return;
      }
      best.reset(wanted); // Not all can be reached from where the walk came down.
    }
    FlatCentroids.rank(scores.all(work), count(), left, best);
  }

  /// A walk passes by the lists that were taken before, and by those without rows, which must not
  /// be most of them.
  private boolean isWorthWalking(ListsLeft left, int wanted) {
    return WALK_SHARE * ((long) left.taken() + wanted) <= count() && 2L * left.filled() >= count();
  }

  private void walk(CentroidScores scores, ListsLeft left, TopK best, SearchWork work) {
    SearchWork walked = scores.walked;
    walked.reset();
    graph.search(
        scores.scorer,
        centroids().space().metric(),
        best.k() + SPARE,
        left,
        best,
        scores.walk,
        walked);
    // Not the nodes: of lists, those are counted that are read.
    work.distanceComputations += walked.distanceComputations;
    work.bytesScanned += walked.bytesScanned;
    work.multiplyAdds += walked.multiplyAdds;
  }
}
