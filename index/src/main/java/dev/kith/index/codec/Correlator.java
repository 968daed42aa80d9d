package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.stream.IntStream;

/// Multiplies the coordinates of some vectors with those of others and sums the products up, as a
/// matrix product: for covariances, and for what a rotation is learnt from. Owned by one worker.
final class Correlator {

  /// Most vectors at a time.
  static final int CHUNK = 512;

  private final int dimension;
  private final RowProducts kernel = new RowProducts();
  private final Columns vectors;
  private final MemorySegment zeros;

  /// Coordinate by coordinate what vectors are multiplied with, zeros behind the last.
  private final MemorySegment transposed;

  private final int[] all;
  private final float[] products;

  /// @param arena frees the memory when it closes
  Correlator(int dimension, Arena arena) {
    this.dimension = dimension;
    this.vectors = new Columns(dimension, CHUNK, arena);
    this.zeros = arena.allocate((long) dimension * Float.BYTES, 64);
    this.transposed = arena.allocate((long) dimension * CHUNK * Float.BYTES, 64);
    this.all = IntStream.range(0, dimension).toArray();
    this.products = new float[dimension * dimension];
    for (int column = 0; column < dimension; column++) {
      vectors.setAddend(column, 0);
    }
  }

  /// Sets one coordinate of what the vectors are multiplied with.
  ///
  /// @param line holds it, vector after vector; what is behind the last of them is overwritten
  /// @param count vectors, at most [#CHUNK]
  void setLine(int coordinate, float[] line, int count) {
    Arrays.fill(line, count, CHUNK, 0);
    long at = (long) coordinate * CHUNK * Float.BYTES;
    MemorySegment.copy(line, 0, transposed, Points.FLOAT, at, CHUNK);
  }

  /// Sums up the products of the coordinates set by [#setLine] with those of the vectors.
  ///
  /// @param ordinals which of the points the vectors are, from `from` to `to`
  void correlate(Points points, int[] ordinals, int from, int to) {
    for (int i = 0; i < CHUNK; i++) {
      if (i < to - from) {
        vectors.setCoordinate(i, points.segment(), points.at(ordinals[from + i]));
      } else {
        vectors.setCoordinate(i, zeros, 0);
      }
    }
    Points rows = new Points(transposed, 0, (long) CHUNK * Float.BYTES, CHUNK);
    kernel.products(vectors, rows, all, 0, dimension, products);
  }

  /// Adds what came of the last [#correlate].
  ///
  /// @param sums row by row, a row for every coordinate of what was set
  void addTo(double[] sums) {
    for (int i = 0; i < sums.length; i++) {
      sums[i] += products[i];
    }
  }
}
