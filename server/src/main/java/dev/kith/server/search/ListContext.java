package dev.kith.server.search;

import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.plan.PlanRunner;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.plan.SegmentReader;
import dev.kith.server.collection.SearchSnapshot;
import java.util.List;
import java.util.function.BooleanSupplier;

/// What the stages on a merged list may use.
///
/// @param runner that found the candidates, and has kept what it found
/// @param plan that it carried out last
/// @param query as it is compared
/// @param segments that candidates are in, with the rows that may be returned
/// @param snapshot of the collection
/// @param gone whether the caller has left
record ListContext(
    PlanRunner runner,
    SearchPlan plan,
    QueryBuffer query,
    List<? extends SegmentReader> segments,
    SearchSnapshot snapshot,
    BooleanSupplier gone) {

  void requireCaller() {
    if (gone.getAsBoolean()) {
      throw new AbandonedException();
    }
  }
}
