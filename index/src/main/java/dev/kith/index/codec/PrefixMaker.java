package dev.kith.index.codec;

import dev.kith.index.kernel.Columns;
import dev.kith.index.kernel.Points;
import dev.kith.index.kernel.RowProducts;
import dev.kith.index.store.VectorRows;
import dev.kith.index.work.OrderedWork;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Optional;

/// Makes the prefixes of many rows, the same with any number of threads.
///
/// @param sources ordinals in `rows`, in the order of the prefixes to make
/// @param threads with the calling one
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record PrefixMaker(Projection projection, VectorRows rows, int[] sources, int threads) {

  /// Rows that a thread deals with at a time: short enough for one who waits to cancel.
  private static final int CHUNK = 256;

  /// Takes prefixes.
  @FunctionalInterface
  interface Taker {

    /// Takes one. Called on any thread, once for every row.
    ///
    /// @param row place in `sources`
    /// @param prefixes hold its coordinates from `at` on
    void take(int row, float[] prefixes, int at);
  }

  /// Makes all.
  ///
  /// @param step called now and then, on the calling thread; may throw to end it
  /// @throws InterruptedException if the calling thread is interrupted
  void make(Taker taker, Runnable step) throws InterruptedException {
    try (Arena arena = Arena.ofShared()) {
      Optional<Columns> axes =
          projection.hasAxes() ? Optional.of(projection.columns(arena)) : Optional.empty();
      try (OrderedWork<Place> work = new OrderedWork<>(threads, Place::new)) {
        work.collect(
            sources.length,
            CHUNK,
            (place, from, to) -> place.make(axes, from, to, taker),
            (_, _, _) -> step.run());
      }
    }
  }

  /// What a thread needs.
  private final class Place {
    private final Points points =
        new Points(rows.segment(), 0, rows.stride(), rows.space().dimension());
    private final RowProducts products = new RowProducts();
    private final float[] prefixes = new float[CHUNK * projection.width()];

    void make(Optional<Columns> axes, int from, int to, Taker taker) {
      int width = projection.width();
      if (axes.isPresent()) {
        products.products(axes.get(), points, sources, from, to, prefixes);
      } else {
        for (int i = from; i < to; i++) {
          long at = points.at(sources[i]);
          MemorySegment.copy(rows.segment(), Points.FLOAT, at, prefixes, (i - from) * width, width);
        }
      }
      for (int i = from; i < to; i++) {
        taker.take(i, prefixes, (i - from) * width);
      }
    }
  }
}
