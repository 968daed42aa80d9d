package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.schema;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.Codec;
import dev.kith.proto.v1.Collection;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeletePointsRequest;
import dev.kith.proto.v1.FlatIndex;
import dev.kith.proto.v1.GetCollectionRequest;
import dev.kith.proto.v1.GetCollectionStatsRequest;
import dev.kith.proto.v1.GraphLayout;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.HnswIndex;
import dev.kith.proto.v1.IndexPolicy;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.ListStats;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SegmentStats;
import dev.kith.proto.v1.UpdateCollectionRequest;
import dev.kith.proto.v1.VerifyCollectionRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// A collection whose sealed segments are searched on codes, from its creation to a restart.
final class CollectionCodecTest {
  private static final int DIMENSION = 40;
  private static final int LIMIT = 10;

  @TempDir Path folder;

  private final Random random = new Random(23);

  private boolean listed;

  /// What the collection should hold.
  private final TreeMap<Long, float[]> model = new TreeMap<>();

  private static CreateCollectionRequest.Builder request(Codec codec) {
    return CreateCollectionRequest.newBuilder()
        .setName("coded")
        .setVector(schema(DIMENSION, Metric.METRIC_EUCLIDEAN).toBuilder().setCodec(codec))
        .setIndex(
            IndexPolicy.newBuilder()
                .setHnsw(HnswIndex.newBuilder().setSeed(3))
                .setSegmentPoints(1000));
  }

  private static CreateCollectionRequest.Builder listed(Codec codec) {
    CreateCollectionRequest.Builder request = request(codec);
    request.getIndexBuilder().setIvf(IvfIndex.newBuilder().setSeed(3));
    return request;
  }

  private static CreateCollectionRequest.Builder flat(Codec codec) {
    CreateCollectionRequest.Builder request = request(codec);
    request.getIndexBuilder().setFlat(FlatIndex.getDefaultInstance());
    return request;
  }

  private static StatusRuntimeException refused(
      RunningServer server, CreateCollectionRequest.Builder request) {
    return assertThrows(
        StatusRuntimeException.class, () -> server.collections().createCollection(request.build()));
  }

  @ParameterizedTest
  @EnumSource(
      value = Codec.class,
      names = {"CODEC_F16", "CODEC_BF16", "CODEC_INT8", "CODEC_RABITQ", "CODEC_OPQ"})
  void aGraphAnswersExactScoresBeforeAndAfterSealingMergingAndRestarting(Codec codec)
      throws IOException {
    answersThroughout(request(codec), codec);
  }

  @ParameterizedTest
  @EnumSource(
      value = Codec.class,
      names = {"CODEC_UNSPECIFIED", "UNRECOGNIZED"},
      mode = EnumSource.Mode.EXCLUDE)
  void listsAnswerExactScoresBeforeAndAfterSealingMergingAndRestarting(Codec codec)
      throws IOException {
    answersThroughout(listed(codec), codec);
  }

  @ParameterizedTest
  @EnumSource(
      value = Codec.class,
      names = {"CODEC_INT8", "CODEC_RABITQ", "CODEC_PQ"})
  void aScanAnswersExactScoresBeforeAndAfterSealingMergingAndRestarting(Codec codec)
      throws IOException {
    answersThroughout(flat(codec), codec);
  }

