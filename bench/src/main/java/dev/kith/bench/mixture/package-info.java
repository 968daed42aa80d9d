/// What it brings to search for several interests at once, instead of for their mean.
///
/// Start at [dev.kith.bench.mixture.MixtureRun]. A [dev.kith.bench.mixture.User] likes points of a
/// few topics, and each [dev.kith.bench.mixture.Contender] looks for others of these.
@NullMarked
package dev.kith.bench.mixture;

import org.jspecify.annotations.NullMarked;
