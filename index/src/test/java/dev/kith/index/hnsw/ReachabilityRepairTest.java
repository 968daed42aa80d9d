package dev.kith.index.hnsw;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class ReachabilityRepairTest {

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void whatRandomCutsSeparateIsAttachedAgain(long seed) {
    Random random = new Random(seed);
    int count = 600;
    try (GraphFixture fixture =
        new GraphFixture(
                new VectorSpace(20, Metric.EUCLIDEAN),
                HnswGraphTest.clustered(count, 6, 0.2, seed),
                new HnswParams(2, 20, seed))
            .linkAll()) {
      GraphLinks links = fixture.graph.links();
      for (int node = 0; node < count; node++) {
        int keep = random.nextInt(3);
        for (int place = keep; place < links.slots(0); place++) {
          GraphLinks.write(links.level0(), links.list(0, node), place, 0);
        }
      }
      SealedGraph cut = new SealedGraph(links, fixture.graph.entry(), count);
      assertTrue(!cut.verify().isEmpty(), "the cuts separate something");

      ReachabilityRepair repair = new ReachabilityRepair(links, fixture.rows, new HnswScratch());
      int repaired = repair.repair(cut.entry().node(), node -> true);

      assertTrue(repaired > 0);
      assertEquals(List.of(), cut.verify());
    }
  }
}
