package dev.kith.bench.adaptive;

import dev.kith.index.Metric;
import dev.kith.index.TopK;
import dev.kith.index.codec.OrthogonalRotation;
import dev.kith.index.codec.ProductQuantizer;
import dev.kith.index.codec.RotationTraining;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Rows as a few words of 8 bits of an optimized product quantizer, as many as one likes, where the
/// engine has a word for every four coordinates. Rotation and words are learnt by the engine's own
/// classes, of as many rows and in as many rounds as it learns its own. Scored plainly, by tables
/// of a query and all words.
final class PlainWords {
  private static final int ROTATION_SAMPLE = 1 << 14;
  private static final int ROTATION_ROUNDS = 8;
  private static final int SAMPLE = 1 << 15;
  private static final int ROUNDS = 20;
  private static final int BITS = 8;
  private static final int WORDS = 1 << BITS;

  /// Rows that are turned at a time.
  private static final int CHUNK = 1_536;

  private final Metric metric;
  private final float[] mean;
  private final OrthogonalRotation rotation;
  private final ProductQuantizer quantizer;
  private final float[] halfSquares;
  private final byte[] codes;
  private final int rows;

  private PlainWords(
      VectorRows source, float[] mean, OrthogonalRotation rotation, ProductQuantizer quantizer) {
    this.metric = source.space().metric();
    this.mean = mean;
    this.rotation = rotation;
    this.quantizer = quantizer;
    this.halfSquares = halfSquares(quantizer);
    this.rows = source.capacity();
    this.codes = new byte[rows * quantizer.parts()];
  }

  /// Learns words and codes all rows.
  ///
  /// @param parts words, and bytes, of a row
  /// @param threads that learn
  /// @param arena frees the rotation when it closes
  static PlainWords learn(VectorRows rows, int parts, long seed, int threads, Arena arena)
      throws InterruptedException {
    float[] mean = mean(rows);
    int[] drawn = sample(rows.capacity(), seed);
    try (Arena scratch = Arena.ofShared()) {
      Points sample = centred(rows, drawn, mean, scratch);
      int[] all = IntStream.range(0, drawn.length).toArray();
      ProductQuantizer.Params words = new ProductQuantizer.Params(parts, BITS, ROUNDS, seed);
      OrthogonalRotation rotation =
          RotationTraining.train(
                  sample,
                  Arrays.copyOf(all, Math.min(all.length, ROTATION_SAMPLE)),
                  new RotationTraining.Params(words, ROTATION_ROUNDS),
                  threads,
                  arena,
                  () -> {})
              .rotation();
      Columns matrix = rotation.columns(scratch);
      MemorySegment turned = scratch.allocate(all.length * sample.stride(), 64);
      turn(
          matrix,
          sample,
          all,
          (from, products) ->
              MemorySegment.copy(
                  products, 0, turned, Points.FLOAT, from * sample.stride(), products.length));
      ProductQuantizer quantizer =
          ProductQuantizer.train(
              new Points(turned, 0, sample.stride(), sample.depth()),
              all,
              words,
              threads,
              () -> {});
      PlainWords learnt = new PlainWords(rows, mean, rotation, quantizer);
      learnt.encode(rows, matrix);
      return learnt;
    }
  }

  /// All rows if these are no more than do, in a random order: the first of them do for a rotation.
  private static int[] sample(int rows, long seed) {
    SplittableRandom random = new SplittableRandom(seed);
    if (rows > SAMPLE) {
      return random.ints(SAMPLE, 0, rows).toArray();
    }
    int[] all = IntStream.range(0, rows).toArray();
    for (int i = rows - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = all[i];
      all[i] = all[j];
      all[j] = swapped;
    }
    return all;
  }

  private static float[] mean(VectorRows rows) {
    int dimension = rows.space().dimension();
    double[] sums = new double[dimension];
    for (int row = 0; row < rows.capacity(); row++) {
      for (int i = 0; i < dimension; i++) {
        sums[i] += rows.segment().get(Points.FLOAT, rows.offset(row) + (long) i * Float.BYTES);
      }
    }
    float[] mean = new float[dimension];
    for (int i = 0; i < dimension; i++) {
      mean[i] = (float) (sums[i] / rows.capacity());
    }
    return mean;
  }

