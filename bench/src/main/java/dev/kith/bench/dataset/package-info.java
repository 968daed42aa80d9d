/// Data sets to measure on: vectors, queries, and the true neighbours of each query.
///
/// Start at [dev.kith.bench.dataset.Dataset]. A data set comes from a folder
/// ([dev.kith.bench.dataset.DatasetFolder]) or an ann-benchmarks `.hdf5` file; neighbours that are
/// missing are found by exact search ([dev.kith.bench.dataset.ExactNeighbors]) and kept. Which of
/// them are relevant some data sets know besides ([dev.kith.bench.dataset.Judgments]).
@NullMarked
package dev.kith.bench.dataset;

import org.jspecify.annotations.NullMarked;
