package dev.kith.server.search;

import dev.kith.index.VectorSpace;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.SearchPlan;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.refusal.Refusal;
import dev.kith.server.refusal.RefusedException;
import java.lang.foreign.MemorySegment;
import java.util.List;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Answers queries: plan, probe, merge, the stages on the list, resolve. Thread-safe; scratch space
/// is the worker's.
///
/// One run is enough, whatever is written meanwhile: a [SearchSnapshot] shows the collection as it
/// was at one LSN, each point once, and its rows can be fetched until it is closed.
public final class SearchEngine {

  private final LongSupplier serverLsn;
  private final ProductRate rate = new ProductRate();

  /// @param serverLsn LSN of the last write to any collection
  public SearchEngine(LongSupplier serverLsn) {
    this.serverLsn = serverLsn;
  }

  /// Answers one query.
  ///
  /// @throws RefusedException if the query does not fit the collection, or the LSN asked for has
  ///   not been reached
  /// @throws AbandonedException if the caller has left
  public SearchAnswer search(
      Collection collection,
      Query query,
      SearchOptions options,
      SearchWorker worker,
      AnswerSize size,
      Patience patience) {
    try (SearchSnapshot snapshot = collection.acquire()) {
      return search(collection, snapshot, query, options, worker, size, patience);
    }
  }

  /// Answers one of several queries over one snapshot.
  ///
  /// @param snapshot of the collection; stays open
  /// @throws RefusedException if the query does not fit the collection, or the LSN asked for has
  ///   not been reached
  /// @throws AbandonedException if the caller has left
  SearchAnswer search(
      Collection collection,
      SearchSnapshot snapshot,
      Query query,
      SearchOptions options,
      SearchWorker worker,
      AnswerSize size,
      Patience patience) {
    CollectionSpec spec = collection.info().spec();
    VectorSpace space = spec.space();
    QueryBuffer buffer = worker.buffer(space);
    PointId self = null;
    int width = space.dimension();
    switch (query) {
      case Query.ByVector(MemorySegment source, long offset, int given) -> {
        width = given;
        if (given < space.dimension()) {
          buffer.setTruncated(source, offset, given);
        } else {
          buffer.set(source, offset);
        }
      }
      case Query.ByPoint(PointId id) -> {
        self = id;
        buffer.set(MemorySegment.ofArray(vectorOf(collection, snapshot, id)), 0);
      }
    }
    ListStages stages = ListStages.of(collection, options, width < space.dimension());
    SearchOptions sought = options.seeking(stages.candidates());
    SearchPlan plan = Planner.plan(spec, sought, width, self == null ? 0 : 1);
    requireLsn(options.minLsn(), snapshot.lsn());
    Optional<Budget> budget = options.adaptive().flatMap(Adaptive::budget);
    if (budget.isPresent()) {
      plan = Planner.afford(plan, budget.get().products(rate.get()), snapshot.segments());
    }
    SearchRun run =
        new SearchRun(options, plan, spec.index(), self, stages, snapshot, size, patience);
    long began = System.nanoTime();
    SearchAnswer answer = run.answer(worker.runner(), buffer, space.metric());
    // Else the runner was sent out twice, and counts the last time alone.
    if (!stages.countAll()) {
      rate.note(worker.runner().work().multiplyAdds, Math.max(1, System.nanoTime() - began));
    }
    return answer;
  }

  private static byte[] vectorOf(Collection collection, SearchSnapshot snapshot, PointId id) {
    StoredPoint point = snapshot.fetch(snapshot.rowOfEach(List.of(id)), true, false).getFirst();
    byte[] vector = point == null ? null : point.vector();
    if (vector == null) {
      throw new RefusedException(
          new Refusal.PointNotFound(collection.info().spec().name(), id.toString()));
    }
    return vector;
  }

  /// A write to another collection does not change what this one should show, but its LSN is
  /// reached all the same. Whoever knows an LSN has it from an answer, and a write is visible
  /// before it is answered.
  ///
  /// @throws RefusedException if the LSN asked for has not been reached
  void requireLsn(long asked, long reached) {
    if (Long.compareUnsigned(asked, reached) > 0
        && Long.compareUnsigned(asked, serverLsn.getAsLong()) > 0) {
      throw new RefusedException(new Refusal.LsnNotReached(asked, reached));
    }
  }
}
