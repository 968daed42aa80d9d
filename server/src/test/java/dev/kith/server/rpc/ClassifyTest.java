package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.ClassShare;
import dev.kith.proto.v1.Classification;
import dev.kith.proto.v1.ClassifyBatchRequest;
import dev.kith.proto.v1.ClassifyBatchResponse;
import dev.kith.proto.v1.ClassifyOptions;
import dev.kith.proto.v1.ClassifyRequest;
import dev.kith.proto.v1.ClassifyResponse;
import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SoftmaxOptions;
import dev.kith.proto.v1.Temperature;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Classes by neighbours against a twin that compares all points.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class ClassifyTest {
  private static final int POINTS = 300;
  private static final int DIMENSION = 8;

  private final Random random = new Random(21);
  private final float[][] rows = new float[POINTS][];
  private final NaiveNeighbors neighbors = new NaiveNeighbors(Metric.METRIC_COSINE, rows);
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    List<ByteString> payloads = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      rows[i] = gaussian();
      payloads.add(ByteString.copyFromUtf8(payload(i)));
    }
    server.createFlat("points", DIMENSION, Metric.METRIC_COSINE);
    server
        .points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection("points")
                .setPoints(RunningServer.batch(0, rows).toBuilder().addAllPayloads(payloads))
                .build());
  }

  @AfterAll
  void stop() {
    server.close();
  }

  /// Some have one genre, some two of which one is said twice, some none; all have a year.
  private static String payload(int i) {
    String genre =
        switch (i % 7) {
          case 5 -> "[\"a\", \"b\", \"a\"]";
          case 6 -> "null";
          default -> "\"%s\"".formatted(genres(i).getFirst());
        };
    return "{\"genre\": %s, \"made\": {\"year\": %s}}".formatted(genre, year(i));
  }

  private static List<String> genres(int i) {
    return switch (i % 7) {
      case 5 -> List.of("a", "b");
      case 6 -> List.of();
      default -> List.of(List.of("a", "b", "c").get(i % 3));
    };
  }

  private static double year(int i) {
    return 1990 + i % 4 / 2.0;
  }

  private float[] gaussian() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static boolean any(int row) {
    return row >= 0;
  }

  private static FieldValue text(String text) {
    return FieldValue.newBuilder().setText(text).build();
  }

  private static FieldValue number(double number) {
    return number == Math.rint(number)
        ? FieldValue.newBuilder().setInteger((long) number).build()
        : FieldValue.newBuilder().setNumber(number).build();
  }

  private static List<FieldValue> classes(String field, int i) {
    return field.equals("genre")
        ? genres(i).stream().map(ClassifyTest::text).toList()
        : List.of(number(year(i)));
  }

  private static ClassifyOptions.Builder options(String field, int neighbors, double temperature) {
    return ClassifyOptions.newBuilder()
        .setField(field)
        .setNeighbors(neighbors)
        .setMaxClasses(100)
        .setTemperature(Temperature.newBuilder().setValue(temperature));
  }

  private ClassifyResponse classify(float[] query, ClassifyOptions.Builder options) {
    return server
        .ranks()
        .classify(
            ClassifyRequest.newBuilder()
                .setCollection("points")
                .setVector(vector(query))
                .setOptions(options)
                .build());
  }

  /// Shares of classes among the nearest points that are accepted and have a class.
  private Map<FieldValue, Double> naive(
      float[] query, String field, int count, double temperature, IntPredicate accepted) {
    Map<FieldValue, Double> shares = new HashMap<>();
    double sum = 0;
    for (int row : neighbors.of(query, count, accepted)) {
      List<FieldValue> classes = classes(field, row);
      double weight = Math.exp(neighbors.score(query, row) / temperature);
      sum += classes.isEmpty() ? 0 : weight;
      classes.forEach(each -> shares.merge(each, weight / classes.size(), Double::sum));
    }
    double total = sum;
    shares.replaceAll((_, share) -> share / total);
    return shares;
  }

  private static void check(Map<FieldValue, Double> expected, Classification got) {
    Map<FieldValue, Double> found = new HashMap<>();
    double before = 1;
    for (ClassShare share : got.getClassesList()) {
      assertTrue(share.getProbability() <= before, "best first");
      before = share.getProbability();
      found.put(share.getValue(), share.getProbability());
    }
    assertEquals(expected.keySet(), found.keySet());
    expected.forEach((value, share) -> assertEquals(share, found.getOrDefault(value, 0.0), 1e-5));
    assertEquals(expected.size(), got.getDistinct());
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void classesHaveTheSharesOfTheNeighboursThatHaveThem_seed(long seed) {
    Random drawn = new Random(seed);
    for (String field : List.of("genre", "made.year")) {
      float[] query = gaussian();
      int count = 1 + drawn.nextInt(60);
      double temperature = 0.05 + drawn.nextDouble();
      ClassifyResponse answer = classify(query, options(field, count, temperature));
      Classification got = answer.getClassification();
      check(naive(query, field, count, temperature, ClassifyTest::any), got);
      long without =
          neighbors.of(query, count, ClassifyTest::any).stream()
              .filter(row -> classes(field, row).isEmpty())
              .count();
      assertEquals(without, got.getWithoutValue());
      assertEquals(count - without, got.getNeighbors());
      assertEquals(temperature, got.getSoftmax().getTemperature());
      assertEquals(count - without, got.getSoftmax().getPoints());
      assertEquals(Metric.METRIC_COSINE, answer.getHeader().getMetric());
      assertTrue(answer.getHeader().getLsn() > 0);
    }
  }

  @Test
  void aStoredPointHasNoSayInItsOwnClass() {
    for (int row : new int[] {0, 5, 6, 17}) {
      Classification got =
          server
              .ranks()
              .classify(
                  ClassifyRequest.newBuilder()
                      .setCollection("points")
                      .setPoint(PointId.newBuilder().setNumber(row))
                      .setOptions(options("genre", 9, 0.1))
                      .build())
              .getClassification();
      check(naive(rows[row], "genre", 9, 0.1, other -> other != row), got);
      assertEquals(9, got.getNeighbors() + got.getWithoutValue());
    }
  }

  @Test
  void onlyNeighboursThatTheFilterAcceptsAndRelevanceKeepsHaveASay() {
    float[] query = gaussian();
    Filter.Builder filter =
        Filter.newBuilder()
            .setRange(
                FieldRange.newBuilder().setField("made.year").setGreaterOrEqual(number(1991)));
    Classification filtered =
        classify(
                query,
                options("genre", 20, 0.2).setSearch(SearchOptions.newBuilder().setFilter(filter)))
            .getClassification();
    check(naive(query, "genre", 20, 0.2, row -> year(row) >= 1991), filtered);
    Classification cut =
        classify(
                query,
                options("genre", 20, 0.2)
                    .setSearch(
                        SearchOptions.newBuilder()
                            .setRelevance(
                                RelevanceOptions.newBuilder()
                                    .setModel("raw")
                                    .setMinRelevance(0.85f))))
            .getClassification();
    check(naive(query, "genre", 20, 0.2, row -> neighbors.score(query, row) >= 0.7), cut);
    assertTrue(cut.getNeighbors() + cut.getWithoutValue() < 20);
  }

  private static ClassShare share(String text, double probability) {
    return ClassShare.newBuilder().setValue(text(text)).setProbability(probability).build();
  }

  @Test
  void aPriorIsWeighedAgainstTheNeighboursAndStandsAloneWithoutThem() {
    float[] query = gaussian();
    Map<FieldValue, Double> expected = naive(query, "genre", 30, 0.3, ClassifyTest::any);
    expected.replaceAll((_, value) -> 0.25 * value);
    expected.merge(text("a"), 0.75 * 0.2, Double::sum);
    expected.merge(text("new"), 0.75 * 0.8, Double::sum);
    ClassifyOptions.Builder options =
        options("genre", 30, 0.3)
            .addPrior(share("a", 1))
            .addPrior(share("new", 4))
            .addPrior(share("never", 0))
            .setNeighborsWeight(0.25);
    check(expected, classify(query, options).getClassification());
    check(
        Map.of(text("a"), 0.2, text("new"), 0.8),
        classify(query, options.clone().setField("absent").setNeighborsWeight(1))
            .getClassification());
    Map<FieldValue, Double> half = naive(query, "genre", 30, 0.3, ClassifyTest::any);
    half.replaceAll((_, value) -> 0.5 * value);
    half.merge(text("a"), 0.5, Double::sum);
    check(
        half,
        classify(query, options("genre", 30, 0.3).addPrior(share("a", 7))).getClassification());
  }

  @Test
  void whereNobodyHasAClassThereIsNoneAndTheAnswerAbstains() {
    Classification got = classify(gaussian(), options("absent", 5, 1)).getClassification();
    assertEquals(0, got.getClassesCount());
    assertEquals(0, got.getNeighbors());
    assertEquals(5, got.getWithoutValue());
    assertTrue(got.getAbstained());
    assertFalse(got.hasSoftmax());
    assertFalse(got.hasMean());
  }

  @Test
  void theAnswerAbstainsWhereNoClassIsLikelyEnough() {
    float[] query = gaussian();
    Classification all = classify(query, options("genre", 40, 0.3)).getClassification();
    double best = all.getClasses(0).getProbability();
    assertFalse(all.getAbstained());
    Classification one =
        classify(query, options("genre", 40, 0.3).setMaxClasses(1).setMinConfidence(best + 1e-6))
            .getClassification();
    assertTrue(one.getAbstained());
    assertEquals(List.of(all.getClasses(0)), one.getClassesList());
    assertEquals(3, one.getDistinct());
    assertFalse(
        classify(query, options("genre", 40, 0.3).setMinConfidence(best - 1e-6))
            .getClassification()
            .getAbstained());
  }

  @Test
  void numbersHaveAMeanAndADeviationAndTextsHaveNone() {
    float[] query = gaussian();
    Map<FieldValue, Double> shares = naive(query, "made.year", 25, 0.2, ClassifyTest::any);
    double mean = 0;
    double squares = 0;
    for (Map.Entry<FieldValue, Double> each : shares.entrySet()) {
      double value =
          each.getKey().hasInteger() ? each.getKey().getInteger() : each.getKey().getNumber();
      mean += each.getValue() * value;
      squares += each.getValue() * value * value;
    }
    Classification got =
        classify(query, options("made.year", 25, 0.2).setMaxClasses(1)).getClassification();
    assertEquals(1, got.getClassesCount());
    assertEquals(mean, got.getMean(), 1e-4);
    assertEquals(Math.sqrt(squares - mean * mean), got.getDeviation(), 1e-3);
    Classification mixed =
        classify(query, options("made.year", 25, 0.2).addPrior(share("old", 1)))
            .getClassification();
    assertFalse(mixed.hasMean());
    assertFalse(mixed.hasDeviation());
  }

  @Test
  void sharesHaveThePerplexityThatIsAskedForAmongThoseWithAValue() {
    ClassifyOptions.Builder asked =
        ClassifyOptions.newBuilder()
            .setField("genre")
            .setTemperature(Temperature.newBuilder().setTargetPerplexity(7));
    Classification got = classify(gaussian(), asked).getClassification();
    assertEquals(50, got.getNeighbors() + got.getWithoutValue());
    assertEquals(7, got.getSoftmax().getPerplexity(), 1e-3);
    assertEquals(
        10,
        classify(gaussian(), ClassifyOptions.newBuilder().setField("genre"))
            .getClassification()
            .getSoftmax()
            .getPerplexity(),
        1e-3);
  }

  @Test
  void aBatchAnswersAsSingleCallsDo() {
    ClassifyOptions.Builder options =
        options("genre", 12, 0.2).setSearch(SearchOptions.newBuilder().setExplain(true));
    float[][] queries = IntStream.range(0, 20).mapToObj(_ -> gaussian()).toArray(float[][]::new);
    ClassifyBatchRequest.Builder request =
        ClassifyBatchRequest.newBuilder().setCollection("points").setOptions(options);
    ClassifyBatchResponse vectors =
        server.ranks().classifyBatch(request.setVectors(RunningServer.matrix(queries)).build());
    assertEquals(20, vectors.getClassificationsCount());
    for (int i = 0; i < 20; i++) {
      same(
          classify(queries[i], options.clone()).getClassification(), vectors.getClassifications(i));
    }
    ClassifyBatchResponse points =
        server
            .ranks()
            .classifyBatch(request.setPoints(RunningServer.numbers(3L, 250L, 3L)).build());
    for (int i = 0; i < 3; i++) {
      PointId id = PointId.newBuilder().setNumber(i == 1 ? 250 : 3).build();
      same(
          server
              .ranks()
              .classify(
                  ClassifyRequest.newBuilder()
                      .setCollection("points")
                      .setPoint(id)
                      .setOptions(options)
                      .build())
              .getClassification(),
          points.getClassifications(i));
    }
  }

  private static void same(Classification expected, Classification got) {
    assertTrue(expected.hasExplanation() && got.hasExplanation());
    assertEquals(expected.getExplanation().getPlan(), got.getExplanation().getPlan());
    assertEquals(
        expected.toBuilder().clearExplanation().build(),
        got.toBuilder().clearExplanation().build());
  }

  private void refused(Code code, String field, ClassifyOptions.Builder options) {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> classify(gaussian(), options));
    assertEquals(code, failure.getStatus().getCode(), failure.getMessage());
    assertEquals(field, field(failure), failure.getMessage());
  }

  private void refused(String field, ClassifyOptions.Builder options) {
    refused(Code.INVALID_ARGUMENT, field, options);
  }

  private static ClassifyOptions.Builder genre() {
    return ClassifyOptions.newBuilder().setField("genre");
  }

  private static ClassifyOptions.Builder with(SearchOptions.Builder search) {
    return genre().setSearch(search);
  }

  @Test
  void whatIsOutOfRangeIsRefusedByName() {
    refused("options.field", ClassifyOptions.newBuilder());
    refused("options.field", ClassifyOptions.newBuilder().setField("a..b"));
    refused("options.neighbors", genre().setNeighbors(0));
    refused("options.neighbors", genre().setNeighbors(10_001));
    refused(
        "options.temperature.value", genre().setTemperature(Temperature.newBuilder().setValue(0)));
    refused("options.prior[0].probability", genre().addPrior(share("a", -1)));
    refused("options.prior[0].probability", genre().addPrior(share("a", Double.NaN)));
    refused("options.prior[1].value", genre().addPrior(share("a", 1)).addPrior(share("a", 2)));
    refused("options.prior[0].value", genre().addPrior(ClassShare.newBuilder().setProbability(1)));
    refused("options.prior", genre().addPrior(share("a", 0)));
    refused("options.neighbors_weight", genre().setNeighborsWeight(0.5));
    refused("options.neighbors_weight", genre().addPrior(share("a", 1)).setNeighborsWeight(1.1));
    refused("options.min_confidence", genre().setMinConfidence(1.5));
    refused("options.max_classes", genre().setMaxClasses(0));
    refused("options.max_classes", genre().setMaxClasses(10_001));
  }

  @Test
  void whatIsWrongWithTheSearchIsRefusedByWhereItIs() {
    refused("options.search.limit", with(SearchOptions.newBuilder().setLimit(5)));
    refused("options.search.with_vector", with(SearchOptions.newBuilder().setWithVector(false)));
    refused("options.search.with_payload", with(SearchOptions.newBuilder().setWithPayload(true)));
    refused(
        "options.search.softmax",
        with(SearchOptions.newBuilder().setSoftmax(SoftmaxOptions.getDefaultInstance())));
    refused(
        "options.search.fusion",
        with(SearchOptions.newBuilder().setFusion(FusionOptions.getDefaultInstance())));
    refused(
        "options.search.diversity",
        with(SearchOptions.newBuilder().setDiversity(DiversityOptions.getDefaultInstance())));
    refused("options.search.ef", with(SearchOptions.newBuilder().setEf(0)));
    refused(
        "options.search.filter",
        with(SearchOptions.newBuilder().setFilter(Filter.getDefaultInstance())));
    refused(
        "options.neighbors",
        with(SearchOptions.newBuilder().setRelevance(RelevanceOptions.newBuilder().setModel("raw")))
            .setNeighbors(2000));
    refused(
        Code.FAILED_PRECONDITION, "", with(SearchOptions.newBuilder().setMinLsn(Long.MAX_VALUE)));
  }

  private static void refusedQuery(Code code, String field, Runnable call) {
    StatusRuntimeException failure = assertThrows(StatusRuntimeException.class, call::run);
    assertEquals(code, failure.getStatus().getCode(), failure.getMessage());
    assertEquals(field, field(failure), failure.getMessage());
  }

  @Test
  void queriesThatAreNoneAreRefused() {
    ClassifyRequest.Builder one =
        ClassifyRequest.newBuilder().setCollection("points").setOptions(genre());
    refusedQuery(Code.INVALID_ARGUMENT, "query", () -> server.ranks().classify(one.build()));
    refusedQuery(
        Code.INVALID_ARGUMENT,
        "vector.data",
        () -> server.ranks().classify(one.clone().setVector(vector(1, 2)).build()));
    PointId.Builder missing = PointId.newBuilder().setNumber(9999);
    refusedQuery(
        Code.NOT_FOUND, "", () -> server.ranks().classify(one.clone().setPoint(missing).build()));
    refusedQuery(
        Code.INVALID_ARGUMENT,
        "collection",
        () -> server.ranks().classify(one.clone().clearCollection().build()));
    ClassifyBatchRequest.Builder batch =
        ClassifyBatchRequest.newBuilder().setCollection("points").setOptions(genre());
    refusedQuery(
        Code.INVALID_ARGUMENT, "queries", () -> server.ranks().classifyBatch(batch.build()));
    Long[] many = IntStream.range(0, 1001).mapToObj(Long::valueOf).toArray(Long[]::new);
    refusedQuery(
        Code.INVALID_ARGUMENT,
        "points",
        () ->
            server
                .ranks()
                .classifyBatch(batch.clone().setPoints(RunningServer.numbers(many)).build()));
  }
}
