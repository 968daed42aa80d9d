/// What it brings to compare vectors by prefixes of themselves, measured on one data set: AdANNS
/// (Rege et al., *AdANNS: A framework for adaptive semantic search*, NeurIPS 2023).
///
/// Start at [dev.kith.bench.adaptive.AdaptiveRun]. Everything is searched by the engine itself, in
/// this process, one query at a time on one thread:
///
/// - **Half of the queries choose, the others judge.** What a ladder of widths is to be is found on
///   one half; every figure that is reported is of the other half.
/// - **Products are counted, time is measured.** Products of floats include those of centroids and
///   of the axes that make prefixes of a query; they are the same on any machine. Microseconds are
///   of the thread's processor time, the best of three passes that take turns with those of all
///   other settings.
/// - **Settings are compared as they were measured**, never between two of them.
@NullMarked
package dev.kith.bench.adaptive;

import org.jspecify.annotations.NullMarked;
