package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.run.SegmentSearcher;
import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.Arrays;

/// Searches for some queries with one setting, one after another on this thread, and what they
/// found.
///
/// @param hits rows, a query each, best first
/// @param scores of the hits
/// @param products of floats, of all searches
/// @param cpuNanos of this thread, of all searches
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record Searches(int[][] hits, float[][] scores, long products, long cpuNanos) {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();

  static Searches run(Dataset dataset, Setting setting, int[] queries) {
    int[][] hits = new int[queries.length][];
    float[][] scores = new float[queries.length][];
    int[] rows = new int[setting.limit()];
    try (SegmentSearcher searcher =
        new SegmentSearcher(dataset, setting.contender().segment(), setting.plan())) {
      long start = THREADS.getCurrentThreadCpuTime();
      for (int i = 0; i < queries.length; i++) {
        int found = searcher.search(queries[i], rows);
        hits[i] = Arrays.copyOf(rows, found);
        scores[i] = new float[found];
        for (int rank = 0; rank < found; rank++) {
          scores[i][rank] = searcher.score(rank);
        }
      }
      long end = THREADS.getCurrentThreadCpuTime();
      return new Searches(hits, scores, searcher.multiplyAdds(), end - start);
    }
  }

  double productsEach() {
    return products / (double) hits.length;
  }

  double microsEach() {
    return cpuNanos / 1e3 / hits.length;
  }

  /// How many searches found other rows than those of another setting, or gave them other scores.
  int differing(Searches other) {
    int differing = 0;
    for (int i = 0; i < hits.length; i++) {
      if (!Arrays.equals(hits[i], other.hits[i]) || !Arrays.equals(scores[i], other.scores[i])) {
        differing++;
      }
    }
    return differing;
  }
}
