package dev.kith.bench.peers;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.client.file.IntMatrix;
import dev.kith.client.file.NpyWriter;
import dev.kith.index.Metric;
import dev.kith.index.kernel.UnitLength;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;
import java.util.Random;

/// Writes the folder that all contenders read, so that all get the same bytes.
///
/// Vectors of a cosine are scaled to length one, after which an inner product is their cosine.
/// Queries are put in a random order that is always the same, so that the first of them are a fair
/// sample, whatever order the data set has.
final class PreparedData {
  private static final long SEED = 1;

  private PreparedData() {}

  /// Writes a data set as contenders read it.
  ///
  /// @param most queries to keep
  /// @throws IllegalArgumentException if a vector of a cosine is zero
  static void write(Dataset source, int most, Path folder) throws IOException {
    write(source, most, source.space().metric(), folder);
  }

  /// As above, for contenders that see another metric.
  ///
  /// @param seen the metric of the data set, or DOT instead of a cosine
  static void write(Dataset source, int most, Metric seen, Path folder) throws IOException {
    int[] order = order(source.queries().rows());
    int count = Math.min(most, order.length);
    try (Arena arena = Arena.ofConfined()) {
      FloatMatrix queries = FloatMatrix.allocate(count, source.queries().columns(), arena);
      int known = source.neighbors().columns();
      int[] neighbors = new int[count * known];
      for (int i = 0; i < count; i++) {
        queries.set(i, source.queries().row(order[i]));
        System.arraycopy(source.neighbors().row(order[i]), 0, neighbors, i * known, known);
      }
      Metric metric = source.space().metric();
      DatasetFolder.write(
          folder,
          source.name(),
          seen,
          metric == Metric.COSINE ? unit("base", source.base(), arena) : source.base(),
          metric == Metric.COSINE ? unit("query", queries, arena) : queries);
      NpyWriter.write(folder.resolve("neighbors.npy"), new IntMatrix(count, known, neighbors));
    }
  }

  private static int[] order(int rows) {
    int[] order = new int[rows];
    Random random = new Random(SEED);
    for (int i = 0; i < rows; i++) {
      int j = random.nextInt(i + 1); // Fisher and Yates, inside out.
      order[i] = order[j];
      order[j] = i;
    }
    return order;
  }

  private static FloatMatrix unit(String what, FloatMatrix rows, Arena arena) {
    FloatMatrix unit = FloatMatrix.allocate(rows.rows(), rows.columns(), arena);
    MemorySegment target = unit.data();
    for (int row = 0; row < rows.rows(); row++) {
      try {
        UnitLength.copy(rows.data(), rows.offset(row), target, unit.offset(row), rows.columns());
      } catch (IllegalArgumentException e) {
        throw new IllegalArgumentException("%s row %d: %s".formatted(what, row, e.getMessage()), e);
      }
    }
    return unit;
  }
}
