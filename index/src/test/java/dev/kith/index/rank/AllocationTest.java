package dev.kith.index.rank;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.rank.Allocation.Pick;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class AllocationTest {

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void everyPrefixIsOfTheHighestAverages_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      double[] weights = weights(random);
      int limit = random.nextInt(60);
      int[] seats = Allocation.PROPORTIONAL.allocated(weights, limit);
      // Webster's is the division with a common divisor whose rounded quotients add up.
      double[] quotients =
          IntStream.range(0, weights.length)
              .boxed()
              .flatMapToDouble(
                  i -> IntStream.range(0, 61).mapToDouble(j -> weights[i] / (2.0 * j + 1)))
              .sorted()
              .toArray();
      double least = limit == 0 ? Double.MAX_VALUE : quotients[quotients.length - limit];
      for (int i = 0; i < weights.length; i++) {
        int component = i;
        long above =
            IntStream.range(0, 61).filter(j -> weights[component] / (2.0 * j + 1) > least).count();
        long with =
            IntStream.range(0, 61).filter(j -> weights[component] / (2.0 * j + 1) >= least).count();
        assertTrue(seats[i] >= above && seats[i] <= with, "component " + i);
      }
      assertEquals(limit, IntStream.of(seats).sum());
      List<List<Integer>> endless = lists(weights.length, 60);
      int[] counts = new int[weights.length];
      for (Pick pick : Allocation.PROPORTIONAL.merge(weights, endless, limit, false)) {
        assertEquals(counts[pick.component()]++, pick.place());
        assertArrayEquals(
            Allocation.PROPORTIONAL.allocated(weights, IntStream.of(counts).sum()), counts);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {4, 5, 6})
  void largestRemaindersAreWithinOneOfTheQuotaAndInItsOrder_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 200; trial++) {
      double[] weights = weights(random);
      int limit = random.nextInt(60);
      int[] seats = Allocation.LARGEST_REMAINDER.allocated(weights, limit);
      double sum = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
      double leastAdded = 1;
      double mostLeft = 0;
      for (int i = 0; i < weights.length; i++) {
        double quota = weights[i] / sum * limit;
        double remainder = quota - Math.floor(quota);
        if (seats[i] == (int) quota + 1) {
          leastAdded = Math.min(leastAdded, remainder);
        } else {
          assertEquals((int) quota, seats[i]);
          mostLeft = Math.max(mostLeft, remainder);
        }
      }
      assertTrue(leastAdded >= mostLeft, leastAdded + " before " + mostLeft);
      assertEquals(limit, IntStream.of(seats).sum());
    }
  }

  @Test
  void allocationsAreThoseThatOneComputesByHand() {
    double[] weights = {0.5, 0.3, 0.2};
    assertArrayEquals(new int[] {5, 3, 2}, Allocation.PROPORTIONAL.allocated(weights, 10));
    assertArrayEquals(new int[] {5, 3, 2}, Allocation.LARGEST_REMAINDER.allocated(weights, 10));
    // Quotas 3.5, 2.1, 1.4: the first has the largest remainder.
    assertArrayEquals(new int[] {4, 2, 1}, Allocation.LARGEST_REMAINDER.allocated(weights, 7));
    List<Integer> order =
        Allocation.PROPORTIONAL.merge(weights, lists(3, 9), 6, true).stream()
            .map(Pick::component)
            .toList();
    assertEquals(List.of(0, 1, 2, 0, 0, 1), order);
    List<Integer> blocks =
        Allocation.LARGEST_REMAINDER
            .merge(new double[] {0.2, 0.5, 0.3}, lists(3, 9), 6, true)
            .stream()
            .map(Pick::component)
            .toList();
    assertEquals(List.of(1, 1, 1, 2, 2, 0), blocks);
  }

  @ParameterizedTest
  @ValueSource(longs = {7, 8, 9})
  void aMergeTakesWhatIsThereOnceAndInOrder_seed(long seed) {
    Random random = new Random(seed);
    for (int trial = 0; trial < 300; trial++) {
      double[] weights = weights(random);
      List<List<Integer>> found = new ArrayList<>();
      for (int i = 0; i < weights.length; i++) {
        List<Integer> list = new ArrayList<>(IntStream.range(0, 20).boxed().toList());
        Collections.shuffle(list, random);
        found.add(list.subList(0, random.nextInt(15)));
      }
      int limit = random.nextInt(40);
      for (Allocation allocation : Allocation.values()) {
        List<Pick> picks = allocation.merge(weights, found, limit, true);
        Set<Integer> all = new HashSet<>();
        for (int i = 0; i < weights.length; i++) {
          if (weights[i] > 0) {
            all.addAll(found.get(i));
          }
        }
        List<Integer> taken =
            picks.stream().map(pick -> found.get(pick.component()).get(pick.place())).toList();
        assertEquals(Math.min(limit, all.size()), picks.size());
        assertEquals(picks.size(), new HashSet<>(taken).size(), "each once");
        int[] last = new int[weights.length];
        for (Pick pick : picks) {
          assertTrue(pick.place() >= last[pick.component()], "the best first");
          last[pick.component()] = pick.place() + 1;
        }
        if (allocation == Allocation.LARGEST_REMAINDER) {
          List<Double> order = picks.stream().map(pick -> weights[pick.component()]).toList();
          assertEquals(order.stream().sorted(Comparator.reverseOrder()).toList(), order);
        }
        int total =
            IntStream.range(0, weights.length)
                .map(i -> weights[i] > 0 ? found.get(i).size() : 0)
                .sum();
        assertEquals(Math.min(limit, total), allocation.merge(weights, found, limit, false).size());
      }
    }
  }

  @Test
  void whatOneComponentLacksTheOthersMakeUpFor() {
    double[] weights = {0.6, 0.3, 0.1};
    List<List<Integer>> found = List.of(List.of(1, 2), List.of(1, 3, 4, 5), List.of(6, 7, 8));
    List<Pick> picks = Allocation.LARGEST_REMAINDER.merge(weights, found, 8, true);
    assertEquals(
        List.of(
            new Pick(0, 0),
            new Pick(0, 1),
            new Pick(1, 1),
            new Pick(1, 2),
            new Pick(1, 3),
            new Pick(2, 0),
            new Pick(2, 1),
            new Pick(2, 2)),
        picks);
    List<Integer> order =
        Allocation.PROPORTIONAL.merge(weights, found, 8, true).stream()
            .map(pick -> found.get(pick.component()).get(pick.place()))
            .toList();
    assertEquals(List.of(1, 3, 2, 6, 4, 5, 7, 8), order);
  }

  /// Whole numbers often, so that claims are equal; some of them zero.
  private static double[] weights(Random random) {
    double[] weights = new double[1 + random.nextInt(6)];
    boolean whole = random.nextBoolean();
    for (int i = 0; i < weights.length; i++) {
      weights[i] = whole ? random.nextInt(4) : random.nextDouble();
    }
    weights[random.nextInt(weights.length)] = 2;
    return weights;
  }

  private static List<List<Integer>> lists(int components, int size) {
    List<List<Integer>> lists = new ArrayList<>();
    for (int i = 0; i < components; i++) {
      int from = 100 * i;
      lists.add(IntStream.range(from, from + size).boxed().toList());
    }
    return lists;
  }
}
