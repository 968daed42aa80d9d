package dev.kith.bench.dataset;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/// Of which class every vector is: `labels.txt` and `query_labels.txt` of a data set folder, a line
/// a vector.
///
/// @param base classes of the rows
/// @param queries classes of the queries
public record Labels(List<String> base, List<String> queries) {

  /// Reads both files, if there are any.
  ///
  /// @param folder of the data set; one in a file has no labels
  /// @throws IOException if only one is there, or they have more or fewer lines than vectors
  public static Optional<Labels> of(Path folder, Dataset dataset) throws IOException {
    Path base = folder.resolve("labels.txt");
    Path queries = folder.resolve("query_labels.txt");
    if (!Files.exists(base) && !Files.exists(queries)) {
      return Optional.empty();
    }
    return Optional.of(
        new Labels(read(base, dataset.base().rows()), read(queries, dataset.queries().rows())));
  }

  private static List<String> read(Path file, int vectors) throws IOException {
    if (!Files.exists(file)) {
      throw new IOException(
          "%s is missing: labels are of base vectors and queries alike".formatted(file));
    }
    List<String> lines = Files.readAllLines(file);
    if (lines.size() != vectors) {
      throw new IOException(
          "%s: expected a line for each of %d vectors, got %d"
              .formatted(file, vectors, lines.size()));
    }
    return lines;
  }

  /// Writes both files.
  public void write(Path folder) throws IOException {
    Files.write(folder.resolve("labels.txt"), base);
    Files.write(folder.resolve("query_labels.txt"), queries);
  }

  /// The share of queries whose first hit is of their class.
  ///
  /// @param asked which queries
  /// @param hits rows found, one of `asked` each, best first
  public double accuracy(int[] asked, int[][] hits) {
    int right = 0;
    for (int i = 0; i < asked.length; i++) {
      if (hits[i].length > 0 && base.get(hits[i][0]).equals(queries.get(asked[i]))) {
        right++;
      }
    }
    return right / (double) asked.length;
  }
}
