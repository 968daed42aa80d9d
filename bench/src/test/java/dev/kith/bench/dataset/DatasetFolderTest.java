package dev.kith.bench.dataset;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.file.IntMatrix;
import dev.kith.client.file.NpyWriter;
import dev.kith.index.Metric;
import io.jhdf.HdfFile;
import io.jhdf.WritableHdfFile;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class DatasetFolderTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Metric.class)
  void aFolderGivesBackWhatWasWritten(Metric metric) throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix base = RandomData.gaussian(2500, 7, new Random(1), arena);
      FloatMatrix queries = RandomData.gaussian(30, 7, new Random(2), arena);
      DatasetFolder.write(folder, "small", metric, base, queries);
      try (Dataset read = DatasetFolder.open(folder, 2)) {
        assertEquals("small", read.name());
        assertEquals(metric, read.space().metric());
        assertEquals(7, read.space().dimension());
        assertEquals(-1, base.data().mismatch(read.base().data()));
        assertEquals(-1, queries.data().mismatch(read.queries().data()));
      }
    }
  }

  @Test
  void missingNeighboursAreFoundOnceAndKept() throws Exception {
    writeSmall();
    int[] found;
    try (Dataset first = DatasetFolder.open(folder, 2)) {
      assertEquals(DatasetFolder.NEIGHBORS, first.neighbors().columns());
      found = first.neighbors().values();
    }
    Path file = folder.resolve("neighbors.npy");
    assertArrayEquals(found, IntMatrix.read(file).values());

    // Other neighbours in the file are believed: they are not computed again.
    int[] reversed = new int[found.length];
    for (int i = 0; i < found.length; i++) {
      reversed[i] = found[found.length - 1 - i];
    }
    NpyWriter.write(file, new IntMatrix(30, DatasetFolder.NEIGHBORS, reversed));
    try (Dataset second = DatasetFolder.open(folder, 2)) {
      assertArrayEquals(reversed, second.neighbors().values());
    }
  }

  @Test
  void writingAFolderAnewForgetsTheOldNeighbours() throws Exception {
    writeSmall();
    DatasetFolder.open(folder, 1).close();
    assertTrue(Files.exists(folder.resolve("neighbors.npy")));
    writeSmall();
    assertFalse(Files.exists(folder.resolve("neighbors.npy")));
  }

  @Test
  void anHdf5FileOfAnnBenchmarksOpensAsItIs() throws Exception {
    Path file = folder.resolve("tiny-3-angular.hdf5");
    float[][] train = new float[150][];
    for (int i = 0; i < train.length; i++) {
      train[i] = new float[] {(float) Math.cos(i * 0.02), (float) Math.sin(i * 0.02), 0.5f};
    }
    float[][] test = {{1, 0, 0.5f}, {0, 1, 0.5f}};
    int[][] neighbors = {{0, 1, 2}, {79, 78, 80}};
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      hdf.putDataset("train", train);
      hdf.putDataset("test", test);
      hdf.putDataset("neighbors", neighbors);
    }
    try (Dataset read = DatasetFolder.open(file, 1)) {
      assertEquals("tiny-3-angular", read.name());
      assertEquals(Metric.COSINE, read.space().metric());
      assertArrayEquals(train[149], read.base().row(149));
      assertArrayEquals(test[1], read.queries().row(1));
      assertArrayEquals(neighbors[1], read.neighbors().row(1));
    }
  }

  @Test
  void neighboursThatAnHdf5FileLacksAreKeptBesideIt() throws Exception {
    Path file = folder.resolve("line-1-euclidean.hdf5");
    try (WritableHdfFile hdf = HdfFile.write(file)) {
      hdf.putDataset("train", new float[][] {{0}, {10}, {20}});
      hdf.putDataset("test", new float[][] {{19}});
    }
    for (int i = 0; i < 2; i++) {
      try (Dataset read = DatasetFolder.open(file, 1)) {
        assertArrayEquals(new int[] {2, 1, 0}, read.neighbors().row(0));
      }
    }
    assertTrue(Files.exists(folder.resolve("line-1-euclidean.hdf5.neighbors.npy")));
  }

  @Test
  void whatIsMissingOrWrongIsNamed() throws Exception {
    assertMessage("meta.json", () -> DatasetFolder.open(folder, 1));
    assertMessage("neither a data set folder", () -> DatasetFolder.open(folder.resolve("no"), 1));

    writeSmall();
    Files.writeString(folder.resolve("meta.json"), "{\"name\":\"x\",\"metric\":\"hamming\"}");
    assertMessage("hamming", () -> DatasetFolder.open(folder, 1));
    Files.writeString(folder.resolve("meta.json"), "{\"name\":\"x\"}");
    assertMessage("metric", () -> DatasetFolder.open(folder, 1));

    writeSmall();
    NpyWriter.write(folder.resolve("query.npy"), 3, new float[9]);
    assertMessage("7 dimensions", () -> DatasetFolder.open(folder, 1));

    writeSmall();
    NpyWriter.write(folder.resolve("neighbors.npy"), new IntMatrix(29, 1, new int[29]));
    assertMessage("30 queries", () -> DatasetFolder.open(folder, 1));

    int[] beyond = new int[30];
    beyond[7] = 2500;
    NpyWriter.write(folder.resolve("neighbors.npy"), new IntMatrix(30, 1, beyond));
    assertMessage("neighbour 2500", () -> DatasetFolder.open(folder, 1));
  }

  private void writeSmall() throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      DatasetFolder.write(
          folder,
          "small",
          Metric.COSINE,
          RandomData.gaussian(2500, 7, new Random(1), arena),
          RandomData.gaussian(30, 7, new Random(2), arena));
    }
  }

  private static void assertMessage(String part, org.junit.jupiter.api.function.Executable open) {
    IOException refused = assertThrows(IOException.class, open);
    assertTrue(refused.toString().contains(part), refused::toString);
  }
}
