package dev.kith.client.file;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// A file of vectors, read row after row. Not thread-safe. Holds no more than the batch being read.
public sealed interface VectorFile extends Closeable
    permits FixedRows, Hdf5Vectors, JsonLinesVectors {

  /// Longest vector read.
  int MAX_DIMENSION = 65_536;

  /// The endings of the files that [#open] reads.
  String FORMATS = ".npy, .fvecs, .bvecs, .ivecs, .hdf5, .h5, .jsonl, .ndjson or .json";

  /// Opens a file of any known format, told by its name's ending; of an `.hdf5` file the data set
  /// `train`.
  ///
  /// @throws MalformedFileException if it is not what its ending says
  /// @throws IllegalArgumentException if the ending is unknown
  static VectorFile open(Path file) throws IOException {
    return open(file, "train");
  }

  /// Opens a file of any known format.
  ///
  /// @param dataset which data set of an `.hdf5` file; of no meaning for others
  /// @throws MalformedFileException if it is not what its ending says
  /// @throws IllegalArgumentException if the ending is unknown
  static VectorFile open(Path file, String dataset) throws IOException {
    return switch (extension(file)) {
      case "npy" -> NpyVectors.open(file);
      case "fvecs", "bvecs", "ivecs" -> TexmexVectors.open(file);
      case "hdf5", "h5" -> Hdf5Vectors.open(file, dataset);
      case "jsonl", "ndjson", "json" -> JsonLinesVectors.open(file);
      default ->
          throw new IllegalArgumentException(
              "%s: expected a file ending in %s".formatted(file, FORMATS));
    };
  }

  /// The ending of a file's name in lower case, without the dot; empty if it has none.
  static String extension(Path file) {
    String name = String.valueOf(file.getFileName());
    int dot = name.lastIndexOf('.');
    return dot < 0 ? "" : name.substring(dot + 1).toLowerCase(Locale.ROOT);
  }

  /// The file.
  Path path();

  /// Coordinates per row, in `[1, 65536]`.
  int dimension();

  /// Rows in the file, if that can be told without reading it to its end.
  OptionalLong count();

  /// Number of the row that [#next] returns first, from 0.
  long position();

  /// Moves to a row, so that a reader can go on where another one stopped. Beyond the last row
  /// means at the end.
  void seek(long row) throws IOException;

  /// Reads the next rows.
  ///
  /// @param maxRows most rows to return, at least 1
  /// @return between 1 and `maxRows` rows, or null at the end
  /// @throws MalformedFileException if the file is not what its format demands
  @Nullable RowBatch next(int maxRows) throws IOException;
}
