package dev.kith.index.ivf;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

final class IvfParamsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 1",
    "1, 1",
    "2, 2",
    "3, 3",
    "4, 4",
    "5, 4",
    "100, 20",
    "1000, 63",
    "1000000, 2000",
    "536870912, 46341",
    "2147483647, 65536"
  })
  void asManyListsSuitAsTwiceTheRootOfTheRowsButNeverMoreThanRows(int rows, int lists) {
    assertEquals(lists, IvfParams.defaults().listsFor(rows));
  }

  @ParameterizedTest
  @CsvSource({"1, 1000, 1", "50, 1000, 50", "50, 20, 20", "50, 0, 1", "65536, 100000, 65536"})
  void whatIsAskedForIsGivenIfThereAreAsManyRows(int asked, int rows, int lists) {
    assertEquals(lists, new IvfParams(asked, 1).listsFor(rows));
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 65_537, Integer.MIN_VALUE, Integer.MAX_VALUE})
  void impossibleNumbersOfListsAreRefused(int lists) {
    IllegalArgumentException refused =
        assertThrows(IllegalArgumentException.class, () -> new IvfParams(lists, 1));
    assertEquals("lists must be in [0, 65536], got " + lists, refused.getMessage());
  }

  @Test
  void centroidsAreLearntFromAllRowsOrEnoughForEachList() {
    assertEquals(100, IvfParams.sampleSize(100, 20));
    assertEquals(5_120, IvfParams.sampleSize(1_000_000, 20));
    assertEquals(1 << 24, IvfParams.sampleSize(Integer.MAX_VALUE, IvfParams.MAX_LISTS));
  }
}
