package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.info;
import static dev.kith.server.testing.RunningServer.schema;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionResponse;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.LongPredicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// The layout of a graph is chosen when a collection is created, and is nobody's business after
/// that: whatever it is, the answers are right.
final class GraphLayoutTest {
  private static final int DIMENSION = 40;
  private static final int LIMIT = 10;
  private static final int QUERIES = 50;

  @TempDir Path folder;

  private final Random random = new Random(17);

  /// What the collection should hold.
  private final TreeMap<Long, float[]> model = new TreeMap<>();

  private static CreateCollectionRequest request(
      String name, int dimension, Metric metric, HnswIndex.Builder index) {
    return CreateCollectionRequest.newBuilder()
        .setName(name)
        .setVector(schema(dimension, metric))
        .setIndex(IndexPolicy.newBuilder().setHnsw(index).setSegmentPoints(1000))
        .build();
  }

  private static CreateCollectionRequest request(String name, int dimension, GraphLayout layout) {
    return request(name, dimension, Metric.METRIC_COSINE, HnswIndex.newBuilder().setLayout(layout));
  }

  private static GraphLayout created(RunningServer server, CreateCollectionRequest request) {
    return server
        .collections()
        .createCollection(request)
        .getCollection()
        .getIndex()
        .getHnsw()
        .getLayout();
  }

  private static GraphLayout described(RunningServer server, String name) {
    Collection collection =
        server
            .collections()
            .getCollection(GetCollectionRequest.newBuilder().setName(name).build())
            .getCollection();
    return collection.getIndex().getHnsw().getLayout();
  }

  private static StatusRuntimeException refused(
      RunningServer server, CreateCollectionRequest request) {
    return assertThrows(
        StatusRuntimeException.class, () -> server.collections().createCollection(request));
  }

