package dev.kith.bench.scorer;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.FloatMatrix;
import java.io.IOException;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Vectors of words: those that a data set of words indexes, and those that it holds out.
///
/// Owns the data set's memory until [#close].
final class WordVectors implements AutoCloseable {
  private final Dataset dataset;

  /// Places of words: rows of the base, then those of the queries.
  private final Map<String, Integer> places = new HashMap<>();

  private WordVectors(Dataset dataset, List<String> base, List<String> held) {
    this.dataset = dataset;
    for (int i = 0; i < base.size(); i++) {
      places.putIfAbsent(base.get(i), i);
    }
    for (int i = 0; i < held.size(); i++) {
      places.putIfAbsent(held.get(i), base.size() + i);
    }
  }

  /// Opens a folder such as `glove-100`.
  ///
  /// @param threads that find neighbours, if nobody has
  /// @throws IOException if something is missing or does not fit
  static WordVectors open(Path folder, int threads) throws IOException, InterruptedException {
    Dataset dataset = DatasetFolder.open(folder, threads);
    try {
      return new WordVectors(
          dataset,
          Lines.read(folder.resolve("words.txt"), dataset.base().rows()),
          Lines.read(folder.resolve("query_words.txt"), dataset.queries().rows()));
    } catch (IOException | RuntimeException e) {
      dataset.close();
      throw e;
    }
  }

  String name() {
    return dataset.name();
  }

  int dimension() {
    return dataset.space().dimension();
  }

  /// Whether a word has a vector.
  boolean knows(String word) {
    return places.containsKey(word);
  }

  /// A word's vector, of length one; empty if the word is not known.
  Optional<float[]> of(String word) {
    Integer place = places.get(word);
    if (place == null) {
      return Optional.empty();
    }
    FloatMatrix base = dataset.base();
    float[] vector =
        place < base.rows() ? base.row(place) : dataset.queries().row(place - base.rows());
    return Optional.of(Vectors.ofLengthOne(vector));
  }

  @Override
  public void close() {
    dataset.close();
  }
}
