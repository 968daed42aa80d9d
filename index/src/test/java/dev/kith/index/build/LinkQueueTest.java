package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.BitSet;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

final class LinkQueueTest {

  @Test
  void rowsComeInTheOrderSetAndLaterOnesInTheirOwn() {
    LinkQueue queue = new LinkQueue(6);
    queue.dealIn(new int[] {2, 0, 3, 1});
    assertEquals(List.of(2, 0, 3, 1), IntStream.range(0, 4).mapToObj(_ -> queue.claim(4)).toList());
    assertEquals(-1, queue.claim(4));
    assertEquals(4, queue.claim(6));
    assertEquals(5, queue.claim(6));
    assertEquals(-1, queue.claim(6));
  }

  @Test
  void theMarkIsTheLowestUnfinishedRowInWhateverOrderTheyFinish_seed1() {
    Random random = new Random(1);
    for (int round = 0; round < 50; round++) {
      int capacity = 1 + random.nextInt(200);
      List<Integer> rows = IntStream.range(0, capacity).boxed().collect(Collectors.toList());
      Collections.shuffle(rows, random);
      LinkQueue queue = new LinkQueue(capacity);
      queue.dealIn(rows.stream().mapToInt(row -> row).toArray());
      BitSet finished = new BitSet();
      for (int i = 0; i < capacity; i++) {
        int row = queue.claim(capacity);
        queue.finish(row);
        finished.set(row);
        assertEquals(finished.nextClearBit(0), queue.linked());
        assertEquals(i + 1, queue.finished());
      }
      assertEquals(capacity, queue.linked());
    }
  }

  @Test
  void anOrderComesTooLateOnceARowIsClaimedOrLinked() {
    LinkQueue begun = new LinkQueue(2);
    begun.claim(2);
    assertThrows(IllegalStateException.class, () -> begun.dealIn(new int[] {1, 0}));
    LinkQueue around = new LinkQueue(3, 0, 1);
    assertThrows(IllegalStateException.class, () -> around.dealIn(new int[] {2, 1, 0}));
    assertEquals(1, around.finished());
  }
}
