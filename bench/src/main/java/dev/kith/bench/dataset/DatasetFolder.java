package dev.kith.bench.dataset;

import dev.kith.bench.progress.Progress;
import dev.kith.client.file.IntMatrix;
import dev.kith.client.file.NpyWriter;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import dev.kith.index.Metric;
import dev.kith.index.VectorSpace;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// Where a data set lies on disk.
///
/// - `base.npy` float32 or float16 `[n, d]`: the vectors to index
/// - `query.npy` the same `[q, d]`: the vectors to search for
/// - `neighbors.npy` int32 `[q, k]`: the nearest base rows of each query, best first; made by exact
///   search when it is missing
/// - `judgments.tsv`, which not all have: what is relevant to which query ([Judgments])
/// - `meta.json` `{"name": ..., "metric": "cosine" | "dot" | "euclidean"}`
///
/// An ann-benchmarks `.hdf5` file (`train`, `test`, `neighbors`, the metric at the end of its name,
/// as in `glove-100-angular.hdf5`) is opened as it is; neighbours it lacks are kept beside it.
public final class DatasetFolder {

  /// Neighbours found for each query: enough for recall@100.
  public static final int NEIGHBORS = 100;

  private static final int BATCH_ROWS = 1024;
  private static final ObjectMapper JSON = new ObjectMapper();

  private DatasetFolder() {}

  /// Opens a folder or an `.hdf5` file, and finds the true neighbours if nobody has.
  ///
  /// @param threads threads for exact search
  /// @throws IOException if a file is missing, damaged, or they do not fit together
  public static Dataset open(Path path, int threads) throws IOException, InterruptedException {
    if (Files.isDirectory(path)) {
      Meta meta = Meta.read(path.resolve("meta.json"));
      return open(
          meta,
          new Source(path.resolve("base.npy"), "train"),
          new Source(path.resolve("query.npy"), "test"),
          path.resolve("neighbors.npy"),
          threads);
    }
    if (!Files.isRegularFile(path)) {
      throw new IOException(
          "%s is neither a data set folder nor an .hdf5 file; `kith bench dataset list` tells how to"
                  .formatted(path)
              + " get one");
    }
    String ending = VectorFile.extension(path);
    if (!ending.equals("hdf5") && !ending.equals("h5")) {
      throw new IOException(
          "%s: expected a data set folder or a file ending in .hdf5 or .h5".formatted(path));
    }
    Path neighbors = path.resolveSibling(path.getFileName() + ".neighbors.npy");
    return open(
        Meta.ofHdf5(path),
        new Source(path, "train"),
        new Source(path, "test"),
        Files.exists(neighbors) ? neighbors : path,
        threads);
  }

  /// Writes what [#open] reads of a folder, neighbours left out. `meta.json` comes last, so a
  /// folder that has one is complete.
  public static void write(
      Path folder, String name, Metric metric, FloatMatrix base, FloatMatrix queries)
      throws IOException {
    Files.createDirectories(folder);
    Files.deleteIfExists(folder.resolve("meta.json"));
    Files.deleteIfExists(folder.resolve("neighbors.npy"));
    write(folder.resolve("base.npy"), base);
    write(folder.resolve("query.npy"), queries);
    ObjectNode meta = JSON.createObjectNode();
    meta.put("name", name).put("metric", MetricName.of(metric));
    Files.writeString(folder.resolve("meta.json"), JSON.writeValueAsString(meta) + "\n");
  }

  private static void write(Path file, FloatMatrix matrix) throws IOException {
    Path partial = partial(file);
    try (NpyWriter writer = NpyWriter.floats(partial, matrix.columns())) {
      for (int row = 0; row < matrix.rows(); row++) {
        writer.append(matrix.row(row));
      }
    }
    publish(partial, file);
  }

