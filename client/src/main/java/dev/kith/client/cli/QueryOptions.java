package dev.kith.client.cli;

import dev.kith.client.PointId;
import dev.kith.client.Query;
import dev.kith.client.file.RowBatch;
import dev.kith.client.file.VectorFile;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Option;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/// The options that say what to look for points near to: one of them must be given.
final class QueryOptions {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  @ArgGroup(multiplicity = "1")
  private Choice choice = new Choice();

  /// One of these.
  static final class Choice {
    @Option(names = "--vector", paramLabel = "JSON", description = "A vector, as a JSON array.")
    private @Nullable String vector;

    @Option(names = "--id", description = "A stored point; it is not itself returned.")
    private @Nullable String id;

    @ArgGroup(exclusive = false)
    private @Nullable InFile inFile;
  }

  /// A row of a file.
  static final class InFile {
    @Option(
        names = "--vector-file",
        required = true,
        paramLabel = "FILE",
        description = "A file of vectors (" + VectorFile.FORMATS + ").")
    private Path file = Path.of("");

    @Option(
        names = "--row",
        defaultValue = "0",
        description = "Row of that file, from 0 (default 0).")
    private long row;

    @Option(
        names = "--dataset",
        defaultValue = "test",
        description = "Data set of an .hdf5 file (default test).")
    private String dataset = "test";
  }

  /// What was asked for, read from its file if it is in one.
  ///
  /// @throws UsageException if it is no vector, or the file has no such row
  Query get() throws IOException {
    if (choice.id != null) {
      return Query.near(PointId.parse(choice.id));
    }
    InFile inFile = choice.inFile;
    return Query.near(
        inFile == null ? coordinates("--vector", String.valueOf(choice.vector)) : row(inFile));
  }

  private static float[] row(InFile inFile) throws IOException {
    try (VectorFile file = VectorFile.open(inFile.file, inFile.dataset)) {
      file.seek(inFile.row);
      RowBatch batch = file.next(1);
      if (batch == null) {
        throw new UsageException(
            "%s has no row %d: it has %d".formatted(inFile.file, inFile.row, file.position()));
      }
      return batch.vectors();
    }
  }

  /// Reads a vector as people write it.
  ///
  /// @param what names it in a complaint
  /// @throws UsageException if it is none
  static float[] coordinates(String what, String written) {
    try {
      return JSON.readValue(written, float[].class);
    } catch (JacksonException notAVector) {
      throw new UsageException(
          "%s must be a JSON array of numbers, got '%s'".formatted(what, written));
    }
  }
}
