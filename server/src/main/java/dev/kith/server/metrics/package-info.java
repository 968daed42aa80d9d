/// What the server tells about itself: counters, histograms and gauges, written in Prometheus' text
/// format by [dev.kith.server.metrics.ServerMetrics].
///
/// No metric carries a vector, a payload or an id; the only names of users in labels are those of
/// collections, and of them a bounded number.
@NullMarked
package dev.kith.server.metrics;

import org.jspecify.annotations.NullMarked;
