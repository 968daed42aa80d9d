package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class LevelDrawTest {

  @ParameterizedTest
  @ValueSource(ints = {2, 5, 16, 64})
  void oneNodeInMClimbsALevelHigher(int m) {
    LevelDraw draw = new LevelDraw(new HnswParams(m, 10, 99));
    int nodes = 400_000;
    int[] above = new int[4];
    for (int node = 0; node < nodes; node++) {
      for (int level = 1; level <= Math.min(3, draw.level(node)); level++) {
        above[level]++;
      }
    }
    for (int level = 1; level <= 3; level++) {
      double expected = nodes * Math.pow(m, -level);
      // Five standard deviations of a binomial count.
      assertEquals(expected, above[level], 5 * Math.sqrt(expected) + 1, "level " + level);
    }
  }
}
