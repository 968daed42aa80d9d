package dev.kith.index.kernel;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Random;
import org.junit.jupiter.api.Test;

final class UnitLengthTest {

  @Test
  void theNormIsThatOfTheDefinitionInEveryDimensionUpTo300() {
    Random random = new Random(300);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(4 * 300);
      for (int dimension = 1; dimension <= 300; dimension++) {
        double sum = 0;
        for (int i = 0; i < dimension; i++) {
          float coordinate = Math.scalb(random.nextFloat(-1, 1), random.nextInt(-140, 120));
          vector.setAtIndex(ValueLayout.JAVA_FLOAT, i, coordinate);
          sum += (double) coordinate * coordinate;
        }
        double expected = Math.sqrt(sum);
        assertEquals(expected, UnitLength.norm(vector, 0, dimension), expected * 1e-12);
      }
    }
  }

  @Test
  void aVectorOutsideItsSegmentIsRefused() {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment vector = arena.allocate(16);
      vector.setAtIndex(ValueLayout.JAVA_FLOAT, 0, 1);
      MemorySegment target = arena.allocate(12);
      assertThrows(IndexOutOfBoundsException.class, () -> UnitLength.norm(vector, 4, 4));
      assertThrows(IndexOutOfBoundsException.class, () -> UnitLength.copy(vector, 0, target, 0, 4));
      assertEquals(0, target.getAtIndex(ValueLayout.JAVA_FLOAT, 0), "nothing was written");
    }
  }
}
