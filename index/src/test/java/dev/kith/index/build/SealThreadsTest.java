package dev.kith.index.build;

import static dev.kith.index.build.SegmentFixture.assertClean;
import static dev.kith.index.build.SegmentFixture.assertEmpty;
import static dev.kith.index.build.SegmentFixture.assertProgressRises;
import static dev.kith.index.build.SegmentFixture.assertStopsAtAnyReport;
import static dev.kith.index.build.SegmentFixture.linked;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import dev.kith.index.hnsw.HnswParams;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Sealing the layout FAST with several threads.
final class SealThreadsTest {
  private static final IndexSpec FAST = new IndexSpec.Hnsw(new HnswParams(16, 60, 5), Layout.FAST);

  @TempDir Path folder;

  @ParameterizedTest
  @CsvSource({"COSINE, 48, 3000", "EUCLIDEAN, 200, 1300", "DOT, 33, 1", "DOT, 16, 0"})
  void theFileIsTheSameWithAnyNumberOfThreads(Metric metric, int dimension, int count)
      throws IOException {
    VectorSpace space = new VectorSpace(dimension, metric);
    try (GrowingSegment growing = linked(Mixture.of(space, count, 10, 1), FAST)) {
      Path one = folder.resolve("one");
      growing.seal(one, 3, 1, SealProgress.IGNORED);
      for (int threads : new int[] {2, 3, 9}) {
        Path several = folder.resolve("several");
        growing.seal(several, 3, threads, SealProgress.IGNORED);
        assertEquals(-1, Files.mismatch(one, several), threads + " threads");
      }
      try (SealedSegment sealed = SealedSegment.open(one, space)) {
        assertClean(sealed);
      }
    }
  }

  @Test
  void aMergedFileIsTheSameWithAnyNumberOfThreads() throws IOException {
    VectorSpace space = new VectorSpace(48, Metric.COSINE);
    Path source = folder.resolve("source");
    try (GrowingSegment growing = linked(Mixture.of(space, 2500, 10, 2), FAST)) {
      growing.seal(source, 1, 1, SealProgress.IGNORED);
    }
    try (SealedSegment sealed = SealedSegment.open(source, space)) {
      List<Path> files = new ArrayList<>();
      for (int threads : new int[] {1, 4}) {
        Path file = folder.resolve("merged" + threads);
        try (SegmentMerge merge = SegmentMerge.start(FAST, List.of(sealed), SealProgress.IGNORED)) {
          merge.write(file, 2, threads, SealProgress.IGNORED);
        }
        files.add(file);
      }
      assertEquals(-1, Files.mismatch(files.getFirst(), files.getLast()));
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void progressRisesToTheTotalOnTheSealingThread(int threads) throws IOException {
    VectorSpace space = new VectorSpace(48, Metric.COSINE);
    try (GrowingSegment growing = linked(Mixture.of(space, 3000, 10, 3), FAST)) {
      assertProgressRises(growing, folder.resolve("segment"), threads, 9000, 5);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 3})
  void stoppingAtAnyReportLeavesNeitherAFileNorAThread(int threads) throws Exception {
    VectorSpace space = new VectorSpace(48, Metric.COSINE);
    try (GrowingSegment growing = linked(Mixture.of(space, 3000, 10, 4), FAST)) {
      assertStopsAtAnyReport(growing, folder, threads, 9000, 500);
    }
  }

  @Test
  void impossibleNumbersOfThreadsAreRefusedAndLeaveNoFile() throws IOException {
    VectorSpace space = new VectorSpace(16, Metric.COSINE);
    try (GrowingSegment growing = linked(Mixture.of(space, 10, 1, 5), FAST)) {
      for (int threads : new int[] {-1, 0, 1025}) {
        assertThrows(
            IllegalArgumentException.class,
            () -> growing.seal(folder.resolve("segment"), 1, threads, SealProgress.IGNORED));
      }
    }
    assertEmpty(folder);
  }
}
