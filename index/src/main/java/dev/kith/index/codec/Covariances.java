package dev.kith.index.codec;

import dev.kith.index.kernel.Points;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;

/// How much coordinates of vectors vary together.
public final class Covariances {

  private Covariances() {}

  /// Sums up products of coordinates, in the order of the vectors: the same with any number of
  /// threads.
  ///
  /// @param sample which of the points, at least one
  /// @param centred whether coordinates are taken from their mean; else from zero
  /// @param threads with the calling one, in `[1, 1024]`
  /// @param step called now and then; may throw to end it
  /// @return row by row, times the number of vectors
  /// @throws InterruptedException if the calling thread is interrupted
  public static double[] of(
      Points points, int[] sample, boolean centred, int threads, Runnable step)
      throws InterruptedException {
    int dimension = points.depth();
    double[] sums = new double[dimension * dimension];
    try (Arena scratch = Arena.ofShared();
        OrderedWork<Worker> workers =
            new OrderedWork<>(threads, () -> new Worker(dimension, scratch))) {
      workers.collect(
          sample.length,
          Correlator.CHUNK,
          (worker, from, to) -> worker.correlate(points, sample, from, to),
          (worker, _, _) -> {
            step.run();
            worker.correlator.addTo(sums);
          });
    }
    if (centred) {
      subtractMeans(points, sample, sums);
    }
    return sums;
  }

  private static void subtractMeans(Points points, int[] sample, double[] sums) {
    int dimension = points.depth();
    double[] totals = new double[dimension];
    for (int ordinal : sample) {
      for (int i = 0; i < dimension; i++) {
        totals[i] +=
            points.segment().get(Points.FLOAT, points.at(ordinal) + (long) i * Float.BYTES);
      }
    }
    for (int i = 0; i < dimension; i++) {
      for (int j = 0; j < dimension; j++) {
        sums[i * dimension + j] -= totals[i] * totals[j] / sample.length;
      }
    }
  }

  /// Sums up some of the vectors.
  private static final class Worker {
    private final Correlator correlator;
    private final float[] line = new float[Correlator.CHUNK];

    Worker(int dimension, Arena arena) {
      this.correlator = new Correlator(dimension, arena);
    }

    void correlate(Points points, int[] sample, int from, int to) {
      for (int i = 0; i < points.depth(); i++) {
        for (int n = from; n < to; n++) {
          long at = points.at(sample[n]) + (long) i * Float.BYTES;
          line[n - from] = points.segment().get(Points.FLOAT, at);
        }
        correlator.setLine(i, line, to - from);
      }
      correlator.correlate(points, sample, from, to);
    }
  }
}
