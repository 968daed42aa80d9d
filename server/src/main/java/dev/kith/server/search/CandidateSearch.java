package dev.kith.server.search;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scores;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.SearchSnapshot;
import java.util.List;
import java.util.function.BooleanSupplier;

/// Finds the candidates of one query after another over one snapshot, as a search with a model of
/// relevance would, and fetches nothing of them. Not thread-safe.
public final class CandidateSearch implements AutoCloseable {
  private final SearchPlan plan;
  private final Metric metric;
  private final SearchSnapshot snapshot;
  private final List<SegmentReader> segments;
  private final QueryBuffer buffer;
  private final PlanRunner runner = new PlanRunner();

  /// Begins.
  ///
  /// @param candidates to find, at least 1
  /// @throws dev.kith.server.refusal.RefusedException if the collection was deleted
  public CandidateSearch(Collection collection, int candidates) {
    CollectionSpec spec = collection.info().spec();
    VectorSpace space = spec.space();
    this.plan = Planner.plan(spec, SearchOptions.usual(candidates), space.dimension(), 0);
    this.metric = space.metric();
    this.snapshot = collection.acquire();
    this.segments = snapshot.segments();
    this.buffer = new QueryBuffer(space);
  }

  /// What was found.
  ///
  /// @param query as it is compared: of length one under COSINE
  /// @param rows labels of the candidates, the nearest first
  /// @param scores of them, as a caller sees them
  @SuppressWarnings("ArrayRecordComponent") // Handed over, compared by nobody.
  public record Candidates(float[] query, long[] rows, float[] scores) {}

  /// Finds the candidates of a query.
  ///
  /// @param query of the collection's dimension, finite and under COSINE not zero
  /// @param stop polled between blocks of work
  /// @throws AbandonedException once it says so
  public Candidates find(float[] query, BooleanSupplier stop) {
    buffer.set(query);
    if (!runner.run(plan, buffer, segments, stop)) {
      throw new AbandonedException();
    }
    long[] rows = new long[runner.size()];
    float[] scores = new float[rows.length];
    for (int rank = 0; rank < rows.length; rank++) {
      rows[rank] = segments.get(runner.segment(rank)).label(runner.ordinal(rank));
      scores[rank] = Scores.external(metric, runner.score(rank));
    }
    return new Candidates(RelevanceJudge.coordinates(buffer), rows, scores);
  }

  /// What is searched.
  public SearchSnapshot snapshot() {
    return snapshot;
  }

  @Override
  public void close() {
    buffer.close();
    snapshot.close();
  }
}
