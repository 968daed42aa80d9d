package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.index.SearchWork;
import dev.kith.index.TopK;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.store.Tombstones;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntPredicate;

/// Rows, tombstones and a graph over them, for tests.
final class GraphFixture implements AutoCloseable {
  final Arena arena = Arena.ofShared();
  final VectorRows rows;
  final Tombstones dead;
  final HnswGraph graph;
  final HnswScratch scratch = new HnswScratch();
  final int count;

  GraphFixture(VectorSpace space, float[][] vectors, HnswParams params) {
    this.count = vectors.length;
    this.rows = VectorRows.reserve(space, count, arena);
    this.dead = new Tombstones(count);
    this.graph = new HnswGraph(params, rows, dead, arena);
    for (int i = 0; i < count; i++) {
      rows.set(i, vectors[i]);
    }
  }

  GraphFixture linkAll() {
    for (int i = 0; i < count; i++) {
      graph.link(i, scratch);
    }
    return this;
  }

  /// Ordinals of the best `k` live nodes that a beam finds from a stored row, best first.
  int[] search(int query, int k, int ef, HnswScratch scratch) {
    return search(graph, query, k, ef, scratch, new SearchWork());
  }

  /// The same, of another graph of the rows.
  int[] search(Graph of, int query, int k, int ef, HnswScratch scratch, SearchWork work) {
    TopK best = new TopK(k);
    F32Scorer scorer = new F32Scorer().bind(rows, query);
    of.search(scorer, rows.space().metric(), ef, dead.alive(), best, scratch, work);
    int[] ordinals = new int[best.size()];
    best.drainTo(ordinals, new float[best.size()]);
    return ordinals;
  }

  /// The true ones.
  int[] nearest(int query, int k, IntPredicate alive) {
    TopK best = new TopK(k);
    F32Scorer scorer = new F32Scorer().bind(rows, query);
    for (int i = 0; i < count; i++) {
      if (alive.test(i)) {
        best.offer(i, scorer.score(i));
      }
    }
    int[] ordinals = new int[best.size()];
    best.drainTo(ordinals, new float[best.size()]);
    return ordinals;
  }

  /// Share of the true ten nearest found, over every `step`th row as the query.
  double recall(int ef, int step) {
    int found = 0;
    int wanted = 0;
    for (int query = 0; query < count; query += step) {
      int[] hits = search(query, 10, ef, scratch);
      for (int truth : nearest(query, 10, i -> !dead.isDead(i))) {
        found += Arrays.stream(hits).anyMatch(hit -> hit == truth) ? 1 : 0;
        wanted++;
      }
    }
    return found / (double) wanted;
  }

  void assertClean() {
    assertEquals(List.of(), graph.verify(count));
  }

  @Override
  public void close() {
    arena.close();
  }
}
