/// A report on measurements: tables on a terminal as soon as they are known, the same as Markdown,
/// and pictures.
///
/// Start at [dev.kith.bench.report.Report], which takes a [dev.kith.bench.report.Section] after
/// another, each with the [dev.kith.bench.report.Plot]s that belong to it.
@NullMarked
package dev.kith.bench.report;

import org.jspecify.annotations.NullMarked;
