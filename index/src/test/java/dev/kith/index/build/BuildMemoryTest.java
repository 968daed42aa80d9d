package dev.kith.index.build;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.hnsw.HnswScratch;
import java.lang.foreign.MemorySegment;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class BuildMemoryTest {

  @ParameterizedTest(name = "m {0}")
  @ValueSource(ints = {2, 8, 16, 48})
  void coversWhatALinkedSegmentTakesTwice(int m) {
    VectorSpace space = new VectorSpace(5, Metric.EUCLIDEAN);
    IndexSpec index = new IndexSpec.Hnsw(new HnswParams(m, 60, 3), Layout.COMPACT);
    int rows = 3_000;
    Random random = new Random(m);
    try (GrowingSegment segment = GrowingSegment.create(space, index, rows)) {
      for (int row = 0; row < rows; row++) {
        float[] vector = new float[5];
        for (int i = 0; i < vector.length; i++) {
          vector[i] = random.nextFloat();
        }
        segment.append(row, MemorySegment.ofArray(vector), 0);
      }
      segment.publish();
      HnswScratch scratch = new HnswScratch();
      while (segment.linkNext(scratch)) {
        // All of them.
      }
      long links = segment.bytes() - rows * GrowingSegment.unlinkedBytes(space);
      long stated = rows * BuildMemory.bytesPerRow(space, index, 0);
      // The rows, the graph, and its copy for the file.
      long taken = segment.bytes() + links;
      assertTrue(taken <= stated, taken + " bytes taken, " + stated + " stated");
      assertTrue(taken > 0.7 * stated, taken + " bytes taken, " + stated + " stated");
    }
  }

  @Test
  void aFastLayoutHoldsTheRowsOnceMoreAndTheLinksTheOtherWayRound() {
    VectorSpace space = new VectorSpace(100, Metric.COSINE);
    HnswParams params = HnswParams.defaults();
    assertEquals(
        BuildMemory.bytesPerRow(space, new IndexSpec.Hnsw(params, Layout.COMPACT), 2)
            + 448
            + 4 * 32
            + 8,
        BuildMemory.bytesPerRow(space, new IndexSpec.Hnsw(params, Layout.FAST), 2));
  }
}
