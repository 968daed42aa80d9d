package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LongHeapTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void doesWhatAPriorityQueueDoes(long seed) {
    Random random = new Random(seed);
    LongHeap heap = new LongHeap();
    PriorityQueue<Long> reference = new PriorityQueue<>();
    for (int step = 0; step < 5000; step++) {
      long entry = random.nextInt(500);
      switch (random.nextInt(4)) {
        case 0, 1 -> {
          heap.push(entry);
          reference.add(entry);
        }
        case 2 -> {
          if (!heap.isEmpty()) {
            heap.replaceTop(entry);
            reference.poll();
            reference.add(entry);
          }
        }
        default -> {
          if (!heap.isEmpty()) {
            assertEquals(reference.poll(), heap.pop());
          }
        }
      }
      assertEquals(reference.size(), heap.size());
      assertTrue(reference.isEmpty() || reference.peek() == heap.top());
    }
    long[] drained = new long[heap.size() + 1];
    int count = heap.drainSorted(drained);
    assertArrayEquals(
        reference.stream().mapToLong(Long::longValue).sorted().toArray(),
        Arrays.copyOf(drained, count));
    assertTrue(heap.isEmpty());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4})
  void scoredEntriesOrderByScoreThenByTheSmallerOrdinal(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 2000; i++) {
      float a = random.nextInt(-3, 4) / 2f;
      float b = random.nextInt(-3, 4) / 2f;
      int ordinalA = random.nextInt(5);
      int ordinalB = random.nextInt(5);
      long entryA = Scored.pack(ordinalA, a);
      long entryB = Scored.pack(ordinalB, b);
      assertEquals(
          a != b ? Float.compare(a + 0f, b + 0f) : Integer.compare(ordinalB, ordinalA),
          Long.signum(Long.compare(entryA, entryB)));
      assertEquals(ordinalA, Scored.ordinal(entryA));
      assertEquals(a, Scored.score(entryA), 0f);
    }
  }
}
