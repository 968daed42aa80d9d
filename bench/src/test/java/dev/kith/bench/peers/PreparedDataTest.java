package dev.kith.bench.peers;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.ExactNeighbors;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.dataset.RandomData;
import dev.kith.client.file.IntMatrix;
import dev.kith.index.Metric;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class PreparedDataTest {
  @TempDir private Path folder;

  @ParameterizedTest
  @EnumSource(Metric.class)
  void queriesKeepTheirNeighboursInAnOrderThatIsAlwaysTheSame(Metric metric) throws Exception {
    write(metric);
    try (Dataset source = DatasetFolder.open(folder, 1)) {
      PreparedData.write(source, 30, folder.resolve("a"));
      PreparedData.write(source, 30, folder.resolve("b"));
    }
    for (String file : new String[] {"base.npy", "query.npy", "neighbors.npy"}) {
      assertEquals(
          -1, Files.mismatch(folder.resolve("a").resolve(file), folder.resolve("b").resolve(file)));
    }
    try (Dataset prepared = DatasetFolder.open(folder.resolve("a"), 1)) {
      assertEquals(30, prepared.queries().rows());
      IntMatrix found =
          ExactNeighbors.find(
              prepared.space(), prepared.base(), prepared.queries(), 5, 1, done -> {});
      for (int query = 0; query < 30; query++) {
        assertArrayEquals(
            java.util.Arrays.copyOf(prepared.neighbors().row(query), 5), found.row(query));
      }
      for (int row = 0; row < prepared.base().rows() && metric == Metric.COSINE; row++) {
        double squares = 0;
        for (float value : prepared.base().row(row)) {
          squares += value * value;
        }
        assertEquals(1, squares, 1e-5);
      }
    }
  }

  @Test
  void aCosineCanBeSeenAsTheInnerProductOfTheSameVectors() throws Exception {
    write(Metric.COSINE);
    try (Dataset source = DatasetFolder.open(folder, 1)) {
      PreparedData.write(source, 30, folder.resolve("a"));
      PreparedData.write(source, 30, Metric.DOT, folder.resolve("b"));
    }
    try (Dataset seen = DatasetFolder.open(folder.resolve("b"), 1)) {
      assertEquals(Metric.DOT, seen.space().metric());
    }
    for (String file : new String[] {"base.npy", "query.npy", "neighbors.npy"}) {
      assertEquals(
          -1, Files.mismatch(folder.resolve("a").resolve(file), folder.resolve("b").resolve(file)));
    }
  }

  @Test
  void aVectorWithoutDirectionIsNamed() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix base = RandomData.gaussian(20, 4, new Random(1), arena);
      FloatMatrix queries = RandomData.gaussian(3, 4, new Random(2), arena);
      base.set(7, new float[4]);
      DatasetFolder.write(folder, "zero", Metric.DOT, base, queries);
      try (Dataset found = DatasetFolder.open(folder, 1)) {
        assertEquals(3, found.neighbors().rows());
      }
      Files.writeString(
          folder.resolve("meta.json"), "{\"name\": \"zero\", \"metric\": \"cosine\"}");
      try (Dataset source = DatasetFolder.open(folder, 1)) {
        IllegalArgumentException refused =
            assertThrows(
                IllegalArgumentException.class,
                () -> PreparedData.write(source, 3, folder.resolve("a")));
        assertTrue(String.valueOf(refused.getMessage()).contains("base row 7"), refused::toString);
      }
    }
  }

  private void write(Metric metric) throws Exception {
    RandomData.write(folder, metric, 500, 40, 8, 1);
  }
}
