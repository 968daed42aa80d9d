package dev.kith.index.trial;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.codec.Codec;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import org.junit.jupiter.api.Test;

final class GrowthTest {
  private static final IndexSpec GRAPH = new IndexSpec.Hnsw(HnswParams.defaults(), Layout.COMPACT);
  private static final IndexSpec LISTS =
      new IndexSpec.Ivf(IvfParams.defaults(), new Codec.Rabitq(0));

  private static Growth growth(double graph, double lists) {
    return Growth.between(new Growth.Work(1000, 1000), new Growth.Work(graph, lists));
  }

  @Test
  void workGrowsOnAsItDidFromHalfToAll() {
    Growth growth = growth(1200, 1500);
    assertEquals(1.2, growth.times(GRAPH, 2), 1e-9);
    assertEquals(1.2 * 1.2 * 1.2, growth.times(GRAPH, 8), 1e-9);
    assertEquals(1.5 * 1.5, growth.times(LISTS, 4), 1e-9);
  }

  @Test
  void aScanTakesAsManyTimesTheWorkAsThereAreRows() {
    assertEquals(7, growth(1200, 1500).times(new IndexSpec.Flat(), 7), 1e-9);
    assertEquals(7, Growth.NONE.times(new IndexSpec.Flat(), 7), 1e-9);
  }

  @Test
  void whatCannotBeIsKeptWithinWhatIsKnown() {
    assertEquals(1, growth(900, 900).times(GRAPH, 16), 1e-9);
    assertEquals(Math.pow(16, 0.3), growth(900, 900).times(LISTS, 16), 1e-9);
    assertEquals(4, growth(9000, 9000).times(GRAPH, 16), 1e-9);
    assertEquals(8, growth(9000, 9000).times(LISTS, 16), 1e-9);
  }

  @Test
  void withoutGrowthWalksAndListsStayAsTheyAre() {
    assertEquals(1, Growth.NONE.times(GRAPH, 1.1));
    assertEquals(1, Growth.NONE.times(LISTS, 1.1));
  }
}