  @Test
  void anAnswerAlwaysSaysTheLayoutAndUnsetIsCompact() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      for (GraphLayout layout :
          List.of(GraphLayout.GRAPH_LAYOUT_COMPACT, GraphLayout.GRAPH_LAYOUT_FAST)) {
        assertEquals(layout, created(server, request(layout.name(), 4, layout)));
        assertEquals(layout, described(server, layout.name()));
      }
      server.create("unset", 4, Metric.METRIC_COSINE);
      assertEquals(GraphLayout.GRAPH_LAYOUT_COMPACT, described(server, "unset"));
    }
  }

  @Test
  void creatingAgainComparesTheLayoutThatWasMeant() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      created(server, request("c", 4, GraphLayout.GRAPH_LAYOUT_UNSPECIFIED));
      assertEquals(
          GraphLayout.GRAPH_LAYOUT_COMPACT,
          created(server, request("c", 4, GraphLayout.GRAPH_LAYOUT_COMPACT)));
      StatusRuntimeException other =
          refused(server, request("c", 4, GraphLayout.GRAPH_LAYOUT_FAST));
      assertEquals(Code.ALREADY_EXISTS, other.getStatus().getCode());
    }
  }

  @Test
  void theFastLayoutTakesAsManyDimensionsAsTheContractSaysAndNotOneMore() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      created(server, request("widest", 4096, GraphLayout.GRAPH_LAYOUT_FAST));
      StatusRuntimeException failure =
          refused(server, request("wider", 4097, GraphLayout.GRAPH_LAYOUT_FAST));
      assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
      assertEquals("ERROR_REASON_INVALID_FIELD", info(failure).getReason());
      assertEquals("index.hnsw.layout", field(failure));
      assertTrue(
          failure.toString().contains("GRAPH_LAYOUT_FAST is for at most 4096 dimensions, got 4097"),
          failure::toString);
      created(server, request("wider", 4097, GraphLayout.GRAPH_LAYOUT_COMPACT));
    }
  }

  @Test
  void aLayoutFromTheFutureIsRefusedByItsNumber() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      StatusRuntimeException failure =
          refused(
              server,
              request("c", 4, Metric.METRIC_DOT, HnswIndex.newBuilder().setLayoutValue(99)));
      assertEquals("ERROR_REASON_UNSUPPORTED_FIELD", info(failure).getReason());
      assertTrue(failure.toString().contains("index.hnsw.layout = 99"), failure::toString);
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = Metric.class,
      names = {"METRIC_COSINE", "METRIC_DOT", "METRIC_EUCLIDEAN"})
  void aFastCollectionAnswersRightWhateverBecomesOfIt(Metric metric) throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      HnswIndex.Builder fast =
          HnswIndex.newBuilder().setLayout(GraphLayout.GRAPH_LAYOUT_FAST).setSeed(3);
      created(server, request("fast", DIMENSION, metric, fast));
      upsert(server, 0, 1300); // The first thousand seal themselves.
      assertAnswers(server, metric);
      optimize(server);
      assertEquals(1300, sealedPoints(server));
      assertAnswers(server, metric);
      delete(server, id -> id % 3 == 0);
      assertAnswers(server, metric);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(GraphLayout.GRAPH_LAYOUT_FAST, described(server, "fast"));
      assertAnswers(server, metric);
      upsert(server, 1200, 1700); // Some replace what is sealed; none are sealed yet.
      assertAnswers(server, metric);
      optimize(server);
      assertAnswers(server, metric);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertAnswers(server, metric);
    }
  }

  private void upsert(RunningServer server, long from, long to) {
    float[][] rows = new float[(int) (to - from)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = randomVector();
      model.put(from + i, rows[i]);
    }
    server.upsert("fast", from, rows);
  }

  private float[] randomVector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private void delete(RunningServer server, LongPredicate which) {
    Long[] ids = model.keySet().stream().filter(which::test).toArray(Long[]::new);
    server
        .points()
        .deletePoints(
            DeletePointsRequest.newBuilder()
                .setCollection("fast")
                .setIds(RunningServer.numbers(ids))
                .build());
    model.keySet().removeAll(Set.of(ids));
  }

  private static void optimize(RunningServer server) {
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName("fast").build())
        .forEachRemaining(progress -> {});
  }

  private static long sealedPoints(RunningServer server) {
    return server
        .collections()
        .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName("fast").build())
        .getSegmentsList()
        .stream()
        .filter(SegmentStats::getSealed)
        .mapToLong(SegmentStats::getPointCount)
        .sum();
  }

  /// Compares with the model: every invariant, exact searches, searches of the graph, and scores.
  private void assertAnswers(RunningServer server, Metric metric) {
    VerifyCollectionResponse verified =
        server
            .collections()
            .verifyCollection(VerifyCollectionRequest.newBuilder().setName("fast").build());
    assertEquals(List.of(), verified.getViolationsList());
    assertEquals(model.size(), verified.getPointCount());
    int found = 0;
    for (int i = 0; i < QUERIES; i++) {
      float[] query = randomVector();
      List<Long> truth = nearest(metric, query);
      assertEquals(truth, ids(search(server, metric, query, true)));
      List<Long> hits = ids(search(server, metric, query, false));
      assertEquals(LIMIT, new HashSet<>(hits).size());
      found += (int) hits.stream().filter(truth::contains).count();
    }
    double recall = (double) found / (QUERIES * LIMIT);
    assertTrue(recall >= 0.95, () -> "recall " + recall);
  }

  private List<Hit> search(RunningServer server, Metric metric, float[] query, boolean exact) {
    List<Hit> hits =
        server
            .searches()
            .search(
                SearchRequest.newBuilder()
                    .setCollection("fast")
                    .setVector(vector(query))
                    .setOptions(
                        SearchOptions.newBuilder().setLimit(LIMIT).setEf(200).setExact(exact))
                    .build())
            .getHitsList();
    for (Hit hit : hits) {
      float[] stored =
          Objects.requireNonNull(
              model.get(hit.getId().getNumber()), () -> "never written: " + hit.getId());
      assertEquals(score(metric, query, stored), hit.getScore(), 1e-4);
    }
    return hits;
  }

  private static List<Long> ids(List<Hit> hits) {
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  private List<Long> nearest(Metric metric, float[] query) {
    return model.entrySet().stream()
        .sorted(Comparator.comparingDouble(point -> -score(metric, query, point.getValue())))
        .limit(LIMIT)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static double score(Metric metric, float[] query, float[] stored) {
    double dot = 0;
    double queryNorm = 0;
    double storedNorm = 0;
    for (int i = 0; i < query.length; i++) {
      dot += (double) query[i] * stored[i];
      queryNorm += (double) query[i] * query[i];
      storedNorm += (double) stored[i] * stored[i];
    }
    return switch (metric) {
      case METRIC_COSINE -> dot / Math.sqrt(queryNorm * storedNorm);
      case METRIC_DOT -> dot;
      case METRIC_EUCLIDEAN -> -Math.sqrt(Math.max(0, queryNorm + storedNorm - 2 * dot));
      case METRIC_UNSPECIFIED, UNRECOGNIZED -> throw new IllegalArgumentException("" + metric);
    };
  }
}
