/// Upkeep: what deleting, adding, merging and duplicates do to a graph, and what mending it costs.
///
/// [dev.kith.bench.upkeep.Shuffled] is what goes in, [dev.kith.bench.upkeep.Segments] makes
/// segments of it and says what they find. The long runs take a real data set where
/// `-Dkith.dataset=DIR` names one.
@NullMarked
package dev.kith.bench.upkeep;

import org.jspecify.annotations.NullMarked;
