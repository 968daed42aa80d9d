package dev.kith.bench.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import org.HdrHistogram.Histogram;
import org.junit.jupiter.api.Test;

final class IngestFiguresTest {

  @Test
  void theHeapsFloorIsTheLeastBetweenTwoShares() {
    IngestFigures figures = figures(sample(0, 9), sample(30, 7), sample(40, 5), sample(100, 3));

    assertEquals(5, figures.heapFloor(25, 50));
    assertEquals(3, figures.heapFloor(50, 100));
  }

  @Test
  void aLoadMayPassAQuarterBetweenTwoWeighings() {
    IngestFigures figures = figures(sample(0, 9), sample(80, 7), sample(100, 3));

    assertEquals(7, figures.heapFloor(25, 50));
    assertEquals(7, figures.heapFloor(50, 75));
    assertTrue(figures.table().contains("made up"));
  }

  private static MemorySampler.Sample sample(int points, long heapUsed) {
    return new MemorySampler.Sample(points, 100, heapUsed, 20, points, 0);
  }

  private static IngestFigures figures(MemorySampler.Sample... samples) {
    return new IngestFigures(
        "made up",
        100,
        1_000,
        1,
        2,
        1,
        List.of(samples),
        new Histogram(3),
        0,
        new IngestFigures.Recall(1, 1));
  }
}
