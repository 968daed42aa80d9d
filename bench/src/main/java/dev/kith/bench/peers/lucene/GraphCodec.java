package dev.kith.bench.peers.lucene;

import dev.kith.bench.peers.engine.GraphSettings;
import java.util.concurrent.ExecutorService;
import org.apache.lucene.codecs.Codec;
import org.apache.lucene.codecs.FilterCodec;
import org.apache.lucene.codecs.KnnVectorsFormat;
import org.apache.lucene.codecs.lucene99.Lucene99HnswVectorsFormat;
import org.apache.lucene.codecs.perfield.PerFieldKnnVectorsFormat;
import org.jspecify.annotations.Nullable;

/// Lucene's own codec with a graph of our settings. Files name Lucene's codec, which reads them.
final class GraphCodec extends FilterCodec {
  private final KnnVectorsFormat perField;

  /// @param merging threads that merge graphs; null for one
  GraphCodec(GraphSettings graph, int threads, @Nullable ExecutorService merging) {
    super(Codec.getDefault().getName(), Codec.getDefault());
    KnnVectorsFormat format =
        new Lucene99HnswVectorsFormat(graph.m(), graph.efConstruction(), threads, merging);
    this.perField =
        new PerFieldKnnVectorsFormat() {
          @Override
          public KnnVectorsFormat getKnnVectorsFormatForField(String field) {
            return format;
          }
        };
  }

  @Override
  public KnnVectorsFormat knnVectorsFormat() {
    return perField;
  }
}
