package dev.kith.index.codec;

import dev.kith.index.Metric;
import dev.kith.index.kernel.FourRows;
import dev.kith.index.kernel.VectorKernel;
import java.lang.foreign.MemorySegment;
import java.util.Objects;

/// Compares blocks of prefixes ([PrefixRows]) with those of a query: inner products of their
/// coordinates, or squared distances. Bound to one query after another without allocating. Not
/// thread-safe.
final class PrefixSums {

  // Static, so that the optimiser knows which one it is.
  private static final VectorKernel KERNEL = VectorKernel.best();

  private final FourRows four = new FourRows();
  private PrefixRows.Level[] levels = new PrefixRows.Level[0];
  private MemorySegment query = MemorySegment.NULL;
  private int capacity;
  private boolean euclidean;

  /// Compares `rows` with a query from now on.
  ///
  /// @param prefixes of the query, as wide as the blocks that are asked for
  void bind(PrefixRows rows, PrefixQuery prefixes) {
    levels = rows.levels();
    query = prefixes.coordinates();
    capacity = rows.capacity();
    euclidean = rows.space().metric() == Metric.EUCLIDEAN;
  }

  /// The blocks there are, one a width.
  PrefixRows.Level[] levels() {
    return levels;
  }

  /// Compares a block of one row.
  ///
  /// @throws IndexOutOfBoundsException if there is no such row
  float of(int level, int ordinal) {
    Objects.checkIndex(ordinal, capacity);
    PrefixRows.Level block = levels[level];
    long from = (long) block.from() * Float.BYTES;
    long at = ordinal * block.stride();
    return euclidean
        ? KERNEL.squaredDistance(query, from, block.coordinates(), at, block.count())
        : KERNEL.dot(query, from, block.coordinates(), at, block.count());
  }

  /// Compares a block of rows that follow each other.
  ///
  /// @param sums to which is added, at `i` what comes of row `from + i`
  /// @throws IndexOutOfBoundsException if there are no such rows, or there is no room
  void add(int level, int from, int count, float[] sums) {
    Objects.checkFromIndexSize(0, count, sums.length);
    Objects.checkFromIndexSize(from, count, capacity);
    PrefixRows.Level block = levels[level];
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.run(from + i, block.stride());
      addFour(block, sums, i);
    }
    for (; i < count; i++) {
      sums[i] += of(level, from + i);
    }
  }

  /// Compares a block of some rows.
  ///
  /// @param sums to which is added, at `i` what comes of row `ordinals[i]`
  /// @throws IndexOutOfBoundsException if there are no such rows, or there is no room
  void add(int level, int[] ordinals, int count, float[] sums) {
    Objects.checkFromIndexSize(0, count, Math.min(ordinals.length, sums.length));
    for (int i = 0; i < count; i++) {
      Objects.checkIndex(ordinals[i], capacity);
    }
    PrefixRows.Level block = levels[level];
    int i = 0;
    for (; i + 4 <= count; i += 4) {
      four.pick(ordinals, i, block.stride());
      addFour(block, sums, i);
    }
    for (; i < count; i++) {
      sums[i] += of(level, ordinals[i]);
    }
  }

  private void addFour(PrefixRows.Level block, float[] sums, int at) {
    long from = (long) block.from() * Float.BYTES;
    if (euclidean) {
      KERNEL.squaredDistance4(query, from, block.coordinates(), four, block.count());
    } else {
      KERNEL.dot4(query, from, block.coordinates(), four, block.count());
    }
    sums[at] += four.result0;
    sums[at + 1] += four.result1;
    sums[at + 2] += four.result2;
    sums[at + 3] += four.result3;
  }
}
