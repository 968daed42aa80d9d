package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.info;
import static dev.kith.server.testing.RunningServer.schema;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.CancelOptimizationRequest;
import dev.kith.proto.v1.Codec;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeleteCollectionRequest;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GetCollectionStatsResponse;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.ListCollectionsRequest;
import dev.kith.proto.v1.ListCollectionsResponse;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.OptimizeCollectionResponse;
import dev.kith.proto.v1.OptimizePhase;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionResponse;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.locks.LockSupport;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class CollectionRpcTest {
  private static final int MAX_COLLECTIONS = 20;

  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server =
        new RunningServer(folder, Map.of("limits.collections", Integer.toString(MAX_COLLECTIONS)));
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static CreateCollectionRequest.Builder request(String name) {
    return CreateCollectionRequest.newBuilder()
        .setName(name)
        .setVector(schema(4, Metric.METRIC_COSINE));
  }

  private Collection create(CreateCollectionRequest.Builder request) {
    return server.collections().createCollection(request.build()).getCollection();
  }

  private StatusRuntimeException refused(CreateCollectionRequest.Builder request) {
    return assertThrows(
        StatusRuntimeException.class, () -> server.collections().createCollection(request.build()));
  }

  private StatusRuntimeException refused(UnaryOperator<IndexPolicy.Builder> change) {
    return refused(request("refused").setIndex(change.apply(IndexPolicy.newBuilder())));
  }

  @Test
  void aNewCollectionHasTheDefaultsOfTheContract() {
    Collection made = create(request("defaults"));
    assertEquals("defaults", made.getName());
    assertEquals(16, made.getIndex().getHnsw().getM());
    assertEquals(200, made.getIndex().getHnsw().getEfConstruction());
    assertEquals(100, made.getIndex().getDefaultEf());
    assertEquals(1_000_000, made.getIndex().getSegmentPoints());
    assertEquals(Codec.CODEC_F32, made.getVector().getCodec());
    assertEquals(Metric.METRIC_COSINE, made.getVector().getMetric());
    assertTrue(made.getCreateTime().getSeconds() > 0);
    assertEquals(0, made.getPointCount());
    assertEquals(
        made,
        server
            .collections()
            .getCollection(GetCollectionRequest.newBuilder().setName("defaults").build())
            .getCollection());
  }

  @Test
  void creatingTheSameAgainAnswersWithTheExistingOne() {
    Collection first = create(request("same"));
    assertEquals(first, create(request("same")));
    StatusRuntimeException other =
        refused(request("same").setVector(schema(5, Metric.METRIC_COSINE)));
    assertEquals(Code.ALREADY_EXISTS, other.getStatus().getCode());
    assertEquals("ERROR_REASON_COLLECTION_EXISTS", info(other).getReason());
    assertEquals("same", info(other).getMetadataOrThrow("collection"));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        ".",
        "..",
        "a..b",
        "../a",
        "/etc/passwd",
        "a/b",
        "a\\b",
        "-a",
        "_a",
        ".a",
        "a b",
        "a\r\nb",
        "\u001b[31mred",
        "ä",
        "a\u0000",
        "%2e%2e"
      })
  void namesThatAreNoNamesAreRefused(String name) {
    StatusRuntimeException failure = refused(request(name));
    assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
    assertEquals("ERROR_REASON_INVALID_FIELD", info(failure).getReason());
    assertEquals("name", field(failure));
    assertTrue(
        String.valueOf(failure.getMessage()).chars().noneMatch(Character::isISOControl),
        failure.getMessage());
  }

  @Test
  void aNameMayHave128CharactersAndNotOneMore() {
    create(request("n".repeat(128)));
    assertEquals("name", field(refused(request("n".repeat(129)))));
    assertEquals("name", field(refused(request("n".repeat(1_000_000)))));
  }

  @Test
  void everyRangeOfTheSchemaIsChecked() {
    assertEquals(
        "vector.dimension", field(refused(request("r").setVector(schema(0, Metric.METRIC_DOT)))));
    assertEquals(
        "vector.dimension",
        field(refused(request("r").setVector(schema(65_537, Metric.METRIC_DOT)))));
    assertEquals(
        "vector.dimension", field(refused(request("r").setVector(schema(-1, Metric.METRIC_DOT)))));
    assertEquals(
        "vector.metric",
        field(refused(request("r").setVector(schema(4, Metric.METRIC_UNSPECIFIED)))));
    assertEquals("vector.dimension", field(refused(request("r").clearVector())));
    StatusRuntimeException prefixes =
        refused(request("r").setVector(schema(4, Metric.METRIC_DOT).toBuilder().addPrefixes(4)));
    assertEquals("vector.prefixes", field(prefixes));
    StatusRuntimeException codec =
        refused(
            request("r")
                .setVector(schema(2049, Metric.METRIC_DOT).toBuilder().setCodec(Codec.CODEC_OPQ)));
    assertEquals("vector.codec", field(codec));
    StatusRuntimeException unknown =
        refused(
            request("r").setVector(schema(4, Metric.METRIC_DOT).toBuilder().setMetricValue(99)));
    assertEquals("ERROR_REASON_UNSUPPORTED_FIELD", info(unknown).getReason());
  }

  @Test
  void everyRangeOfTheIndexPolicyIsChecked() {
    assertEquals("index.hnsw.m", field(refused(p -> p.setHnsw(HnswIndex.newBuilder().setM(1)))));
    assertEquals("index.hnsw.m", field(refused(p -> p.setHnsw(HnswIndex.newBuilder().setM(513)))));
    assertEquals(
        "index.hnsw.ef_construction",
        field(refused(p -> p.setHnsw(HnswIndex.newBuilder().setM(32).setEfConstruction(31)))));
    assertEquals(
        "index.hnsw.ef_construction",
        field(refused(p -> p.setHnsw(HnswIndex.newBuilder().setEfConstruction(10_001)))));
    assertEquals("index.default_ef", field(refused(p -> p.setDefaultEf(0))));
    assertEquals("index.default_ef", field(refused(p -> p.setDefaultEf(10_001))));
    assertEquals("index.segment_points", field(refused(p -> p.setSegmentPoints(999))));
    assertEquals("index.segment_points", field(refused(p -> p.setSegmentPoints(100_000_001))));
    for (int wrong : new int[] {0, 65_537}) {
      assertEquals(
          "index.ivf.lists", field(refused(p -> p.setIvf(IvfIndex.newBuilder().setLists(wrong)))));
    }
  }

  @Test
  void whatWasSetIsGivenBack() {
    Collection made =
        create(
            request("set")
                .setIndex(
                    IndexPolicy.newBuilder()
                        .setHnsw(HnswIndex.newBuilder().setM(8).setEfConstruction(50).setSeed(-7))
                        .setDefaultEf(33)
                        .setSegmentPoints(5_000)));
    assertEquals(8, made.getIndex().getHnsw().getM());
    assertEquals(50, made.getIndex().getHnsw().getEfConstruction());
    assertEquals(-7, made.getIndex().getHnsw().getSeed());
    assertEquals(33, made.getIndex().getDefaultEf());
    assertEquals(5_000, made.getIndex().getSegmentPoints());
    assertTrue(
        create(
                request("flat")
                    .setIndex(IndexPolicy.newBuilder().setFlat(FlatIndex.getDefaultInstance())))
            .getIndex()
            .hasFlat());
  }

  @Test
  void aListComesInPagesInTheOrderOfNames() {
    create(request("list-b"));
    create(request("list-a"));
    create(request("list-c"));
    List<String> names = new ArrayList<>();
    String token = "";
    int pages = 0;
    do {
      ListCollectionsResponse page =
          server
              .collections()
              .listCollections(
                  ListCollectionsRequest.newBuilder().setPageSize(2).setPageToken(token).build());
      page.getCollectionsList().forEach(collection -> names.add(collection.getName()));
      token = page.getNextPageToken();
      pages++;
    } while (!token.isEmpty());
    assertTrue(pages > 1);
    assertEquals(names.stream().sorted().distinct().toList(), names);
    assertTrue(names.containsAll(List.of("list-a", "list-b", "list-c")));
    assertEquals(
        "page_size",
        field(
            assertThrows(
                StatusRuntimeException.class,
                () ->
                    server
                        .collections()
                        .listCollections(
                            ListCollectionsRequest.newBuilder().setPageSize(1_001).build()))));
    assertEquals(
        "page_token",
        field(
            assertThrows(
                StatusRuntimeException.class,
                () ->
                    server
                        .collections()
                        .listCollections(
                            ListCollectionsRequest.newBuilder().setPageToken("../x").build()))));
  }

  @Test
  void anUpdateChangesWhatIsSetAndNothingElse() {
    create(request("update"));
    Collection updated =
        server
            .collections()
            .updateCollection(
                UpdateCollectionRequest.newBuilder().setName("update").setDefaultEf(7).build())
            .getCollection();
    assertEquals(7, updated.getIndex().getDefaultEf());
    assertEquals(1_000_000, updated.getIndex().getSegmentPoints());
    assertEquals("default_ef", updateField(b -> b.setDefaultEf(0)));
    assertEquals("segment_points", updateField(b -> b.setSegmentPoints(1)));
    HnswIndex.Builder fast = HnswIndex.newBuilder().setLayout(GraphLayout.GRAPH_LAYOUT_FAST);
    assertEquals(
        "codec",
        updateField(
            b -> b.setCodec(Codec.CODEC_PQ).setIndex(IndexPolicy.newBuilder().setHnsw(fast))));
    for (IndexPolicy.Builder misplaced :
        List.of(
            IndexPolicy.newBuilder().setDefaultEf(7),
            IndexPolicy.newBuilder().setSegmentPoints(7_000),
            IndexPolicy.newBuilder().setDeferIndexing(true))) {
      assertTrue(updateField(b -> b.setIndex(misplaced)).startsWith("index."));
    }
    assertEquals(
        "index.hnsw.m",
        updateField(
            b -> b.setIndex(IndexPolicy.newBuilder().setHnsw(HnswIndex.newBuilder().setM(1)))));
  }

  private String updateField(UnaryOperator<UpdateCollectionRequest.Builder> change) {
    return field(
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .collections()
                    .updateCollection(
                        change
                            .apply(UpdateCollectionRequest.newBuilder().setName("update"))
                            .build())));
  }

  @Test
  void deletingSaysWhetherThereWasOneAndCanBeRepeated() {
    create(request("gone"));
    DeleteCollectionRequest delete = DeleteCollectionRequest.newBuilder().setName("gone").build();
    assertTrue(server.collections().deleteCollection(delete).getExisted());
    assertFalse(server.collections().deleteCollection(delete).getExisted());
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .collections()
                    .getCollection(GetCollectionRequest.newBuilder().setName("gone").build()));
    assertEquals(Code.NOT_FOUND, failure.getStatus().getCode());
    assertEquals("ERROR_REASON_COLLECTION_NOT_FOUND", info(failure).getReason());
  }

  @Test
  void thereIsALimitToCollections() {
    List<String> made = new ArrayList<>();
    StatusRuntimeException failure = null;
    for (int i = 0; i <= MAX_COLLECTIONS && failure == null; i++) {
      try {
        create(request("many-" + i));
        made.add("many-" + i);
      } catch (StatusRuntimeException refused) {
        failure = refused;
      }
    }
    for (String name : made) {
      server
          .collections()
          .deleteCollection(DeleteCollectionRequest.newBuilder().setName(name).build());
    }
    assertTrue(
        failure != null && String.valueOf(failure.getMessage()).contains("as many as it may"));
  }

  @Test
  void optimizingReportsUntilItIsDoneAndLeavesASoundSealedSegment() {
    server.create("optimized", 8, Metric.METRIC_EUCLIDEAN);
    Random random = new Random(1);
    float[][] rows = new float[2_000][8];
    for (float[] row : rows) {
      for (int i = 0; i < row.length; i++) {
        row[i] = random.nextFloat();
      }
    }
    server.upsert("optimized", 0, rows);
    List<OptimizeCollectionResponse> progress = new ArrayList<>();
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName("optimized").build())
        .forEachRemaining(progress::add);
    OptimizeCollectionResponse last = progress.getLast();
    assertTrue(last.getDone());
    assertEquals(OptimizePhase.OPTIMIZE_PHASE_FINISHED, last.getPhase());
    assertEquals(1, progress.stream().filter(OptimizeCollectionResponse::getDone).count());
    assertTrue(last.getReport().getLinkedPoints() <= 2_000);
    assertTrue(last.getReport().getRecall() > 0.9, last.toString());
    assertEquals(200, last.getReport().getRecallQueries());
    assertEquals(100, last.getReport().getRecallEf());
    assertFalse(
        server
            .collections()
            .cancelOptimization(CancelOptimizationRequest.newBuilder().setName("optimized").build())
            .getWasRunning());
    GetCollectionStatsResponse stats =
        server
            .collections()
            .getCollectionStats(
                GetCollectionStatsRequest.newBuilder().setName("optimized").build());
    assertEquals(2_000, stats.getPointCount());
    assertEquals(0, stats.getUnlinkedPointCount());
    assertTrue(stats.getSegments(0).getSealed());
    assertEquals(2_000, stats.getSegments(0).getPointCount());
    assertTrue(stats.getFileBytes() > 2_000 * 8 * 4);
    VerifyCollectionResponse verified =
        server
            .collections()
            .verifyCollection(VerifyCollectionRequest.newBuilder().setName("optimized").build());
    assertEquals(List.of(), verified.getViolationsList());
    assertEquals(2_000, verified.getPointCount());
  }

  @Test
  void deferredIndexingIsSetAndChangedAndExplained() {
    server
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName("deferred")
                .setVector(RunningServer.schema(2, Metric.METRIC_DOT))
                .setIndex(IndexPolicy.newBuilder().setDeferIndexing(true))
                .build());
    server.upsert("deferred", 0, new float[][] {{1, 2}, {3, 4}, {5, 6}});
    assertEquals(3, unlinked("deferred"));
    SearchRequest explained =
        SearchRequest.newBuilder()
            .setCollection("deferred")
            .setVector(RunningServer.vector(1, 1))
            .setOptions(SearchOptions.newBuilder().setLimit(1).setExplain(true))
            .build();
    assertEquals(
        "beam of 100 over 1 segment, best 1, 3 unlinked rows scanned exactly",
        server.searches().search(explained).getHeader().getExplanation().getPlan());
    boolean stillDeferred =
        server
            .collections()
            .updateCollection(
                UpdateCollectionRequest.newBuilder()
                    .setName("deferred")
                    .setDeferIndexing(false)
                    .build())
            .getCollection()
            .getIndex()
            .getDeferIndexing();
    assertFalse(stillDeferred);
    Instant deadline = Instant.now().plusSeconds(30);
    while (unlinked("deferred") > 0) {
      assertTrue(Instant.now().isBefore(deadline), "not linked after 30 s");
      LockSupport.parkNanos(1_000_000);
    }
  }

  private long unlinked(String collection) {
    return server
        .collections()
        .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName(collection).build())
        .getUnlinkedPointCount();
  }

  @Test
  void everyMethodRefusesAMissingCollectionAndAMissingName() {
    StatusRuntimeException missing =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .collections()
                    .optimizeCollection(
                        OptimizeCollectionRequest.newBuilder().setName("missing").build())
                    .next());
    assertEquals(Code.NOT_FOUND, missing.getStatus().getCode());
    StatusRuntimeException unnamed =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                server
                    .collections()
                    .verifyCollection(VerifyCollectionRequest.getDefaultInstance()));
    assertEquals("name", field(unnamed));
  }
}
