package dev.kith.bench.peers.jvector;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.peers.engine.Engine;
import dev.kith.bench.peers.engine.GraphSettings;
import dev.kith.bench.peers.engine.SimdLog;
import dev.kith.bench.peers.engine.SubQuantizers;
import dev.kith.bench.run.Target;
import io.github.jbellis.jvector.graph.GraphIndexBuilder;
import io.github.jbellis.jvector.graph.GraphSearcher;
import io.github.jbellis.jvector.graph.ImmutableGraphIndex;
import io.github.jbellis.jvector.graph.ListRandomAccessVectorValues;
import io.github.jbellis.jvector.graph.SearchResult;
import io.github.jbellis.jvector.graph.similarity.BuildScoreProvider;
import io.github.jbellis.jvector.graph.similarity.DefaultSearchScoreProvider;
import io.github.jbellis.jvector.graph.similarity.SearchScoreProvider;
import io.github.jbellis.jvector.quantization.PQVectors;
import io.github.jbellis.jvector.quantization.ProductQuantization;
import io.github.jbellis.jvector.util.Bits;
import io.github.jbellis.jvector.vector.VectorSimilarityFunction;
import io.github.jbellis.jvector.vector.VectorizationProvider;
import io.github.jbellis.jvector.vector.types.VectorFloat;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.ForkJoinPool;
import org.jspecify.annotations.Nullable;

/// JVector's graph with a hierarchy, in memory. Setting: `ef`, its `rerankK`.
///
/// It has as many links on the lowest level as the others, twice `m`. With quantization the graph
/// is walked on codes and what is found is ranked by the vectors.
public final class JVectorEngine implements Engine {
  private static final String PACKAGED =
      "/META-INF/maven/io.github.jbellis/jvector-base/pom.properties";
  private static final float NEIGHBOR_OVERFLOW = 1.2f;
  private static final float ALPHA = 1.2f;
  private static final int CLUSTERS = 256;
  private static final int UNWEIGHTED = -1;

  private final Dataset dataset;
  private final VectorSimilarityFunction similarity;
  private final ListRandomAccessVectorValues vectors;
  private final ImmutableGraphIndex graph;
  private final @Nullable PQVectors codes;
  private final String simd;

  private JVectorEngine(
      Dataset dataset,
      VectorSimilarityFunction similarity,
      ListRandomAccessVectorValues vectors,
      ImmutableGraphIndex graph,
      @Nullable PQVectors codes,
      String simd) {
    this.dataset = dataset;
    this.similarity = similarity;
    this.vectors = vectors;
    this.graph = graph;
    this.codes = codes;
    this.simd = simd;
  }

  /// Builds with float vectors alone.
  public static Engine plain(Dataset dataset, GraphSettings graph, int threads) throws IOException {
    return build(dataset, graph, threads, false);
  }

  /// Builds with float vectors and product-quantized codes of them.
  public static Engine quantized(Dataset dataset, GraphSettings graph, int threads)
      throws IOException {
    return build(dataset, graph, threads, true);
  }

  private static Engine build(
      Dataset dataset, GraphSettings settings, int threads, boolean quantized) throws IOException {
    VectorSimilarityFunction similarity =
        switch (dataset.space().metric()) {
          case COSINE, DOT -> VectorSimilarityFunction.DOT_PRODUCT;
          case EUCLIDEAN -> VectorSimilarityFunction.EUCLIDEAN;
        };
    try (SimdLog log = SimdLog.open("io.github.jbellis.jvector.vector");
        ForkJoinPool workers = new ForkJoinPool(threads)) {
      int dimension = dataset.space().dimension();
      ListRandomAccessVectorValues vectors =
          new ListRandomAccessVectorValues(copied(dataset.base()), dimension);
      PQVectors codes = quantized ? codes(vectors, similarity, workers) : null;
      ImmutableGraphIndex graph = graph(vectors, similarity, settings, workers);
      return new JVectorEngine(dataset, similarity, vectors, graph, codes, log.heard());
    }
  }

