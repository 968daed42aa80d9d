package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;
import java.util.stream.IntStream;

/// Rotates many vectors at once, and finds the nearest word of every part of each by products. Of
/// words equally near but for rounding it may find another one than [ProductQuantizer#encode].
/// Owned by one worker.
final class ProductAssigner {
  private final int dimension;
  private final MemorySegment rotated;
  private final float[] coordinates;
  private final int[] all;
  private final int[] nearest;
  private final float[] closeness;
  private final RowProducts products = new RowProducts();

  /// @param most vectors at a time
  /// @param arena frees the memory when it closes
  ProductAssigner(int dimension, int most, Arena arena) {
    this.dimension = dimension;
    this.rotated = arena.allocate((long) most * dimension * Float.BYTES, 64);
    this.coordinates = new float[most * dimension];
    this.all = IntStream.range(0, most).toArray();
    this.nearest = new int[most];
    this.closeness = new float[most];
  }

  /// Takes `points[sample[from..to))`.
  ///
  /// @param rotation the packed matrix; empty to take vectors as they are
  void rotate(Optional<Columns> rotation, Points points, int[] sample, int from, int to) {
    if (rotation.isPresent()) {
      products.products(rotation.get(), points, sample, from, to, coordinates);
    } else {
      for (int i = from; i < to; i++) {
        long at = points.at(sample[i]);
        int target = (i - from) * dimension;
        MemorySegment.copy(points.segment(), Points.FLOAT, at, coordinates, target, dimension);
      }
    }
    int length = (to - from) * dimension;
    MemorySegment.copy(coordinates, 0, rotated, Points.FLOAT, 0, length);
  }

  /// Finds the nearest words of one part of the first vectors that were taken.
  ///
  /// @param words the packed words of the part
  /// @param start its first coordinate
  void assign(Columns words, int start, int count) {
    long stride = (long) dimension * Float.BYTES;
    Points part = new Points(rotated, (long) start * Float.BYTES, stride, words.depth());
    products.nearest(words, part, all, 0, count, nearest, closeness);
  }

  /// The rotated vectors, one after another.
  float[] coordinates() {
    return coordinates;
  }

  /// For every vector the word that was found last.
  int[] nearest() {
    return nearest;
  }

  /// For every vector its inner product with that word, less half the word's squared length.
  float[] closeness() {
    return closeness;
  }
}
