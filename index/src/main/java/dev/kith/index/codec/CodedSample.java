package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/// Vectors that a rotation is learnt from, and their codes. Owned by one thread, which shares the
/// work out; what is summed up is summed in the order of the vectors, so that it is the same with
/// any number of threads.
final class CodedSample implements AutoCloseable {

  /// Vectors that a thread deals with before it looks for more work.
  private static final int CHUNK = Correlator.CHUNK;

  private final Points points;
  private final int[] sample;
  private final int dimension;
  private final int parts;
  private final int words;
  private final byte[] codes;
  private final double[] sums;
  private final long[] counts;
  private final double[] correlations;
  private final OrderedWork<Worker> workers;
  private double error;

  /// @param threads with the calling one
  /// @param arena frees the memory when it closes
  CodedSample(
      Points points, int[] sample, ProductQuantizer.Params params, int threads, Arena arena) {
    this.points = points;
    this.sample = sample;
    this.dimension = points.depth();
    this.parts = params.parts();
    this.words = 1 << params.bits();
    this.codes = new byte[Math.multiplyExact(sample.length, parts)];
    this.sums = new double[dimension * words];
    this.counts = new long[parts * words];
    this.correlations = new double[dimension * dimension];
    this.workers = new OrderedWork<>(threads, () -> new Worker(arena));
  }

  /// Codes all vectors by their nearest words.
  ///
  /// @return the mean squared distance of the rotated vectors from what their codes stand for
  double code(OrthogonalRotation rotation, ProductQuantizer quantizer) throws InterruptedException {
    Arrays.fill(sums, 0);
    Arrays.fill(counts, 0);
    error = 0;
    try (Arena arena = Arena.ofShared()) {
      Optional<Columns> matrix = Optional.of(rotation.columns(arena));
      Columns[] packed = quantizer.columns(arena);
      int[] starts = quantizer.starts();
      workers.collect(
          sample.length,
          CHUNK,
          (worker, from, to) -> worker.code(matrix, packed, starts, from, to),
          (worker, _, _) -> add(worker));
    }
    return error / sample.length;
  }

  private void add(Worker worker) {
    error += worker.error;
    for (int i = 0; i < sums.length; i++) {
      sums[i] += worker.sums[i];
    }
    for (int i = 0; i < counts.length; i++) {
      counts[i] += worker.counts[i];
    }
  }

  /// Moves words to the means of what they stand for. One that stands for nothing stays.
  ///
  /// @param quantizer by which the vectors were coded
  ProductQuantizer means(ProductQuantizer quantizer) {
    float[] book = quantizer.book().clone();
    int[] starts = quantizer.starts();
    for (int part = 0; part < parts; part++) {
      for (int i = starts[part]; i < starts[part + 1]; i++) {
        for (int word = 0; word < words; word++) {
          long count = counts[part * words + word];
          if (count > 0) {
            book[i * words + word] = (float) (sums[i * words + word] / count);
          }
        }
      }
    }
    return new ProductQuantizer(dimension, parts, quantizer.bits(), book);
  }

  /// Sums up, row by row, the products of the coordinates of what the codes stand for with those of
  /// the vectors. Borrowed until the next call.
  double[] correlations(ProductQuantizer quantizer) throws InterruptedException {
    int[] starts = quantizer.starts();
    float[] book = quantizer.book();
    Arrays.fill(correlations, 0);
    workers.collect(
        sample.length,
        CHUNK,
        (worker, from, to) -> {
          worker.decode(book, starts, from, to);
          worker.correlator.correlate(points, sample, from, to);
        },
        (worker, _, _) -> worker.correlator.addTo(correlations));
    return correlations;
  }

  /// The rotated vectors, one after another.
  ///
  /// @param arena frees them when it closes
  Points rotated(OrthogonalRotation rotation, Arena arena) throws InterruptedException {
    long stride = (long) dimension * Float.BYTES;
    MemorySegment target = arena.allocate(sample.length * stride, 64);
    Optional<Columns> matrix = Optional.of(rotation.columns(arena));
    workers.run(
        sample.length,
        CHUNK,
        (worker, from, to) -> {
          worker.assigner.rotate(matrix, points, sample, from, to);
          float[] coordinates = worker.assigner.coordinates();
          MemorySegment.copy(
              coordinates, 0, target, Points.FLOAT, from * stride, (to - from) * dimension);
        });
    return new Points(target, 0, stride, dimension);
  }

  @Override
  public void close() {
    workers.close();
  }

  /// What a thread needs, and what came of its vectors.
  private final class Worker {
    private final ProductAssigner assigner;
    private final float[] sums = new float[dimension * words];
    private final int[] counts = new int[parts * words];
    private final Correlator correlator;
    private final float[] line = new float[CHUNK];
    private double error;

    Worker(Arena arena) {
      this.assigner = new ProductAssigner(dimension, CHUNK, arena);
      this.correlator = new Correlator(dimension, arena);
    }

    void code(Optional<Columns> rotation, Columns[] packed, int[] starts, int from, int to) {
      int count = to - from;
      assigner.rotate(rotation, points, sample, from, to);
      float[] coordinates = assigner.coordinates();
      Arrays.fill(sums, 0);
      Arrays.fill(counts, 0);
      error = 0;
      for (int i = 0; i < count * dimension; i++) {
        error += (double) coordinates[i] * coordinates[i];
      }
      for (int part = 0; part < parts; part++) {
        assigner.assign(packed[part], starts[part], count);
        for (int i = 0; i < count; i++) {
          int word = assigner.nearest()[i];
          error -= 2.0 * assigner.closeness()[i];
          codes[(from + i) * parts + part] = (byte) word;
          counts[part * words + word]++;
          for (int j = starts[part]; j < starts[part + 1]; j++) {
            sums[j * words + word] += coordinates[i * dimension + j];
          }
        }
      }
    }

    void decode(float[] book, int[] starts, int from, int to) {
      for (int part = 0; part < parts; part++) {
        for (int i = starts[part]; i < starts[part + 1]; i++) {
          for (int n = from; n < to; n++) {
            line[n - from] = book[i * words + (codes[n * parts + part] & 0xFF)];
          }
          correlator.setLine(i, line, to - from);
        }
      }
    }
  }
}