  private static ImmutableGraphIndex graph(
      ListRandomAccessVectorValues vectors,
      VectorSimilarityFunction similarity,
      GraphSettings settings,
      ForkJoinPool workers)
      throws IOException {
    try (GraphIndexBuilder builder =
        GraphIndexBuilder.builder(
                BuildScoreProvider.randomAccessScoreProvider(vectors, similarity),
                vectors.dimension(),
                List.of(2 * settings.m(), settings.m()))
            .withBeamWidth(settings.efConstruction())
            .withNeighborOverflow(NEIGHBOR_OVERFLOW)
            .withAlpha(ALPHA)
            .withSimdExecutor(workers)
            .withParallelExecutor(workers)
            .build()) {
      return builder.build(vectors);
    }
  }

  private static PQVectors codes(
      ListRandomAccessVectorValues vectors,
      VectorSimilarityFunction similarity,
      ForkJoinPool workers) {
    ProductQuantization quantization =
        ProductQuantization.compute(
            vectors,
            SubQuantizers.of(vectors.dimension()),
            CLUSTERS,
            similarity == VectorSimilarityFunction.EUCLIDEAN,
            UNWEIGHTED,
            workers,
            workers);
    return quantization.encodeAll(vectors, workers);
  }

  private static List<VectorFloat<?>> copied(FloatMatrix matrix) {
    List<VectorFloat<?>> vectors = new ArrayList<>(matrix.rows());
    for (int row = 0; row < matrix.rows(); row++) {
      vectors.add(
          VectorizationProvider.getInstance()
              .getVectorTypeSupport()
              .createFloatVector(matrix.row(row)));
    }
    return vectors;
  }

  @Override
  public String version() {
    return "%s, %s".formatted(packaged(), simd);
  }

  /// The version stands only in what Maven left in the jar.
  private static String packaged() {
    Properties properties = new Properties();
    try (InputStream file = GraphSearcher.class.getResourceAsStream(PACKAGED)) {
      if (file != null) {
        properties.load(file);
      }
    } catch (IOException unreadable) {
      // Said below.
    }
    return properties.getProperty("version", "unknown version");
  }

  @Override
  public double bytesPerVector() {
    long bytes = graph.ramBytesUsed() + (codes == null ? 0 : codes.ramBytesUsed());
    long vectorBytes = vectors.getVector(0).ramBytesUsed();
    return (double) bytes / dataset.base().rows() + vectorBytes;
  }

  @Override
  public Target.Searcher searcher(int k, Map<String, Integer> setting) {
    return new BeamSearcher(k, Engine.only("ef", setting));
  }

  @Override
  public void close() throws IOException {
    graph.close();
  }

  /// Searches the graph.
  private final class BeamSearcher implements Target.Searcher {
    private final List<VectorFloat<?>> queries = copied(dataset.queries());
    private final GraphSearcher searcher = new GraphSearcher(graph);
    private final int k;
    private final int ef;
    private long distanceComputations;

    BeamSearcher(int k, int ef) {
      this.k = k;
      this.ef = ef;
    }

    @Override
    public int search(int query, int[] found) {
      SearchResult result = searcher.search(scores(queries.get(query)), k, ef, 0f, 0f, Bits.ALL);
      distanceComputations += result.getVisitedCount() + result.getRerankedCount();
      SearchResult.NodeScore[] hits = result.getNodes();
      for (int rank = 0; rank < hits.length; rank++) {
        found[rank] = hits[rank].node;
      }
      return hits.length;
    }

    private SearchScoreProvider scores(VectorFloat<?> query) {
      return codes == null
          ? DefaultSearchScoreProvider.exact(query, similarity, vectors)
          : new DefaultSearchScoreProvider(
              codes.precomputedScoreFunctionFor(query, similarity),
              vectors.rerankerFor(query, similarity));
    }

    @Override
    public long distanceComputations() {
      return distanceComputations;
    }

    @Override
    public void close() {
      try {
        searcher.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }
}
