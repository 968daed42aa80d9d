/// What it brings to ask an expensive scorer about few items, chosen by what it said of others.
///
/// Start at [dev.kith.bench.scorer.ScorerRun]. A [dev.kith.bench.scorer.World] is drawn for every
/// seed: items, a [dev.kith.bench.scorer.MaxSim] that is the scorer, anchor queries and queries
/// that judge. A [dev.kith.bench.scorer.Shelf] keeps it in a server, where every
/// [dev.kith.bench.scorer.Method] searches it.
@NullMarked
package dev.kith.bench.scorer;

import org.jspecify.annotations.NullMarked;