  @Test
  void bitsAreKeptChangedAndSearched() throws IOException {
    CreateCollectionRequest.Builder request = listed(Codec.CODEC_RABITQ);
    request.getVectorBuilder().setCodecBits(4);
    answersThroughout(request, Codec.CODEC_RABITQ);
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(4, bits(server));
      server
          .collections()
          .updateCollection(
              UpdateCollectionRequest.newBuilder().setName("coded").setCodecBits(7).build());
      assertEquals(7, bits(server));
      optimize(server);
      assertSealed(server, Codec.CODEC_RABITQ);
      assertAnswers(server);
      server
          .collections()
          .updateCollection(
              UpdateCollectionRequest.newBuilder()
                  .setName("coded")
                  .setCodec(Codec.CODEC_RABITQ)
                  .build());
      assertEquals(0, bits(server));
    }
  }

  private static int bits(RunningServer server) {
    return server
        .collections()
        .getCollection(GetCollectionRequest.newBuilder().setName("coded").build())
        .getCollection()
        .getVector()
        .getCodecBits();
  }

  @Test
  void wordsHaveFourOrEightBitsAndMayBeOfTurnedVectors() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      CreateCollectionRequest.Builder request = listed(Codec.CODEC_OPQ);
      for (int wrong : new int[] {0, 5, -1}) {
        request.getVectorBuilder().setCodecBits(wrong);
        assertEquals("vector.codec_bits", field(refused(server, request)));
      }
      request.getVectorBuilder().setCodecBits(8);
      Collection made = server.collections().createCollection(request.build()).getCollection();
      assertEquals(Codec.CODEC_OPQ, made.getVector().getCodec());
      assertEquals(8, bits(server));
      upsert(server, 0, 300);
      optimize(server);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertEquals(8, bits(server));
    }
  }

  @Test
  void bitsOutOfRangeOrOfAnotherCodecAreRefused() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      for (int wrong : new int[] {0, 9, -1}) {
        CreateCollectionRequest.Builder request = request(Codec.CODEC_RABITQ);
        request.getVectorBuilder().setCodecBits(wrong);
        assertEquals("vector.codec_bits", field(refused(server, request)));
      }
      CreateCollectionRequest.Builder other = request(Codec.CODEC_INT8);
      other.getVectorBuilder().setCodecBits(4);
      StatusRuntimeException failure = refused(server, other);
      assertEquals("vector.codec_bits", field(failure));
      assertTrue(
          failure
              .toString()
              .contains("is for CODEC_RABITQ, CODEC_PQ and CODEC_OPQ, got CODEC_INT8"));
      CreateCollectionRequest.Builder wide = listed(Codec.CODEC_RABITQ);
      wide.getVectorBuilder().setDimension(2081).setCodecBits(2);
      failure = refused(server, wide);
      assertTrue(
          failure.toString().contains("at most 2080 dimensions with 2 bits, got 2081"),
          failure::toString);
      wide.getVectorBuilder().setCodecBits(3);
      server.collections().createCollection(wide.build());
    }
  }

  private void answersThroughout(CreateCollectionRequest.Builder request, Codec codec)
      throws IOException {
    listed = request.getIndex().hasIvf();
    try (RunningServer server = new RunningServer(folder)) {
      server.collections().createCollection(request.build());
      upsert(server, 0, 1300); // The first thousand seal themselves.
      optimize(server);
      assertSealed(server, codec);
      assertAnswers(server);
      upsert(server, 1200, 1500); // Some replace what is sealed.
      delete(server, 0, 200);
      assertAnswers(server);
      optimize(server);
      assertSealed(server, codec);
      assertAnswers(server);
    }
    try (RunningServer server = new RunningServer(folder)) {
      assertSealed(server, codec);
      assertAnswers(server);
    }
  }

  private void assertSealed(RunningServer server, Codec codec) {
    assertEquals(
        codec,
        server
            .collections()
            .getCollection(GetCollectionRequest.newBuilder().setName("coded").build())
            .getCollection()
            .getVector()
            .getCodec());
    List<SegmentStats> segments =
        server
            .collections()
            .getCollectionStats(GetCollectionStatsRequest.newBuilder().setName("coded").build())
            .getSegmentsList();
    assertEquals(
        model.size(),
        segments.stream()
            .filter(SegmentStats::getSealed)
            .mapToLong(SegmentStats::getPointCount)
            .sum());
    for (SegmentStats segment : segments) {
      assertEquals(segment.getSealed(), segment.hasRescoreFactor());
      assertTrue(!segment.getSealed() || segment.getRescoreFactor() >= 1, segment::toString);
      assertEquals(segment.getSealed() && listed, segment.hasLists());
      if (segment.hasLists()) {
        ListStats lists = segment.getLists();
        assertTrue(lists.getCount() > 1 && lists.getLongest() > 1, segment::toString);
        assertTrue(lists.getNprobe() <= lists.getCount(), segment::toString);
        assertEquals(1, lists.getDrift(), 0.2);
      }
    }
  }

  /// Compares with the model: every invariant, exact searches, searches on codes, and scores.
  private void assertAnswers(RunningServer server) {
    assertEquals(
        List.of(),
        server
            .collections()
            .verifyCollection(VerifyCollectionRequest.newBuilder().setName("coded").build())
            .getViolationsList());
    SearchOptions.Builder beam = SearchOptions.newBuilder().setLimit(LIMIT).setEf(200);
    int found = 0;
    int queries = 40;
    for (int i = 0; i < queries; i++) {
      float[] query = randomVector();
      List<Long> truth = nearest(query);
      assertEquals(truth, search(server, query, beam.clone().setExact(true)));
      SearchOptions.Builder wide = beam.clone().setRescore(200).setNprobe(64);
      for (SearchOptions.Builder options : List.of(beam, wide)) {
        List<Long> hits = search(server, query, options);
        assertEquals(LIMIT, hits.stream().distinct().count());
        found += (int) hits.stream().filter(truth::contains).count();
      }
    }
    double recall = found / (2.0 * queries * LIMIT);
    assertTrue(recall >= 0.9, () -> "recall " + recall);
  }

  private List<Long> search(RunningServer server, float[] query, SearchOptions.Builder options) {
    List<Hit> hits =
        server
            .searches()
            .search(
                SearchRequest.newBuilder()
                    .setCollection("coded")
                    .setVector(vector(query))
                    .setOptions(options)
                    .build())
            .getHitsList();
    for (Hit hit : hits) {
      float[] stored =
          Objects.requireNonNull(
              model.get(hit.getId().getNumber()), () -> "not there: " + hit.getId());
      assertEquals(-distance(query, stored), hit.getScore(), 1e-4);
    }
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  private void upsert(RunningServer server, long from, long to) {
    float[][] rows = new float[(int) (to - from)][];
    for (int i = 0; i < rows.length; i++) {
      rows[i] = randomVector();
      model.put(from + i, rows[i]);
    }
    server.upsert("coded", from, rows);
  }

  private void delete(RunningServer server, long from, long to) {
    Long[] ids = model.subMap(from, to).keySet().toArray(Long[]::new);
    server
        .points()
        .deletePoints(
            DeletePointsRequest.newBuilder()
                .setCollection("coded")
                .setIds(RunningServer.numbers(ids))
                .build());
    model.subMap(from, to).clear();
  }

  private static void optimize(RunningServer server) {
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName("coded").build())
        .forEachRemaining(progress -> {});
  }

  private float[] randomVector() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private List<Long> nearest(float[] query) {
    return model.entrySet().stream()
        .sorted(Comparator.comparingDouble(point -> distance(query, point.getValue())))
        .limit(LIMIT)
        .map(Map.Entry::getKey)
        .toList();
  }

  private static double distance(float[] query, float[] stored) {
    double sum = 0;
    for (int i = 0; i < query.length; i++) {
      sum += ((double) query[i] - stored[i]) * ((double) query[i] - stored[i]);
    }
    return Math.sqrt(sum);
  }

  @Test
  void noCodecIsForAFastGraphAndSomeAreForSoManyDimensions() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      for (Codec codec : List.of(Codec.CODEC_RABITQ, Codec.CODEC_OPQ)) {
        CreateCollectionRequest.Builder fast = request(codec);
        fast.getIndexBuilder().getHnswBuilder().setLayout(GraphLayout.GRAPH_LAYOUT_FAST);
        StatusRuntimeException failure = refused(server, fast);
        assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
        assertEquals("vector.codec", field(failure));
        assertTrue(
            failure
                .toString()
                .contains(codec + " is for GRAPH_LAYOUT_COMPACT, got GRAPH_LAYOUT_FAST"),
            failure::toString);
      }
      for (CreateCollectionRequest.Builder turned :
          List.of(request(Codec.CODEC_OPQ), flat(Codec.CODEC_OPQ))) {
        turned.getVectorBuilder().setDimension(2049);
        StatusRuntimeException failure = refused(server, turned);
        assertEquals("vector.codec", field(failure));
        assertTrue(
            failure.toString().contains("CODEC_OPQ is for at most 2048 dimensions, got 2049"),
            failure::toString);
      }
      CreateCollectionRequest.Builder wide = listed(Codec.CODEC_RABITQ);
      wide.getVectorBuilder().setDimension(4097);
      StatusRuntimeException failure = refused(server, wide);
      assertEquals("vector.codec", field(failure));
      assertTrue(failure.toString().contains("at most 4096 dimensions"), failure::toString);
    }
  }

  @Test
  void listsHaveCodesUnlessToldOtherwiseAndSayWhichAndHowMany() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      CreateCollectionRequest.Builder request = listed(Codec.CODEC_UNSPECIFIED);
      request.getIndexBuilder().getIvfBuilder().setLists(7);
      Collection made = server.collections().createCollection(request.build()).getCollection();
      assertEquals(Codec.CODEC_RABITQ, made.getVector().getCodec());
      assertEquals(7, made.getIndex().getIvf().getLists());
      assertFalse(made.getIndex().getIvf().getSpill());
      assertEquals(3, made.getIndex().getIvf().getSeed());
      request.setName("wide").getVectorBuilder().setDimension(5000);
      made = server.collections().createCollection(request.build()).getCollection();
      assertEquals(Codec.CODEC_INT8, made.getVector().getCodec());
      request.setName("spilled").getIndexBuilder().getIvfBuilder().setSpill(true);
      made = server.collections().createCollection(request.build()).getCollection();
      assertTrue(made.getIndex().getIvf().getSpill());
    }
  }

  @Test
  void whichListsToReadIsCheckedAndToldByThePlan() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      server.collections().createCollection(listed(Codec.CODEC_RABITQ).build());
      upsert(server, 0, 20);
      for (int wrong : new int[] {0, 65_537, -1}) {
        assertRefused(server, "options.nprobe", SearchOptions.newBuilder().setNprobe(wrong));
        assertRefused(server, "options.patience", SearchOptions.newBuilder().setPatience(wrong));
      }
      for (double wrong : new double[] {-0.1, 1.01, Double.NaN}) {
        assertRefused(server, "options.recall", SearchOptions.newBuilder().setRecall(wrong));
        assertRefused(server, "options.nucleus", SearchOptions.newBuilder().setNucleus(wrong));
      }
      assertRefused(server, "options.nucleus", SearchOptions.newBuilder().setNucleus(0));
      assertRefused(
          server, "options.recall", SearchOptions.newBuilder().setRecall(0.9).setPatience(3));
      assertPlan(server, SearchOptions.newBuilder(), "lists as measured for a recall of 0.95 over");
      assertPlan(
          server,
          SearchOptions.newBuilder().setRecall(0.99),
          "lists as measured for a recall of 0.99 over");
      assertPlan(server, SearchOptions.newBuilder().setRecall(0.999), "exact scan over");
      assertPlan(
          server, SearchOptions.newBuilder().setNprobe(5).setRescore(30), "5 lists, 30 rescored");
      assertPlan(
          server,
          SearchOptions.newBuilder().setNprobe(5).setNucleus(0.5).setPatience(7),
          "5 lists of 0.5 of the mass until 7 change nothing over");
      assertPlan(
          server, SearchOptions.newBuilder().setPatience(7), "lists until 7 change nothing over");
    }
  }

  @Test
  void aRecallThatNobodyMeasuredIsRefusedAndOneOfAllIsAnExactScan() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      server.collections().createCollection(request(Codec.CODEC_F32).build());
      upsert(server, 0, 20);
      StatusRuntimeException failure =
          assertRefused(server, "options.recall", SearchOptions.newBuilder().setRecall(0.9));
      assertTrue(failure.toString().contains("set ef"), failure::toString);
      assertPlan(server, SearchOptions.newBuilder().setRecall(1), "exact scan over");
    }
  }

  private StatusRuntimeException assertRefused(
      RunningServer server, String field, SearchOptions.Builder options) {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class, () -> search(server, randomVector(), options), field);
    assertEquals(field, field(failure));
    return failure;
  }

  private void assertPlan(RunningServer server, SearchOptions.Builder options, String expected) {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setCollection("coded")
            .setVector(vector(randomVector()))
            .setOptions(options.setExplain(true))
            .build();
    String plan = server.searches().search(request).getHeader().getExplanation().getPlan();
    assertTrue(plan.contains(expected), plan);
  }

  @Test
  void creatingAgainComparesTheCodecThatWasMeant() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      server.collections().createCollection(request(Codec.CODEC_UNSPECIFIED).build());
      server.collections().createCollection(request(Codec.CODEC_F32).build());
      StatusRuntimeException other = refused(server, request(Codec.CODEC_INT8));
      assertEquals(Code.ALREADY_EXISTS, other.getStatus().getCode());
    }
  }

  @Test
  void howManyToRescoreIsCheckedAndToldByThePlan() throws IOException {
    try (RunningServer server = new RunningServer(folder)) {
      server.collections().createCollection(request(Codec.CODEC_INT8).build());
      upsert(server, 0, 20);
      float[] query = randomVector();
      for (int wrong : new int[] {0, 10_001, -1}) {
        StatusRuntimeException failure =
            assertThrows(
                StatusRuntimeException.class,
                () -> search(server, query, SearchOptions.newBuilder().setRescore(wrong)));
        assertEquals("options.rescore", field(failure));
      }
      SearchRequest.Builder explained =
          SearchRequest.newBuilder().setCollection("coded").setVector(vector(query));
      explained.getOptionsBuilder().setExplain(true).setEf(50).setRescore(30);
      String plan =
          server.searches().search(explained.build()).getHeader().getExplanation().getPlan();
      assertTrue(plan.contains("beam of 50, 30 rescored"), plan);
      explained.getOptionsBuilder().clearRescore();
      plan = server.searches().search(explained.build()).getHeader().getExplanation().getPlan();
      assertFalse(plan.contains("rescored"), plan);
    }
  }
}
