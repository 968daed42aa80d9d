package dev.kith.bench.peers.engine;

import dev.kith.bench.run.Target;
import java.io.IOException;
import java.util.Map;

/// An index over a data set, built and ready to be searched. Closing it frees its memory and files.
public interface Engine extends AutoCloseable {

  /// Makes an engine: what the build time of a contender measures.
  interface Builder {

    /// Builds over all base rows of a data set.
    ///
    /// @param dataset stays open as long as the engine; vectors of a cosine are of length one
    /// @param threads building threads, at least 1
    Engine build(dev.kith.bench.dataset.Dataset dataset, GraphSettings graph, int threads)
        throws IOException, InterruptedException;
  }

  /// Version of the library and what matters to its speed, such as the SIMD it uses.
  String version();

  /// Bytes of the index by vector, vectors included: in memory, or of its files if it is searched
  /// in mapped files.
  double bytesPerVector() throws IOException;

  /// A searcher for one thread.
  ///
  /// @param k hits wanted
  /// @param setting what to search with, such as `ef`
  /// @throws IllegalArgumentException if there is no such setting
  Target.Searcher searcher(int k, Map<String, Integer> setting) throws IOException;

  @Override
  void close() throws IOException;

  /// The value of the only setting of an engine.
  ///
  /// @throws IllegalArgumentException if it is missing or there are others
  static int only(String name, Map<String, Integer> setting) {
    Integer value = setting.get(name);
    if (value == null || setting.size() != 1) {
      throw new IllegalArgumentException(
          "expected the setting %s, got %s".formatted(name, setting));
    }
    return value;
  }
}
