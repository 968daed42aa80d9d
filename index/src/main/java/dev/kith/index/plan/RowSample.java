package dev.kith.index.plan;

import dev.kith.index.Require;
import java.util.Arrays;
import java.util.SplittableRandom;

/// Draws numbers without replacement, any set of them as likely as any other.
final class RowSample {

  private RowSample() {}

  /// Draws `count` of the numbers `[0, population)`.
  ///
  /// @param count in `[0, population]`
  /// @param seed the same gives the same numbers
  /// @return the numbers, ascending
  static long[] draw(long population, int count, long seed) {
    Require.inRange("count", count, 0, (int) Math.min(Integer.MAX_VALUE, population));
    if (count <= population / 2) {
      return distinct(population, count, new SplittableRandom(seed));
    }
    // Most are drawn: draw those that are not, lest most draws repeat one.
    int all = Math.toIntExact(population);
    long[] left = distinct(population, all - count, new SplittableRandom(seed));
    long[] drawn = new long[count];
    int skipped = 0;
    for (int number = 0; number < all; number++) {
      if (skipped < left.length && left[skipped] == number) {
        skipped++;
      } else {
        drawn[number - skipped] = number;
      }
    }
    return drawn;
  }

  /// Draws until so many different numbers have come.
  private static long[] distinct(long population, int count, SplittableRandom random) {
    long[] drawn = new long[count];
    int size = 0;
    while (size < count) {
      for (int i = size; i < count; i++) {
        drawn[i] = random.nextLong(population);
      }
      Arrays.sort(drawn);
      size = 0;
      for (int i = 0; i < count; i++) {
        if (i == 0 || drawn[i] != drawn[i - 1]) {
          drawn[size++] = drawn[i];
        }
      }
    }
    return drawn;
  }
}
