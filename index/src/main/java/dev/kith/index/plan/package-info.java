/// What a search will do, decided before it starts, and the loop that does it.
///
/// A [dev.kith.index.plan.SearchPlan] is a value: compared whole in tests, printed whole by
/// EXPLAIN. [dev.kith.index.plan.PlanRunner] carries it out over any number of
/// [dev.kith.index.plan.SegmentReader]s and merges what they find.
@NullMarked
package dev.kith.index.plan;

import org.jspecify.annotations.NullMarked;
