package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.SortedMap;
import java.util.TreeMap;
import org.junit.jupiter.api.AutoClose;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Labels in any order, held to a sorted map.
final class LabelColumnTest {

  @AutoClose private final Arena arena = Arena.ofConfined();

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void everyLabelIsFoundWhereverItIsAndNoOther(long seed) {
    Random random = new Random(seed);
    int size = random.nextInt(300);
    long least = random.nextLong(Long.MIN_VALUE, Long.MAX_VALUE - (1L << 32));
    TreeMap<Long, Integer> expected = new TreeMap<>();
    long[] labels = new long[size];
    for (int ordinal = 0; ordinal < size; ordinal++) {
      do {
        // Few labels far apart in some, many near each other in others; above 2^31 as well.
        labels[ordinal] = least + random.nextLong(seed % 2 == 0 ? 600 : 1L << 32);
      } while (expected.containsKey(labels[ordinal]));
      expected.put(labels[ordinal], ordinal);
    }
    LabelColumn column = column(expected.isEmpty() ? 0 : expected.firstKey(), labels, expected);
    List<Integer> order = List.copyOf(expected.values());
    for (int i = 0; i < size; i++) {
      assertEquals(labels[i], column.label(i));
      assertEquals(i, column.ordinalOf(labels[i]));
      assertEquals(order.get(i), column.ordinalAt(i));
      for (long near : new long[] {labels[i] - 1, labels[i] + 1}) {
        assertEquals(expected.getOrDefault(near, -1), column.ordinalOf(near));
      }
    }
    assertEquals(-1, column.ordinalOf(Long.MIN_VALUE));
    assertEquals(-1, column.ordinalOf(Long.MAX_VALUE));
    List<String> violations = new ArrayList<>();
    column.verify(violations);
    assertEquals(List.of(), violations);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 2, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void thereIsNoOtherRow(int there) {
    LabelColumn column = new LabelColumn.Ordered(5, ints(0, 9), ints(0, 1), 2);
    assertThrows(IllegalArgumentException.class, () -> column.label(there));
    assertThrows(IllegalArgumentException.class, () -> column.ordinalAt(there));
  }

  @ParameterizedTest
  @CsvSource({
    "0, 0, true",
    "0, 4294967295, true",
    "0, 4294967296, false",
    "-1, 4294967294, true",
    "-1, 4294967295, false",
    "9223372032559808512, 9223372036854775807, true",
    "-9223372036854775808, -9223372032559808513, true",
    "-9223372036854775808, 9223372036854775807, false",
    "-9223372036854775808, 0, false",
    "-2, 9223372036854775807, false"
  })
  void labelsTakeFourBytesThatAreNoFartherApart(long least, long greatest, boolean fits) {
    assertEquals(fits ? 4 : 8, LabelColumn.Ordered.bytes(least, greatest));
  }

  @Test
  void anOrderThatIsNotThatOfTheLabelsIsFound() {
    assertViolation(new LabelColumn.Ordered(5, ints(0, 9, 4), ints(0, 1, 2), 3));
    assertViolation(new LabelColumn.Ordered(5, ints(0, 9, 4), ints(0, 2, 2), 3));
    assertViolation(new LabelColumn.Ordered(5, ints(0, 4, 4), ints(0, 1, 2), 3));
    // The labels above the least are unsigned.
    assertViolation(new LabelColumn.Ordered(5, ints(0, -1, 4), ints(0, 1, 2), 3));
  }

  private static void assertViolation(LabelColumn column) {
    List<String> violations = new ArrayList<>();
    column.verify(violations);
    assertEquals(1, violations.size());
    assertTrue(violations.getFirst().contains("follows label"), violations::toString);
  }

  private LabelColumn column(long least, long[] labels, SortedMap<Long, Integer> sorted) {
    int[] above = new int[labels.length];
    for (int i = 0; i < labels.length; i++) {
      above[i] = (int) (labels[i] - least);
    }
    int[] order = sorted.values().stream().mapToInt(Integer::intValue).toArray();
    return new LabelColumn.Ordered(least, ints(above), ints(order), labels.length);
  }

  private MemorySegment ints(int... values) {
    MemorySegment ints = arena.allocate(4L * values.length, 4);
    for (int i = 0; i < values.length; i++) {
      ints.setAtIndex(SealedLayout.INT, i, values[i]);
    }
    return ints;
  }
}
