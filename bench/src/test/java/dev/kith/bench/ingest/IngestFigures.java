package dev.kith.bench.ingest;

import java.util.List;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.HdrHistogram.Histogram;

/// What a load came to.
///
/// @param data what was loaded
/// @param points how many were loaded
/// @param bytes of vectors and payloads
/// @param ackSeconds from the first point to the last acknowledgement
/// @param linkSeconds from the first point until every point was linked
/// @param cpuSeconds processor time of the server from its start until then
/// @param samples the process's weighings, in order, the last after the last acknowledgement
/// @param searches until every point was linked: their times in microseconds
/// @param exactRetries searches that needed an exact scan
/// @param recall recall@10 against exact search, at the default beam and at 200
record IngestFigures(
    String data,
    int points,
    long bytes,
    double ackSeconds,
    double linkSeconds,
    double cpuSeconds,
    List<MemorySampler.Sample> samples,
    Histogram searches,
    int exactRetries,
    Recall recall) {
  private static final double MIB = 1 << 20;

  /// Recall@10.
  ///
  /// @param atDefault with the beam that the server takes by itself
  /// @param at200 with a beam of 200
  record Recall(double atDefault, double at200) {}

  double pointsPerSecond() {
    return points / ackSeconds;
  }

  /// The share of searches that needed an exact scan.
  double retryShare() {
    return (double) exactRetries / Math.max(1, searches.getTotalCount());
  }

  /// The first weighing with so large a share of the points.
  ///
  /// @param percent in `[0, 100]`
  MemorySampler.Sample at(int percent) {
    return samples.stream().filter(sample -> reached(sample, percent)).findFirst().orElseThrow();
  }

  /// The least heap seen while the load went from one share of the points to another: what is left
  /// after a collection, nearly. A load may pass a share between two weighings, so the first
  /// weighing after the earlier share counts in any case.
  long heapFloor(int fromPercent, int toPercent) {
    List<MemorySampler.Sample> later =
        samples.stream().dropWhile(sample -> !reached(sample, fromPercent)).toList();
    return Stream.concat(
            later.stream().limit(1),
            later.stream().filter(sample -> 100L * sample.points() <= (long) toPercent * points))
        .mapToLong(MemorySampler.Sample::heapUsed)
        .min()
        .orElseThrow();
  }

  private boolean reached(MemorySampler.Sample sample, int percent) {
    return 100L * sample.points() >= (long) percent * points;
  }

  /// Bytes by which the process grew for each byte of rows and links, between two shares.
  double slope(int fromPercent, int toPercent) {
    MemorySampler.Sample from = at(fromPercent);
    MemorySampler.Sample to = at(toPercent);
    return (double) (to.resident() - from.resident()) / Math.max(1, to.index() - from.index());
  }

  /// The figures as a table of one row.
  String table() {
    String resident = profile(MemorySampler.Sample::resident);
    String index = profile(MemorySampler.Sample::index);
    String committed = profile(MemorySampler.Sample::heapCommitted);
    String outside = profile(MemorySampler.Sample::outsideHeap);
    String heap =
        IntStream.of(0, 25, 50, 75)
            .mapToObj(from -> "%.0f".formatted(heapFloor(from, from + 25) / MIB))
            .collect(Collectors.joining(" / "));
    return """
    | data | points | acknowledged in s | points/s | MB/s | linked after s | server's CPU s | RSS MiB at 25/50/75/100 %% | rows + links MiB | heap committed MiB | the rest MiB | RSS per byte of them 25-100 %% | least heap by quarter MiB | searches until linked | p50 us | p99 us | max us | exact retries | recall@10 default / ef 200 |
    |---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|---|
    | %s | %,d | %.1f | %,.0f | %.2f | %.1f | %.1f | %s | %s | %s | %s | %.2f | %s | %,d | %,d | %,d | %,d | %d (%.3f %%) | %.4f / %.4f |
    """
        .formatted(
            data,
            points,
            ackSeconds,
            pointsPerSecond(),
            bytes / ackSeconds / 1e6,
            linkSeconds,
            cpuSeconds,
            resident,
            index,
            committed,
            outside,
            slope(25, 100),
            heap,
            searches.getTotalCount(),
            searches.getValueAtPercentile(50),
            searches.getValueAtPercentile(99),
            searches.getMaxValue(),
            exactRetries,
            100 * retryShare(),
            recall.atDefault(),
            recall.at200());
  }

  private String profile(ToLongFunction<MemorySampler.Sample> bytes) {
    return IntStream.of(25, 50, 75, 100)
        .mapToObj(percent -> "%.0f".formatted(bytes.applyAsLong(at(percent)) / MIB))
        .collect(Collectors.joining(" / "));
  }
}