  private static Dataset open(Meta meta, Source base, Source queries, Path neighbors, int threads)
      throws IOException, InterruptedException {
    Arena arena = Arena.ofShared();
    try {
      FloatMatrix baseRows = base.load(arena);
      FloatMatrix queryRows = queries.load(arena);
      if (baseRows.columns() != queryRows.columns()) {
        throw new IOException(
            "%s has %d dimensions, but %s has %d"
                .formatted(base.file, baseRows.columns(), queries.file, queryRows.columns()));
      }
      VectorSpace space = new VectorSpace(baseRows.columns(), meta.metric);
      IntMatrix truth = known(neighbors);
      if (truth == null) {
        truth = find(space, baseRows, queryRows, threads);
        keep(truth, neighbors);
      }
      return new Dataset(meta.name, meta.metric, baseRows, queryRows, truth, arena);
    } catch (IllegalArgumentException e) {
      arena.close();
      throw new IOException(e.getMessage(), e);
    } catch (IOException | InterruptedException | RuntimeException | Error e) {
      arena.close();
      throw e;
    }
  }

  private static @Nullable IntMatrix known(Path file) throws IOException {
    if (!Files.exists(file)) {
      return null;
    }
    return file.toString().endsWith(".npy") || Hdf5Names.in(file).contains("neighbors")
        ? IntMatrix.read(file)
        : null;
  }

  private static IntMatrix find(
      VectorSpace space, FloatMatrix base, FloatMatrix queries, int threads)
      throws InterruptedException {
    try (Progress progress = Progress.start("Exact neighbours", queries.rows(), " queries")) {
      return ExactNeighbors.find(space, base, queries, NEIGHBORS, threads, progress::step);
    }
  }

  private static void keep(IntMatrix neighbors, Path file) throws IOException {
    Path npy =
        file.toString().endsWith(".npy")
            ? file
            : file.resolveSibling(file.getFileName() + ".neighbors.npy");
    Path partial = partial(npy);
    NpyWriter.write(partial, neighbors);
    publish(partial, npy);
  }

  private static Path partial(Path file) {
    return file.resolveSibling(file.getFileName() + ".partial");
  }

  private static void publish(Path partial, Path file) throws IOException {
    Files.move(partial, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /// Vectors in a file.
  private record Source(Path file, String dataset) {

    FloatMatrix load(Arena arena) throws IOException {
      try (VectorFile rows = VectorFile.open(file, dataset)) {
        long count = rows.count().orElseThrow();
        if (count < 1 || count > Integer.MAX_VALUE) {
          throw new IOException(
              "%s: expected between 1 and %d vectors, got %d"
                  .formatted(file, Integer.MAX_VALUE, count));
        }
        FloatMatrix matrix = FloatMatrix.allocate((int) count, rows.dimension(), arena);
        for (RowBatch batch = rows.next(BATCH_ROWS); batch != null; batch = rows.next(BATCH_ROWS)) {
          matrix.set((int) batch.firstRow(), batch.vectors());
        }
        return matrix;
      }
    }
  }

  /// What a data set is called and how its vectors compare.
  private record Meta(String name, Metric metric) {

    static Meta read(Path file) throws IOException {
      if (!Files.exists(file)) {
        throw new IOException(
            "%s is missing: expected {\"name\": ..., \"metric\": \"cosine\"}".formatted(file));
      }
      try {
        JsonNode meta = JSON.readTree(Files.readString(file));
        JsonNode name = meta.path("name");
        JsonNode metric = meta.path("metric");
        if (!name.isString() || !metric.isString()) {
          throw new IOException(
              "%s: expected {\"name\": ..., \"metric\": ...} with two strings, got %s"
                  .formatted(file, meta));
        }
        return new Meta(name.stringValue(), MetricName.parse(metric.stringValue()));
      } catch (JacksonException | IllegalArgumentException e) {
        throw new IOException("%s: %s".formatted(file, e.getMessage()), e);
      }
    }

    static Meta ofHdf5(Path file) throws IOException {
      String name = String.valueOf(file.getFileName()).replaceFirst("\\.[^.]*$", "");
      String metric = name.substring(name.lastIndexOf('-') + 1);
      try {
        return new Meta(name, MetricName.parse(metric));
      } catch (IllegalArgumentException e) {
        throw new IOException(
            "%s: the name must end in the metric, as in glove-100-angular.hdf5: %s"
                .formatted(file, e.getMessage()),
            e);
      }
    }
  }
}
