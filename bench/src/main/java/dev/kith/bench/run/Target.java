package dev.kith.bench.run;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.plan.Probe;
import java.io.IOException;
import java.util.OptionalDouble;
import org.jspecify.annotations.Nullable;

/// What is measured.
public sealed interface Target extends AutoCloseable permits InProcessTarget, ServerTarget {

  /// Puts the base vectors in and waits until searches are as fast as they get.
  Built build(IndexSpec index) throws IOException, InterruptedException;

  /// A searcher for one thread.
  Searcher searcher(Setting setting);

  /// Whether the time a searching thread spends on the processor is the time the search takes.
  boolean searchesOnTheCallingThread();

  @Override
  void close() throws IOException;

  /// What building cost.
  ///
  /// @param seconds of wall time
  /// @param bytesPerVector memory or file of the index, vectors included, if known; in memory,
  ///   vectors beside codes are not, because they stay in a mapped file
  /// @param segment what holds them, if known
  record Built(double seconds, OptionalDouble bytesPerVector, @Nullable SegmentKind segment) {}

  /// How to search.
  ///
  /// @param k hits wanted
  /// @param probe how each segment is searched
  /// @param counted whether to count distance computations, which may cost time
  record Setting(int k, Probe probe, boolean counted) {}

  /// Searches for one thread.
  interface Searcher extends AutoCloseable {

    /// Searches for a query of the data set.
    ///
    /// @param rows receives the base rows found, best first; at least `k` long
    /// @return how many were found
    int search(int query, int[] rows);

    /// Distance computations of all searches so far.
    long distanceComputations();

    @Override
    void close();
  }
}
