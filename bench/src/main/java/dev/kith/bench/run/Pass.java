package dev.kith.bench.run;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Supplier;
import org.HdrHistogram.Histogram;

/// Every query searched for once, by some threads that take the next one each.
public final class Pass {
  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  // Latencies up to a minute, to three digits.
  private static final long LONGEST_NANOS = 60_000_000_000L;
  private static final int DIGITS = 3;

  private final int[][] hits;
  private final Worked worked;

  private Pass(int[][] hits, Worked worked) {
    this.hits = hits;
    this.worked = worked;
  }

  /// Base rows found, a query each, best first; shared, not a copy.
  public int[][] hits() {
    return hits;
  }

  /// Distance computations of all searches; negative if not known.
  public long distanceComputations() {
    return worked.distanceComputations;
  }

  /// Searches a second of wall time, from the first search to the last.
  public double queriesPerSecond() {
    return hits.length * 1e9 / (worked.end - worked.start);
  }

  /// Searches a second that the searching threads spent on a processor.
  public double queriesPerCpuSecond() {
    return hits.length * 1e9 / worked.cpuNanos;
  }

  /// Latency below which a share of the searches lie, in microseconds.
  public double micros(double percentile) {
    return worked.latencies.getValueAtPercentile(percentile) / 1e3;
  }

  /// Searches for all queries.
  ///
  /// @param searchers makes a searcher for each thread
  /// @param k most hits of a search
  public static Pass run(int queries, int k, int threads, Supplier<Target.Searcher> searchers)
      throws InterruptedException {
    int[][] hits = new int[queries][];
    AtomicInteger next = new AtomicInteger();
    CyclicBarrier start = new CyclicBarrier(threads);
    List<Future<Worked>> running = new ArrayList<>();
    try (ExecutorService workers = Executors.newFixedThreadPool(threads)) {
      for (int i = 0; i < threads; i++) {
        Callable<Worked> work = () -> work(hits, k, next, start, searchers);
        running.add(workers.submit(work));
      }
      Worked sum = running.getFirst().get();
      for (Future<Worked> other : running.subList(1, running.size())) {
        sum = sum.and(other.get());
      }
      return new Pass(hits, sum);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException failure) {
        throw failure;
      }
      throw new IllegalStateException("a search failed: " + e.getCause(), e.getCause());
    }
  }

  private static Worked work(
      int[][] hits,
      int k,
      AtomicInteger next,
      CyclicBarrier barrier,
      Supplier<Target.Searcher> searchers)
      throws Exception {
    Histogram latencies = new Histogram(LONGEST_NANOS, DIGITS);
    int[] rows = new int[k];
    try (Target.Searcher searcher = searchers.get()) {
      barrier.await();
      long startCpu = THREADS.getCurrentThreadCpuTime();
      long start = System.nanoTime();
      long before = start;
      for (int query = next.getAndIncrement();
          query < hits.length;
          query = next.getAndIncrement()) {
        int found = searcher.search(query, rows);
        long after = System.nanoTime();
        latencies.recordValue(Math.min(LONGEST_NANOS, after - before));
        int[] kept = new int[found];
        System.arraycopy(rows, 0, kept, 0, found);
        hits[query] = kept;
        before = System.nanoTime();
      }
      return new Worked(
          start,
          before,
          THREADS.getCurrentThreadCpuTime() - startCpu,
          latencies,
          searcher.distanceComputations());
    }
  }

  /// What one thread did.
  private record Worked(
      long start, long end, long cpuNanos, Histogram latencies, long distanceComputations) {

    Worked and(Worked other) {
      latencies.add(other.latencies);
      return new Worked(
          Math.min(start, other.start),
          Math.max(end, other.end),
          cpuNanos + other.cpuNanos,
          latencies,
          distanceComputations + other.distanceComputations);
    }
  }
}
