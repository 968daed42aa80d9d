package dev.kith.index;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.BitSet;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class VisitedSetTest {

  // Few additions are undone one by one, many by clearing everything; sizes that grow and shrink
  // must leave nothing behind.
  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void remembersOneSearchAndNothingOfTheOneBefore(long seed) {
    Random random = new Random(seed);
    VisitedSet visited = new VisitedSet();
    for (int search = 0; search < 200; search++) {
      int capacity = 1 + random.nextInt(3000);
      visited.reset(capacity);
      BitSet reference = new BitSet();
      int additions = random.nextInt(random.nextBoolean() ? 10 : 2 * capacity);
      for (int i = 0; i < additions; i++) {
        int ordinal = random.nextInt(capacity);
        assertEquals(reference.get(ordinal), visited.contains(ordinal));
        assertEquals(reference.get(ordinal) ? 0 : 1, visited.add(ordinal));
        reference.set(ordinal);
      }
    }
  }
}
