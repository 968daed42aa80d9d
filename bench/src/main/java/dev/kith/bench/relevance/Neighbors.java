package dev.kith.bench.relevance;

import dev.kith.bench.dataset.ExactNeighbors;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.client.file.IntMatrix;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scores;
import dev.kith.index.kernel.Points;
import dev.kith.index.store.Resource;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntConsumer;

/// Base rows as indexes compare them, and the nearest of them by comparing all.
final class Neighbors implements Resource {
  private final VectorSpace space;
  private final FloatMatrix base;
  private final int candidates;
  private final int threads;
  private final Arena arena = Arena.ofShared();
  private final VectorRows rows;

  /// @param base borrowed until this closes
  /// @param candidates of each query
  /// @param threads that search
  Neighbors(VectorSpace space, FloatMatrix base, int candidates, int threads) {
    this.space = space;
    this.base = base;
    this.candidates = candidates;
    this.threads = threads;
    this.rows = VectorRows.reserve(space, base.rows(), arena);
    for (int row = 0; row < base.rows(); row++) {
      rows.set(row, base.data(), base.offset(row));
    }
  }

  /// The nearest rows of one query.
  ///
  /// @param query its coordinates as indexes compare them
  /// @param rows best first
  /// @param scores as callers see them
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  record Found(float[] query, int[] rows, float[] scores) {

    /// Candidates of which none is relevant.
    Candidates ungraded() {
      return new Candidates(query, rows, scores, new float[rows.length], 0);
    }
  }

  /// Finds the nearest rows of all queries.
  ///
  /// @param progress told how many more queries are done, from several threads
  List<Found> find(FloatMatrix queries, IntConsumer progress) throws InterruptedException {
    IntMatrix nearest = ExactNeighbors.find(space, base, queries, candidates, threads, progress);
    F32Scorer scorer = new F32Scorer();
    List<Found> found = new ArrayList<>();
    try (QueryBuffer buffer = new QueryBuffer(space)) {
      for (int query = 0; query < queries.rows(); query++) {
        buffer.set(queries.data(), queries.offset(query));
        int[] ofQuery = new int[nearest.columns()];
        for (int rank = 0; rank < ofQuery.length; rank++) {
          ofQuery[rank] = nearest.get(query, rank);
        }
        float[] scores = new float[ofQuery.length];
        scorer.bind(rows, buffer).score(ofQuery, ofQuery.length, scores);
        for (int rank = 0; rank < scores.length; rank++) {
          scores[rank] = Scores.external(space.metric(), scores[rank]);
        }
        found.add(new Found(coordinates(buffer), ofQuery, scores));
      }
    }
    return found;
  }

  /// A query as indexes compare it.
  static float[] coordinates(QueryBuffer buffer) {
    float[] query = new float[buffer.space().dimension()];
    MemorySegment.copy(buffer.segment(), Points.FLOAT, 0, query, 0, query.length);
    return query;
  }

  /// The base rows, borrowed until this closes.
  Points points() {
    return new Points(rows.segment(), 0, rows.stride(), space.dimension());
  }

  @Override
  public void close() {
    arena.close();
  }
}
