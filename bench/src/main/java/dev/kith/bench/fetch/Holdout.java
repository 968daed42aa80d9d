package dev.kith.bench.fetch;

import dev.kith.bench.dataset.FloatMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Splits rows into those to index and those to search for, the same way each time.
final class Holdout {
  private final int[] base;
  private final int[] queries;

  private Holdout(int[] base, int[] queries) {
    this.base = base;
    this.queries = queries;
  }

  /// Rows to index, ascending; shared, not a copy.
  int[] base() {
    return base;
  }

  /// Rows held out, ascending; shared, not a copy.
  int[] queries() {
    return queries;
  }

  /// Holds out `queries` of `rows` rows at random: the first steps of a Fisher-Yates shuffle driven
  /// by `java.util.Random`, whose sequence its specification fixes.
  static Holdout choose(int rows, int queries, long seed) {
    if (queries < 1 || queries >= rows) {
      throw new IllegalArgumentException(
          "queries must be in [1, %d), got %d".formatted(rows, queries));
    }
    int[] order = IntStream.range(0, rows).toArray();
    Random random = new Random(seed);
    for (int i = 0; i < queries; i++) {
      int other = i + random.nextInt(rows - i);
      int swapped = order[i];
      order[i] = order[other];
      order[other] = swapped;
    }
    Arrays.sort(order, 0, queries);
    Arrays.sort(order, queries, rows);
    return new Holdout(
        Arrays.copyOfRange(order, queries, rows), Arrays.copyOfRange(order, 0, queries));
  }

  /// Holds out these rows, ascending, and indexes the others.
  static Holdout of(int rows, int[] queries) {
    BitSet held = new BitSet(rows);
    Arrays.stream(queries).forEach(held::set);
    return new Holdout(IntStream.range(0, rows).filter(row -> !held.get(row)).toArray(), queries);
  }

  /// The chosen rows of a matrix, copied.
  static FloatMatrix pick(FloatMatrix all, int[] rows, Arena arena) {
    FloatMatrix picked = FloatMatrix.allocate(rows.length, all.columns(), arena);
    long bytes = (long) all.columns() * Float.BYTES;
    for (int i = 0; i < rows.length; i++) {
      MemorySegment.copy(all.data(), all.offset(rows[i]), picked.data(), picked.offset(i), bytes);
    }
    return picked;
  }

  /// The chosen lines of a list.
  static List<String> pick(List<String> all, int[] rows) {
    return Arrays.stream(rows).mapToObj(all::get).toList();
  }
}
