package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.info;
import static dev.kith.server.testing.RunningServer.matrix;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.ScoreOrder;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.proto.v1.Vector;
import dev.kith.proto.v1.VectorEncoding;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class SearchRpcTest {
  private static final int DIMENSION = 24;
  private static final int COUNT = 500;

  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    server.create("plain", 3, Metric.METRIC_EUCLIDEAN);
    server.upsert("plain", 0, row(0, 0, 0), row(1, 0, 0), row(3, 4, 0), row(0, 0, 2));
    server
        .points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection("plain")
                .setPoints(
                    RunningServer.batch(10, new float[][] {row(50, 0, 0)}).toBuilder()
                        .addPayloads(ByteString.copyFromUtf8("{\"a\": [1, \"é\"]}")))
                .build());
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static float[] row(float... coordinates) {
    return coordinates;
  }

  private static SearchRequest.Builder request(float... query) {
    return SearchRequest.newBuilder().setCollection("plain").setVector(vector(query));
  }

  private static List<Long> ids(List<Hit> hits) {
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  private StatusRuntimeException refused(SearchRequest.Builder request) {
    return assertThrows(
        StatusRuntimeException.class, () -> server.searches().search(request.build()));
  }

  private StatusRuntimeException refused(UnaryOperator<SearchOptions.Builder> change) {
    return refused(request(0, 0, 0).setOptions(change.apply(SearchOptions.newBuilder())));
  }

  @Test
  void hitsComeBestFirstWithIdScoreAndVersion() {
    SearchResponse response = server.searches().search(request(0, 0, 0).build());
    assertEquals(List.of(0L, 1L, 3L, 2L, 10L), ids(response.getHitsList()));
    assertEquals(0f, response.getHits(0).getScore());
    assertEquals(-5f, response.getHits(3).getScore(), 1e-5);
    assertTrue(response.getHits(0).getVersion() > 0);
    assertFalse(response.getHits(0).hasVector());
    assertEquals(Metric.METRIC_EUCLIDEAN, response.getHeader().getMetric());
    assertEquals(ScoreOrder.SCORE_ORDER_HIGHER_IS_BETTER, response.getHeader().getScoreOrder());
    assertTrue(response.getHeader().getLsn() >= response.getHits(4).getVersion());
    assertFalse(response.getHeader().hasExplanation());
  }

  @Test
  void payloadsComeByDefaultAndVectorsOnRequest() {
    Hit hit =
        server
            .searches()
            .search(
                request(50, 0, 0)
                    .setOptions(SearchOptions.newBuilder().setLimit(1).setWithVector(true))
                    .build())
            .getHits(0);
    assertEquals("{\"a\": [1, \"é\"]}", hit.getPayload().toStringUtf8());
    assertEquals(vector(50, 0, 0).getData(), hit.getVector().getData());
    Hit bare =
        server
            .searches()
            .search(
                request(50, 0, 0)
                    .setOptions(SearchOptions.newBuilder().setLimit(1).setWithPayload(false))
                    .build())
            .getHits(0);
    assertTrue(bare.getPayload().isEmpty());
  }

  @Test
  void aStoredPointCanBeTheQueryAndIsNotReturned() {
    SearchResponse response =
        server
            .searches()
            .search(
                SearchRequest.newBuilder()
                    .setCollection("plain")
                    .setPoint(PointId.newBuilder().setNumber(1))
                    .setOptions(SearchOptions.newBuilder().setLimit(2))
                    .build());
    assertEquals(List.of(0L, 3L), ids(response.getHitsList()));
  }

  @Test
  void anUnknownPointAsTheQueryIsNotFound() {
    StatusRuntimeException failure =
        refused(
            SearchRequest.newBuilder()
                .setCollection("plain")
                .setPoint(PointId.newBuilder().setText("nobody")));
    assertEquals(Code.NOT_FOUND, failure.getStatus().getCode());
    assertEquals("ERROR_REASON_POINT_NOT_FOUND", info(failure).getReason());
    assertEquals("kith.dev", info(failure).getDomain());
    assertEquals("plain", info(failure).getMetadataOrThrow("collection"));
  }

  @Test
  void numbersTypedByHandMeanTheSameAsBytes() {
    SearchRequest typed =
        SearchRequest.newBuilder()
            .setCollection("plain")
            .setVector(Vector.newBuilder().addValues(3).addValues(4).addValues(0))
            .build();
    assertEquals(
        server.searches().search(request(3, 4, 0).build()).getHitsList(),
        server.searches().search(typed).getHitsList());
  }

  @Test
  void halfPrecisionAndInt8QueriesAreWidened() {
    ByteBuffer half = ByteBuffer.allocate(6).order(ByteOrder.LITTLE_ENDIAN);
    half.putShort(Float.floatToFloat16(3)).putShort(Float.floatToFloat16(4)).putShort((short) 0);
    Vector f16 =
        Vector.newBuilder()
            .setData(ByteString.copyFrom(half.flip()))
            .setEncoding(VectorEncoding.VECTOR_ENCODING_F16)
            .build();
    Vector int8 =
        Vector.newBuilder()
            .setData(ByteString.copyFrom(new byte[] {-1, 0, 0}))
            .setEncoding(VectorEncoding.VECTOR_ENCODING_INT8)
            .build();
    Hit exact = server.searches().search(request().setVector(f16).build()).getHits(0);
    assertEquals(2, exact.getId().getNumber());
    assertEquals(0f, exact.getScore());
    Hit near = server.searches().search(request().setVector(int8).build()).getHits(0);
    assertEquals(0, near.getId().getNumber());
    assertEquals(-1f, near.getScore());
  }

  @Test
  void explainTellsThePlanTheWorkAndTheTime() {
    server.create("explained", 3, Metric.METRIC_EUCLIDEAN);
    server.upsert(
        "explained", 0, row(0, 0, 0), row(1, 0, 0), row(3, 4, 0), row(0, 0, 2), row(9, 9, 9));
    SearchResponse response =
        server
            .searches()
            .search(
                request(0, 0, 0)
                    .setCollection("explained")
                    .setOptions(SearchOptions.newBuilder().setExplain(true).setExact(true))
                    .build());
    var explanation = response.getHeader().getExplanation();
    assertTrue(explanation.getPlan().startsWith("exact scan"), explanation.getPlan());
    assertEquals(
        List.of("probe", "scan", "merge", "resolve"),
        explanation.getStagesList().stream().map(stage -> stage.getStage()).toList());
    assertEquals(5, explanation.getStages(0).getDistanceComputations());
    assertTrue(explanation.getStages(0).getBytesScanned() >= 5 * 3 * 4);
    assertEquals(
        server
            .collections()
            .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName("explained").build())
            .getSegmentsList()
            .stream()
            .map(SegmentStats::getNumber)
            .toList(),
        List.of(explanation.getStages(0).getSegment()));
    assertEquals(5, explanation.getStages(1).getCandidatesIn());
    assertEquals(3, explanation.getStages(1).getWidth());
    assertEquals(5, explanation.getStages(2).getCandidatesIn());
    assertEquals(5, explanation.getStages(3).getCandidates());
    assertTrue(explanation.getTotalUs() >= explanation.getQueueUs());
  }

  @Test
  void anLsnThatIsNotReachedIsRefusedAndOneThatIsIsHonoured() {
    long lsn = server.upsert("plain", 10, row(50, 0, 0)).getLsn();
    SearchOptions.Builder reached = SearchOptions.newBuilder().setMinLsn(lsn);
    server.searches().search(request(0, 0, 0).setOptions(reached).build());
    StatusRuntimeException failure = refused(options -> options.setMinLsn(lsn + 1_000_000));
    assertEquals(Code.FAILED_PRECONDITION, failure.getStatus().getCode());
    assertEquals("ERROR_REASON_LSN_NOT_REACHED", info(failure).getReason());
    server
        .points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection("plain")
                .setPoints(
                    RunningServer.batch(10, new float[][] {row(50, 0, 0)}).toBuilder()
                        .addPayloads(ByteString.copyFromUtf8("{\"a\": [1, \"é\"]}")))
                .build());
  }

  @Test
  void everyRangeIsChecked() {
    assertEquals("options.limit", field(refused(options -> options.setLimit(0))));
    assertEquals("options.limit", field(refused(options -> options.setLimit(10_001))));
    assertEquals("options.limit", field(refused(options -> options.setLimit(-1))));
    assertEquals("options.ef", field(refused(options -> options.setEf(0))));
    assertEquals("options.ef", field(refused(options -> options.setEf(10_001))));
    StatusRuntimeException both = refused(options -> options.setEf(0).setLimit(0));
    assertTrue(String.valueOf(both.getMessage()).contains("options.ef"), both.getMessage());
    assertTrue(String.valueOf(both.getMessage()).contains("options.limit"), both.getMessage());
  }

  @Test
  void queriesThatDoNotFitAreRefusedByField() {
    assertEquals("vector.data", field(refused(request(1, 2))));
    assertEquals("vector", field(refused(request(1, 2, Float.NaN))));
    assertEquals("vector", field(refused(request(1, 2, Float.POSITIVE_INFINITY))));
    assertEquals("vector", field(refused(request().setVector(Vector.getDefaultInstance()))));
    assertEquals(
        "vector.values", field(refused(request().setVector(Vector.newBuilder().addValues(1)))));
    assertEquals(
        "vector", field(refused(request().setVector(vector(1, 2, 3).toBuilder().addValues(1)))));
    assertEquals("query", field(refused(request().clearQuery())));
    assertEquals("collection", field(refused(request(1, 2, 3).setCollection("../etc"))));
    assertEquals("collection", field(refused(request(1, 2, 3).clearCollection())));
    assertEquals("point", field(refused(request().setPoint(PointId.getDefaultInstance()))));
    StatusRuntimeException unknown =
        refused(request().setVector(vector(1, 2, 3).toBuilder().setEncodingValue(77)));
    assertEquals("ERROR_REASON_UNSUPPORTED_FIELD", info(unknown).getReason());
    StatusRuntimeException missing = refused(request(1, 2, 3).setCollection("nowhere"));
    assertEquals(Code.NOT_FOUND, missing.getStatus().getCode());
    assertEquals("ERROR_REASON_COLLECTION_NOT_FOUND", info(missing).getReason());
  }

  @Test
  void aZeroVectorHasNoCosine() {
    server.create("cosine", 2, Metric.METRIC_COSINE);
    assertEquals(
        "vector", field(refused(request().setCollection("cosine").setVector(vector(0, 0)))));
  }

  @Test
  void aSearchWhoseDeadlineHasPassedSaysSo() {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .searches()
                    .withDeadlineAfter(1, TimeUnit.NANOSECONDS)
                    .search(request(0, 0, 0).build()));
    assertEquals(Code.DEADLINE_EXCEEDED, failure.getStatus().getCode());
  }

  @ParameterizedTest
  @EnumSource(names = {"METRIC_COSINE", "METRIC_DOT", "METRIC_EUCLIDEAN"})
  void aBatchAnswersEachQueryAsASearchWouldAndAsArithmeticDoes(Metric metric) {
    Random random = new Random(metric.getNumber());
    String name = "random-" + metric.name().toLowerCase(java.util.Locale.ROOT);
    server.create(name, DIMENSION, metric);
    float[][] rows = new float[COUNT][DIMENSION];
    for (float[] row : rows) {
      for (int i = 0; i < DIMENSION; i++) {
        row[i] = (float) random.nextGaussian();
      }
    }
    server.upsert(name, 0, rows);
    float[][] queries = new float[40][];
    for (int i = 0; i < queries.length; i++) {
      queries[i] = rows[random.nextInt(COUNT)].clone();
      queries[i][random.nextInt(DIMENSION)] += 0.25f;
    }
    SearchOptions options =
        SearchOptions.newBuilder().setExact(true).setExplain(true).setLimit(7).build();
    SearchBatchResponse batch =
        server
            .searches()
            .searchBatch(
                SearchBatchRequest.newBuilder()
                    .setCollection(name)
                    .setVectors(matrix(queries))
                    .setOptions(options)
                    .build());
    assertEquals(queries.length, batch.getResultsCount());
    for (int q = 0; q < queries.length; q++) {
      SearchResponse single =
          server
              .searches()
              .search(
                  SearchRequest.newBuilder()
                      .setCollection(name)
                      .setVector(vector(queries[q]))
                      .setOptions(options)
                      .build());
      // Scores may differ in the last bit: rows are compared four at a time or one by one.
      assertEquals(ids(single.getHitsList()), ids(batch.getResults(q).getHitsList()));
      assertTrue(batch.getResults(q).hasExplanation());
      float[] query = queries[q];
      List<Long> expected =
          java.util.stream.LongStream.range(0, COUNT)
              .boxed()
              .sorted(
                  Comparator.comparingDouble((Long i) -> -score(metric, query, rows[i.intValue()])))
              .limit(7)
              .toList();
      assertEquals(expected, ids(single.getHitsList()));
      assertEquals(
          score(metric, query, rows[expected.get(0).intValue()]),
          single.getHits(0).getScore(),
          1e-4);
    }
  }

  private static double score(Metric metric, float[] a, float[] b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    double distance = 0;
    for (int i = 0; i < a.length; i++) {
      dot += (double) a[i] * b[i];
      aa += (double) a[i] * a[i];
      bb += (double) b[i] * b[i];
      distance += (a[i] - b[i]) * (double) (a[i] - b[i]);
    }
    return switch (metric) {
      case METRIC_COSINE -> dot / Math.sqrt(aa * bb);
      case METRIC_DOT -> dot;
      default -> -Math.sqrt(distance);
    };
  }

  @Test
  void batchesAreCheckedRowByRow() {
    SearchBatchRequest good =
        SearchBatchRequest.newBuilder()
            .setCollection("plain")
            .setVectors(matrix(row(1, 2, 3), row(4, 5, 6)))
            .build();
    assertEquals(2, server.searches().searchBatch(good).getResultsCount());
    assertEquals(
        "vectors[1]",
        batchField(good.toBuilder().setVectors(matrix(row(1, 2, 3), row(1, 2, Float.NaN)))));
    assertEquals("vectors.dimension", batchField(good.toBuilder().setVectors(matrix(row(1, 2)))));
    assertEquals(
        "vectors.data",
        batchField(
            good.toBuilder()
                .setVectors(
                    good.getVectors().toBuilder()
                        .setData(good.getVectors().getData().substring(1)))));
    assertEquals("vectors", batchField(good.toBuilder().setVectors(matrix(new float[1001][3]))));
    assertEquals("vectors.dimension", batchField(good.toBuilder().clearVectors()));
  }

  private String batchField(SearchBatchRequest.Builder request) {
    return field(
        assertThrows(
            StatusRuntimeException.class, () -> server.searches().searchBatch(request.build())));
  }

  @Test
  void aPointOverwrittenAllTheTimeIsInEveryAnswerOnce() throws Exception {
    server.createFlat("busy", 2, Metric.METRIC_EUCLIDEAN);
    server.upsert("busy", 1, row(1, 1), row(5, 5));
    Thread writer =
        Thread.ofPlatform()
            .start(
                () -> {
                  for (int i = 0; i < 300; i++) {
                    server.upsert("busy", 1, row(1, 1));
                  }
                });
    int searches = 0;
    while (writer.isAlive() || searches < 100) {
      List<Long> found =
          ids(
              server
                  .searches()
                  .search(
                      SearchRequest.newBuilder()
                          .setCollection("busy")
                          .setVector(vector(1, 1))
                          .build())
                  .getHitsList());
      assertEquals(List.of(1L, 2L), found);
      searches++;
    }
    writer.join();
  }
}
