package dev.kith.index.ivf;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.Mixture;
import dev.kith.index.codec.Codec;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CancellationException;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Which rows are in which second lists.
final class SpillTest {

  @AutoClose private final Arena arena = Arena.ofShared();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyRowIsInTwoListsOnceInEach(long seed) throws InterruptedException {
    Random random = new Random(seed);
    Metric metric = List.of(Metric.values()).get((int) (seed % 3));
    int count = 10 + random.nextInt(1500);
    int lists = 2 + random.nextInt(60);
    Mixture mixture = Mixture.of(new VectorSpace(1 + random.nextInt(40), metric), count, 9, seed);
    try (IvfFixture fixture = spilled(mixture, lists)) {
      int[] in = new int[count];
      for (int list = 0; list < fixture.lists().count(); list++) {
        for (int position : fixture.rowsOf(List.of(list), 1, _ -> true)) {
          in[position]++;
        }
      }
      for (int position = 0; position < count; position++) {
        assertEquals(2, in[position], "row " + position);
      }
      assertEquals(count, fixture.spill().size());
    }
  }

  @Test
  void entriesOfAListAreItsOwnRowsAndThenThoseSpilledToItByPosition() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(8, Metric.DOT), 700, 9, 11);
    try (IvfFixture fixture = spilled(mixture, 20)) {
      int[] own = fixture.partition().starts();
      Spill spill = fixture.spill();
      int[] starts = spill.entryStarts(own);
      int[] entries = spill.entries(own);
      int[] second = spill.lists(700);
      assertEquals(1400, entries.length);
      assertEquals(1400, starts[20]);
      for (int list = 0; list < 20; list++) {
        assertEquals(starts[list + 1] - starts[list], fixture.lists().size(list));
        int end = starts[list] + own[list + 1] - own[list];
        for (int entry = starts[list]; entry < starts[list + 1]; entry++) {
          assertEquals(entries[entry], fixture.lists().position(list, entry - starts[list]));
          assertTrue(entry == starts[list] || entry == end || entries[entry - 1] < entries[entry]);
          int row = entries[entry];
          int itsList = entry < end ? fixture.lists().listOf(row) : second[row];
          assertEquals(list, itsList);
        }
      }
    }
  }

  @Test
  void whereThereIsOneListNothingIsSpilled() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(8, Metric.COSINE), 100, 9, 12);
    for (int count : new int[] {0, 1, 100}) {
      try (IvfFixture fixture = spilled(mixture.part(0, count), 1)) {
        assertEquals(0, fixture.spill().size());
        assertEquals(count, fixture.lists().size(0));
        int[] none = IntStream.range(0, count).map(_ -> Partition.UNKNOWN).toArray();
        assertArrayEquals(none, fixture.spill().lists(count));
      }
    }
  }

  @Test
  void anyNumberOfThreadsSpillsTheSameAndTheListenerMayEndIt() throws InterruptedException {
    Mixture mixture = Mixture.of(new VectorSpace(24, Metric.COSINE), 5000, 9, 13);
    try (IvfFixture fixture = spilled(mixture, 70)) {
      List<Double> shares = new ArrayList<>();
      Spill three = spill(fixture, 3, shares::add);
      assertArrayEquals(fixture.spill().starts(), three.starts());
      assertEquals(
          -1,
          MemorySegment.mismatch(
              three.positions(), 0, 20_000, fixture.spill().positions(), 0, 20_000));
      assertEquals(1, shares.getLast());
      assertEquals(shares.stream().sorted().toList(), shares);
      assertNotEquals(1, shares.getFirst());
      assertThrows(
          CancellationException.class,
          () ->
              spill(
                  fixture,
                  2,
                  _ -> {
                    throw new CancellationException("enough");
                  }));
    }
  }

  private Spill spill(IvfFixture fixture, int threads, Partition.Progress progress)
      throws InterruptedException {
    Partition partition = fixture.partition();
    return Spill.of(partition, fixture.given(), partition.order(), threads, arena, progress);
  }

  private static IvfFixture spilled(Mixture mixture, int lists) throws InterruptedException {
    return new IvfFixture(mixture, new IvfParams(lists, 7, true), new Codec.F32(), 1);
  }
}
