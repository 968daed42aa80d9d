package dev.kith.bench.peers.child;

import dev.kith.bench.peers.engine.Engine;
import dev.kith.bench.peers.engine.KithEngine;
import dev.kith.bench.peers.engine.KithVariant;
import dev.kith.bench.peers.jvector.JVectorEngine;
import dev.kith.bench.peers.lucene.LuceneEngine;

/// Engines by the name under which the parent starts them.
public final class Engines {

  /// Lucene's graph.
  public static final String LUCENE = "lucene";

  /// JVector's graph over vectors.
  public static final String JVECTOR = "jvector";

  /// JVector's graph over quantized vectors, ranked by vectors.
  public static final String JVECTOR_PQ = "jvector-pq";

  private Engines() {}

  /// @throws IllegalArgumentException if there is no such engine
  static Engine.Builder named(String name) {
    return switch (name) {
      case LUCENE -> LuceneEngine::build;
      case JVECTOR -> JVectorEngine::plain;
      case JVECTOR_PQ -> JVectorEngine::quantized;
      default -> KithEngine.builder(KithVariant.named(name));
    };
  }
}
