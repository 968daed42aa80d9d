/// How well neighbours tell classes, and how sure they may be: the distribution over a payload
/// field's values that a server makes of them.
///
/// Start at [dev.kith.bench.classify.ClassifyRun]. [dev.kith.bench.classify.Neighborhoods] are
/// fetched from a server once, so that any number of temperatures can be tried on them;
/// [dev.kith.bench.classify.ServedCheck] holds the server's own answers to what was made of them.
@NullMarked
package dev.kith.bench.classify;

import org.jspecify.annotations.NullMarked;
