package dev.kith.bench.dataset;

import java.util.Arrays;
import java.util.Random;

/// Queries of a data set that take part: those that choose settings, and others that judge them.
///
/// @param choosing numbers of queries
/// @param judging none of the same, as many or one more
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
public record QuerySplit(int[] choosing, int[] judging) {

  /// Draws both.
  ///
  /// @param available queries there are
  /// @param most that take part
  /// @throws IllegalArgumentException if there are fewer than two
  public static QuerySplit draw(int available, int most, long seed) {
    int count = Math.min(available, most);
    if (count < 2) {
      throw new IllegalArgumentException(
          "one query chooses settings and another judges them, got %d in all".formatted(count));
    }
    int[] order = new int[available];
    Random random = new Random(seed);
    for (int i = 0; i < available; i++) {
      int j = random.nextInt(i + 1); // Fisher and Yates, inside out.
      order[i] = order[j];
      order[j] = i;
    }
    return new QuerySplit(
        Arrays.copyOf(order, count / 2), Arrays.copyOfRange(order, count / 2, count));
  }

  /// Both, those that choose first.
  public int[] all() {
    int[] all = Arrays.copyOf(choosing, choosing.length + judging.length);
    System.arraycopy(judging, 0, all, choosing.length, judging.length);
    return all;
  }
}
