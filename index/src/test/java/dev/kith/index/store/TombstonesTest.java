package dev.kith.index.store;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class TombstonesTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void behavesAsASetOfTheDead(long seed) {
    Random random = new Random(seed);
    int capacity = 1 + random.nextInt(1000);
    Tombstones tombstones = new Tombstones(capacity);
    BitSet expected = new BitSet();
    for (int i = 0; i < 2000; i++) {
      int ordinal = random.nextInt(capacity);
      assertEquals(!expected.get(ordinal), tombstones.kill(ordinal));
      expected.set(ordinal);
      assertEquals(expected.cardinality(), tombstones.deadCount());
    }
    for (int ordinal = 0; ordinal < capacity; ordinal++) {
      assertEquals(expected.get(ordinal), tombstones.isDead(ordinal));
      assertEquals(!expected.get(ordinal), tombstones.alive().accepts(ordinal));
    }
  }

  @Test
  void ofSeveralThreadsThatKillTheSameOrdinalExactlyOneSucceeds() throws Exception {
    int capacity = 100_000;
    Tombstones tombstones = new Tombstones(capacity);
    Callable<Integer> killer =
        () -> {
          int killed = 0;
          for (int ordinal = 0; ordinal < capacity; ordinal++) {
            killed += tombstones.kill(ordinal) ? 1 : 0;
          }
          return killed;
        };
    try (ExecutorService threads = Executors.newFixedThreadPool(4)) {
      List<Future<Integer>> results = new ArrayList<>();
      for (int i = 0; i < 4; i++) {
        results.add(threads.submit(killer));
      }
      int killed = 0;
      for (Future<Integer> result : results) {
        killed += result.get();
      }
      assertEquals(capacity, killed);
      assertEquals(capacity, tombstones.deadCount());
    }
  }

  @Test
  void anOrdinalBeyondTheCapacityIsRefusedEvenInsideTheLastWord() {
    Tombstones tombstones = new Tombstones(65);
    assertTrue(tombstones.kill(64));
    assertThrows(IndexOutOfBoundsException.class, () -> tombstones.kill(65));
    assertThrows(IndexOutOfBoundsException.class, () -> tombstones.kill(-1));
    assertThrows(IndexOutOfBoundsException.class, () -> tombstones.isDead(128));
    assertEquals(1, tombstones.deadCount());
  }

  @Test
  void aSegmentOfNothingHasNoDead() {
    Tombstones tombstones = new Tombstones(0);
    assertEquals(0, tombstones.deadCount());
    assertThrows(IndexOutOfBoundsException.class, () -> tombstones.kill(0));
  }
}
