package dev.kith.index.ivf;

import dev.kith.index.OrdinalFilter;
import java.util.Arrays;

/// Lists that a search may still be given: those that have rows, and that it was not given. Reused
/// from query to query; not thread-safe.
final class ListsLeft implements OrdinalFilter {
  private int[] sizes = new int[0];
  private long[] given = new long[0];
  private int filled;
  private int taken;

  /// Begins with all lists that have rows.
  ///
  /// @param sizes rows of every list, which stay as they are
  /// @param count lists
  /// @param filled how many of them have rows
  void begin(int[] sizes, int count, int filled) {
    this.sizes = sizes;
    this.filled = filled;
    int words = (count + 63) >>> 6;
    if (given.length < words) {
      given = new long[words];
    } else {
      Arrays.fill(given, 0, words, 0);
    }
    taken = 0;
  }

  /// Takes a list away that is left.
  void take(int list) {
    given[list >>> 6] |= 1L << list;
    taken++;
  }

  /// Lists with rows, those taken included.
  int filled() {
    return filled;
  }

  /// Lists that were taken.
  int taken() {
    return taken;
  }

  @Override
  public boolean accepts(int list) {
    return sizes[list] > 0 && (given[list >>> 6] >>> list & 1) == 0;
  }
}
