package dev.kith.bench.peers;

import java.util.List;

/// What runs as a contender.
sealed interface Program {

  /// An engine in a JVM of its own.
  ///
  /// @param engine its name in [dev.kith.bench.peers.engine.EngineMain]
  record Java(String engine) implements Program {}

  /// A C++ program of ours, compiled on the spot.
  ///
  /// @param source a resource beside this class
  /// @param index what it is told to build
  /// @param options of the compiler, after the source
  /// @param packaged the Debian package of its library, whose version is reported
  record Cpp(String source, String index, List<String> options, String packaged)
      implements Program {

    /// A program over FAISS.
    static Cpp faiss(String source, String index) {
      List<String> options = List.of("-fopenmp", "-lfaiss", "-lopenblas");
      return new Cpp(source, index, options, "libfaiss-dev and libopenblas-dev");
    }
  }
}
