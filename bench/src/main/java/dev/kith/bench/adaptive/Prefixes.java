package dev.kith.bench.adaptive;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.PrincipalComponents;
import dev.kith.index.codec.Projection;
import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.SplittableRandom;
import java.util.stream.IntStream;

/// Prefixes of vectors up to some width, made as the engine makes them.
///
/// @param space of the vectors
/// @param axes along which coordinates are measured; as deep as the vectors
/// @param width of the widest prefix
record Prefixes(VectorSpace space, Columns axes, int width) {

  /// Rows that are multiplied with the axes at a time.
  private static final int CHUNK = 1_536;

  /// Learns axes from rows, or takes the coordinates themselves.
  ///
  /// @param threads that learn
  /// @param arena frees the axes when it closes
  static Prefixes of(Basis basis, VectorRows rows, int width, long seed, int threads, Arena arena)
      throws InterruptedException {
    VectorSpace space = rows.space();
    int dimension = space.dimension();
    long stride = VectorRows.strideBytes(space);
    MemorySegment axes = arena.allocate(width * stride, VectorRows.ALIGNMENT);
    if (basis == Basis.AS_IS) {
      for (int axis = 0; axis < width; axis++) {
        axes.set(Points.FLOAT, axis * stride + (long) axis * Float.BYTES, 1);
      }
    } else {
      int enough = PrincipalComponents.enough(dimension);
      Projection learnt =
          PrincipalComponents.train(
              points(rows),
              new SplittableRandom(seed).ints(enough, 0, rows.capacity()).toArray(),
              space.metric() == Metric.EUCLIDEAN,
              width,
              seed,
              threads,
              arena,
              () -> {});
      axes = learnt.stored().orElseThrow();
    }
    Columns columns = new Columns(width, dimension, arena);
    for (int axis = 0; axis < width; axis++) {
      columns.set(axis, 0, axes, axis * stride);
    }
    return new Prefixes(space, columns, width);
  }

  private static Points points(VectorRows rows) {
    return new Points(rows.segment(), 0, rows.stride(), rows.space().dimension());
  }

  /// Makes prefixes of one width; under COSINE of length one again.
  ///
  /// @param width at most the widest
  /// @param arena frees them when it closes
  VectorRows of(VectorRows rows, int width, Arena arena) {
    VectorRows prefixes =
        VectorRows.reserve(new VectorSpace(width, space.metric()), rows.capacity(), arena);
    int[] all = IntStream.range(0, rows.capacity()).toArray();
    RowProducts worker = new RowProducts();
    for (int from = 0; from < all.length; from += CHUNK) {
      int to = Math.min(all.length, from + CHUNK);
      float[] products = new float[(to - from) * this.width];
      worker.products(axes, points(rows), all, from, to, products);
      MemorySegment source = MemorySegment.ofArray(products);
      for (int row = from; row < to; row++) {
        prefixes.set(row, source, (long) (row - from) * this.width * Float.BYTES);
      }
    }
    return prefixes;
  }
}
