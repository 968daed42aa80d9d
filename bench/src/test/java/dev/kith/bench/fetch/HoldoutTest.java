package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class HoldoutTest {

  @Test
  void everyRowIsEitherIndexedOrHeldOut() {
    Holdout holdout = Holdout.choose(1000, 37, 5);
    assertEquals(37, holdout.queries().length);
    int[] all =
        IntStream.concat(Arrays.stream(holdout.base()), Arrays.stream(holdout.queries()))
            .sorted()
            .toArray();
    assertArrayEquals(IntStream.range(0, 1000).toArray(), all);
    assertArrayEquals(Arrays.stream(holdout.base()).sorted().toArray(), holdout.base());
  }

  @Test
  void rowsThatAreNamedAreHeldOutAndTheOthersIndexed() {
    Holdout holdout = Holdout.of(6, new int[] {0, 3, 5});
    assertArrayEquals(new int[] {0, 3, 5}, holdout.queries());
    assertArrayEquals(new int[] {1, 2, 4}, holdout.base());
  }

  @Test
  void theSeedDecides() {
    int[] first = Holdout.choose(1000, 37, 5).queries();
    assertArrayEquals(first, Holdout.choose(1000, 37, 5).queries());
    assertFalse(Arrays.equals(first, Holdout.choose(1000, 37, 6).queries()));
  }

  // Measured figures refer to these very queries: a change would make them incomparable.
  @Test
  void theHeldOutWordsOfGloveStayTheSame() {
    int[] queries = Holdout.choose(341_479, 10_000, 1).queries();
    assertArrayEquals(GOLDEN, Arrays.copyOf(queries, 5));
  }

  @Test
  void somethingMustRemainToIndex() {
    assertThrows(IllegalArgumentException.class, () -> Holdout.choose(10, 10, 1));
    assertThrows(IllegalArgumentException.class, () -> Holdout.choose(10, 0, 1));
  }

  private static final int[] GOLDEN = {16, 60, 63, 145, 192};
}
