package dev.kith.index;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.nio.file.Path;
import org.junit.jupiter.api.Test;

final class VocabularyTest {

  @Test
  void aSpaceOfAnImpossibleDimensionIsRefusedWithTheRangeAndTheValue() {
    for (int dimension : new int[] {0, -1, VectorSpace.MAX_DIMENSION + 1}) {
      IllegalArgumentException refused =
          assertThrows(
              IllegalArgumentException.class, () -> new VectorSpace(dimension, Metric.DOT));
      assertEquals("dimension must be in [1, 65536], got " + dimension, refused.getMessage());
    }
    assertEquals(65_536, new VectorSpace(65_536, Metric.DOT).dimension());
  }

  @Test
  void aRangeIncludesBothItsEnds() {
    assertEquals(3, Require.inRange("k", 3, 3, 5));
    assertEquals(5L, Require.inRange("k", 5L, 3L, 5L));
    assertThrows(IllegalArgumentException.class, () -> Require.inRange("k", 2L, 3L, 5L));
    assertThrows(IllegalArgumentException.class, () -> Require.inRange("k", 6, 3, 5));
  }

  @Test
  void workAddsUpAndStartsAgainFromZero() {
    SearchWork total = new SearchWork();
    SearchWork part = new SearchWork();
    part.distanceComputations = 3;
    part.nodesVisited = 2;
    part.bytesScanned = 100;
    total.add(part);
    total.add(part);
    assertEquals("6 distances, 4 nodes, 200 bytes", total.toString());
    total.reset();
    assertEquals("0 distances, 0 nodes, 0 bytes", total.toString());
  }

  @Test
  void aCorruptFileIsReportedWithItsNameWhatWasExpectedAndWhatWasFound() {
    CorruptFileException damage = new CorruptFileException(Path.of("7.kseg"), "magic KITHSEG", "0");
    assertEquals("7.kseg is damaged: expected magic KITHSEG, found 0", damage.getMessage());
    assertEquals(Path.of("7.kseg"), damage.file());
  }
}