  private static Points centred(VectorRows rows, int[] drawn, float[] mean, Arena arena) {
    long stride = (long) mean.length * Float.BYTES;
    MemorySegment target = arena.allocate(drawn.length * stride, 64);
    for (int row = 0; row < drawn.length; row++) {
      for (int i = 0; i < mean.length; i++) {
        long at = (long) i * Float.BYTES;
        float coordinate = rows.segment().get(Points.FLOAT, rows.offset(drawn[row]) + at);
        target.set(Points.FLOAT, row * stride + at, coordinate - mean[i]);
      }
    }
    return new Points(target, 0, stride, mean.length);
  }

  /// Takes turned rows, one after another.
  private interface Turned {
    void take(int from, float[] products);
  }

  private static void turn(Columns matrix, Points points, int[] which, Turned turned) {
    RowProducts worker = new RowProducts();
    for (int from = 0; from < which.length; from += CHUNK) {
      int to = Math.min(which.length, from + CHUNK);
      float[] products = new float[(to - from) * points.depth()];
      worker.products(matrix, points, which, from, to, products);
      turned.take(from, products);
    }
  }

  private void encode(VectorRows source, Columns matrix) {
    int dimension = mean.length;
    Points points = new Points(source.segment(), 0, source.stride(), dimension);
    float[] turnedMean = turned(mean);
    float[] row = new float[dimension];
    float[] products = new float[quantizer.parts() * WORDS];
    turn(
        matrix,
        points,
        IntStream.range(0, rows).toArray(),
        (from, turned) -> {
          for (int i = 0; i < turned.length / dimension; i++) {
            for (int j = 0; j < dimension; j++) {
              row[j] = turned[i * dimension + j] - turnedMean[j];
            }
            quantizer.products(row, products);
            encode(products, (from + i) * quantizer.parts());
          }
        });
  }

  /// The nearest word of every part: that with the largest product, less half its square.
  private void encode(float[] products, int at) {
    for (int part = 0; part < quantizer.parts(); part++) {
      int nearest = 0;
      float largest = Float.NEGATIVE_INFINITY;
      for (int word = 0; word < WORDS; word++) {
        float closeness = products[part * WORDS + word] - halfSquares[part * WORDS + word];
        if (closeness > largest) {
          largest = closeness;
          nearest = word;
        }
      }
      codes[at + part] = (byte) nearest;
    }
  }

  private static float[] halfSquares(ProductQuantizer quantizer) {
    float[] halfSquares = new float[quantizer.parts() * WORDS];
    byte[] codes = new byte[quantizer.parts()];
    float[] vector = new float[quantizer.dimension()];
    float[] products = new float[quantizer.parts() * WORDS];
    for (int word = 0; word < WORDS; word++) {
      Arrays.fill(codes, (byte) word);
      quantizer.decode(codes, vector);
      quantizer.products(vector, products);
      for (int part = 0; part < quantizer.parts(); part++) {
        halfSquares[part * WORDS + word] = products[part * WORDS + word] / 2;
      }
    }
    return halfSquares;
  }

  private float[] turned(float[] vector) {
    float[] turned = new float[vector.length];
    rotation.rotate(MemorySegment.ofArray(vector), 0, vector.length, turned);
    return turned;
  }

  /// Finds the rows that look nearest to a query by their words.
  ///
  /// @param queries of the space of the rows
  /// @param count rows
  /// @return the rows, the nearest first
  int[] nearest(VectorRows queries, int query, int count) {
    float[] vector = new float[mean.length];
    MemorySegment.copy(
        queries.segment(), Points.FLOAT, queries.offset(query), vector, 0, vector.length);
    boolean distance = metric == Metric.EUCLIDEAN;
    if (distance) {
      for (int i = 0; i < vector.length; i++) {
        vector[i] -= mean[i];
      }
    }
    int parts = quantizer.parts();
    float[] table = new float[parts * WORDS];
    quantizer.products(turned(vector), table);
    if (distance) {
      for (int i = 0; i < table.length; i++) {
        table[i] -= halfSquares[i];
      }
    }
    TopK best = new TopK(count);
    for (int row = 0; row < rows; row++) {
      float score = 0;
      for (int part = 0; part < parts; part++) {
        score += table[part * WORDS + (codes[row * parts + part] & 0xFF)];
      }
      best.offer(row, score);
    }
    int[] nearest = new int[best.size()];
    best.drainTo(nearest, new float[best.size()]);
    return nearest;
  }
}
