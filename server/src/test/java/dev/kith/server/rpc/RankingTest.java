package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FusionMethod;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.GivenScores;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.MarginalRelevance;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.NearDuplicates;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.RankScale;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchScore;
import dev.kith.proto.v1.Signal;
import dev.kith.proto.v1.SoftNms;
import dev.kith.proto.v1.SoftmaxOptions;
import dev.kith.proto.v1.SoftmaxOutcome;
import dev.kith.proto.v1.SoftmaxScope;
import dev.kith.proto.v1.StageWork;
import dev.kith.proto.v1.Temperature;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Shares, fused signals and diversity against [NaiveRanking].
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RankingTest {
  private static final int POINTS = 500;
  private static final int DIMENSION = 12;

  private final Random random = new Random(11);
  private final float[][] rows = new float[POINTS][];
  private final double[] popularity = new double[POINTS];
  private final float[] query = gaussian();
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    List<ByteString> payloads = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      // Every third point is nearly the one before it.
      rows[i] = i % 3 == 2 ? near(rows[i - 1]) : gaussian();
      popularity[i] = i % 5 == 4 ? Double.NaN : random.nextInt(100) / 8.0;
      payloads.add(
          ByteString.copyFromUtf8(
              i % 5 == 4
                  ? "{\"popularity\": \"none\", \"number\": %d}".formatted(i)
                  : "{\"popularity\": [-1, %s, null], \"number\": %d}"
                      .formatted(popularity[i], i)));
    }
    server.createFlat("cosine", DIMENSION, Metric.METRIC_COSINE);
    server.createFlat("dot", DIMENSION, Metric.METRIC_DOT);
    server.createFlat("euclidean", DIMENSION, Metric.METRIC_EUCLIDEAN);
    server.create("graph", DIMENSION, Metric.METRIC_COSINE);
    for (String name : List.of("cosine", "dot", "euclidean", "graph")) {
      server
          .points()
          .upsert(
              UpsertRequest.newBuilder()
                  .setCollection(name)
                  .setPoints(RunningServer.batch(0, rows).toBuilder().addAllPayloads(payloads))
                  .build());
    }
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private float[] gaussian() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private float[] near(float[] other) {
    float[] vector = other.clone();
    vector[random.nextInt(DIMENSION)] += 0.05f;
    return vector;
  }

  private SearchResponse search(String collection, SearchOptions.Builder options) {
    return server
        .searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(collection)
                .setVector(vector(query))
                .setOptions(options)
                .build());
  }

  /// The nearest points by score alone.
  private List<Hit> plain(String collection, int limit) {
    return search(collection, SearchOptions.newBuilder().setLimit(limit)).getHitsList();
  }

  private static double[] scores(List<Hit> hits) {
    return hits.stream().mapToDouble(Hit::getScore).toArray();
  }

  private static List<Long> numbers(List<Hit> hits) {
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  private static Temperature.Builder value(double temperature) {
    return Temperature.newBuilder().setValue(temperature);
  }

  private static String name(Metric metric) {
    return switch (metric) {
      case METRIC_COSINE -> "cosine";
      case METRIC_DOT -> "dot";
      default -> "euclidean";
    };
  }

  private double score(Metric metric, long one, long other) {
    double[] sums = new double[4];
    for (int i = 0; i < DIMENSION; i++) {
      double a = rows[(int) one][i];
      double b = rows[(int) other][i];
      sums[0] += a * b;
      sums[1] += a * a;
      sums[2] += b * b;
      sums[3] += (a - b) * (a - b);
    }
    return switch (metric) {
      case METRIC_COSINE -> sums[0] / Math.sqrt(sums[1] * sums[2]);
      case METRIC_DOT -> sums[0];
      default -> -Math.sqrt(sums[3]);
    };
  }

  private NaiveRanking.Similarity between(Metric metric, List<Hit> hits) {
    return (one, other) ->
        score(metric, hits.get(one).getId().getNumber(), hits.get(other).getId().getNumber());
  }

  private static void assertShares(double[] expected, List<Hit> hits) {
    for (int i = 0; i < hits.size(); i++) {
      assertTrue(hits.get(i).hasProbability());
      assertEquals(expected[i], hits.get(i).getProbability(), 1e-6 + 1e-5 * expected[i]);
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"METRIC_COSINE", "METRIC_DOT", "METRIC_EUCLIDEAN"})
  void sharesOfTheHitsAreTheirSoftmax(Metric metric) {
    SearchResponse answer =
        search(
            name(metric),
            SearchOptions.newBuilder()
                .setLimit(20)
                .setSoftmax(SoftmaxOptions.newBuilder().setTemperature(value(0.2))));
    double[] scores = scores(plain(name(metric), 20));
    double[] shares = NaiveRanking.shares(scores, 0.2);
    assertEquals(numbers(plain(name(metric), 20)), numbers(answer.getHitsList()));
    assertShares(shares, answer.getHitsList());
    SoftmaxOutcome outcome = answer.getHeader().getSoftmax();
    assertEquals(0.2, outcome.getTemperature());
    assertEquals(NaiveRanking.logSumExp(scores, 0.2), outcome.getLogSumExp(), 1e-5);
    assertEquals(NaiveRanking.perplexity(shares), outcome.getPerplexity(), 1e-4);
    assertEquals(NaiveRanking.effective(shares), outcome.getEffective(), 1e-4);
    assertEquals(20, outcome.getPoints());
    assertFalse(outcome.hasStandardError());
    assertEquals(RankScale.RANK_SCALE_UNSPECIFIED, answer.getHeader().getRankScale());
  }

  @Test
  void sharesAmongCandidatesAreOfMoreThanTheHits() {
    SoftmaxOptions.Builder asked =
        SoftmaxOptions.newBuilder()
            .setTemperature(value(0.1))
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_CANDIDATES)
            .setCandidates(200);
    SearchResponse answer =
        search("cosine", SearchOptions.newBuilder().setLimit(10).setSoftmax(asked));
    double[] shares = NaiveRanking.shares(scores(plain("cosine", 200)), 0.1);
    assertEquals(10, answer.getHitsCount());
    assertShares(shares, answer.getHitsList());
    assertEquals(200, answer.getHeader().getSoftmax().getPoints());
    assertTrue(answer.getHitsList().stream().mapToDouble(Hit::getProbability).sum() < 1);
  }

  @Test
  void sharesByRelevanceAreThoseOfTheOddsThatTheModelGives() {
    RelevanceOptions.Builder judged = RelevanceOptions.newBuilder().setModel("zscore");
    SearchResponse answer =
        search(
            "cosine",
            SearchOptions.newBuilder()
                .setLimit(15)
                .setRelevance(judged)
                .setSoftmax(SoftmaxOptions.newBuilder().setOfRelevance(true)));
    double[] odds =
        answer.getHitsList().stream()
            .mapToDouble(Hit::getRelevance)
            .map(relevance -> relevance / (1 - relevance))
            .toArray();
    double sum = Arrays.stream(odds).sum();
    assertShares(Arrays.stream(odds).map(each -> each / sum).toArray(), answer.getHitsList());
    assertEquals(1, answer.getHeader().getSoftmax().getTemperature());
    SoftmaxOptions.Builder asked = SoftmaxOptions.newBuilder().setOfRelevance(true);
    assertEquals("options.softmax.of_relevance", refused(asked));
    assertEquals(
        "options.softmax.of_relevance",
        refused(
            SearchOptions.newBuilder()
                .setRelevance(judged)
                .setSoftmax(asked.setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION))));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1, 3, 12.5, 20, 500})
  void aPerplexityThatIsAskedForIsReachedAsFarAsThereAreHits(double target) {
    SearchResponse answer =
        search(
            "euclidean",
            SearchOptions.newBuilder()
                .setLimit(20)
                .setSoftmax(
                    SoftmaxOptions.newBuilder()
                        .setTemperature(Temperature.newBuilder().setTargetPerplexity(target))));
    assertEquals(
        Math.min(target, 20), answer.getHeader().getSoftmax().getPerplexity(), 1e-3 * target);
  }

  @Test
  void whereNothingIsSaidOfTheTemperatureSharesAreAsUncertainAsTenEqualOnesOrHalfOfAll() {
    SoftmaxOptions nothing = SoftmaxOptions.getDefaultInstance();
    SearchOptions.Builder fifty = SearchOptions.newBuilder().setLimit(50).setSoftmax(nothing);
    SearchOptions.Builder six = SearchOptions.newBuilder().setLimit(6).setSoftmax(nothing);
    assertEquals(10, search("dot", fifty).getHeader().getSoftmax().getPerplexity(), 1e-2);
    assertEquals(3.5, search("dot", six).getHeader().getSoftmax().getPerplexity(), 1e-2);
  }

  @ParameterizedTest
  @EnumSource(names = {"METRIC_COSINE", "METRIC_DOT", "METRIC_EUCLIDEAN"})
  void sharesAmongAllPointsAreExactWhereAllAreScanned(Metric metric) {
    double[] all = scores(plain(name(metric), POINTS));
    SoftmaxOptions.Builder asked =
        SoftmaxOptions.newBuilder().setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION);
    for (double temperature : new double[] {0.05, 0.5}) {
      SearchOptions.Builder options =
          SearchOptions.newBuilder().setSoftmax(asked.setTemperature(value(temperature)));
      assertOfAll(all, temperature, search(name(metric), options));
    }
    // One that is found from the candidates takes a second scan.
    SearchOptions.Builder options =
        SearchOptions.newBuilder()
            .setSoftmax(asked.setTemperature(Temperature.newBuilder().setTargetPerplexity(20)));
    SearchResponse answer = search(name(metric), options);
    double temperature = answer.getHeader().getSoftmax().getTemperature();
    double[] candidates = Arrays.copyOf(all, 100);
    assertEquals(20, NaiveRanking.perplexity(NaiveRanking.shares(candidates, temperature)), 1e-2);
    assertOfAll(all, temperature, answer);
  }

  private static void assertOfAll(double[] all, double temperature, SearchResponse answer) {
    double[] shares = NaiveRanking.shares(all, temperature);
    SoftmaxOutcome outcome = answer.getHeader().getSoftmax();
    assertEquals(NaiveRanking.logSumExp(all, temperature), outcome.getLogSumExp(), 2e-5);
    assertEquals(NaiveRanking.effective(shares), outcome.getEffective(), 1e-3 * POINTS);
    assertEquals(all.length, outcome.getPoints());
    assertFalse(outcome.hasStandardError());
    assertFalse(outcome.hasPerplexity());
    for (int i = 0; i < answer.getHitsCount(); i++) {
      assertEquals(shares[i], answer.getHits(i).getProbability(), 1e-6 + 1e-4 * shares[i]);
    }
  }

  @Test
  void sharesAmongAllPointsLeaveOutWhatTheFilterRefusesAndTheQueryItself() {
    Filter below =
        Filter.newBuilder()
            .setRange(
                FieldRange.newBuilder()
                    .setField("number")
                    .setLess(FieldValue.newBuilder().setInteger(100)))
            .build();
    SoftmaxOptions.Builder asked =
        SoftmaxOptions.newBuilder()
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION)
            .setTemperature(value(0.3));
    SearchResponse answer =
        server
            .searches()
            .search(
                SearchRequest.newBuilder()
                    .setCollection("dot")
                    .setPoint(PointId.newBuilder().setNumber(7))
                    .setOptions(SearchOptions.newBuilder().setFilter(below).setSoftmax(asked))
                    .build());
    double[] all =
        IntStream.range(0, 100)
            .filter(i -> i != 7)
            .mapToDouble(i -> score(Metric.METRIC_DOT, 7, i))
            .toArray();
    SoftmaxOutcome outcome = answer.getHeader().getSoftmax();
    assertEquals(99, outcome.getPoints());
    assertEquals(NaiveRanking.logSumExp(all, 0.3), outcome.getLogSumExp(), 1e-4);
    assertFalse(numbers(answer.getHitsList()).contains(7L));
  }

  @Test
  void sharesAmongAllPointsOfAGraphAreEstimatedWithinFourStatedErrors() {
    double[] all = scores(plain("cosine", POINTS));
    SoftmaxOptions.Builder asked =
        SoftmaxOptions.newBuilder()
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION)
            .setTemperature(value(0.3))
            .setSample(100);
    SearchResponse answer = search("graph", SearchOptions.newBuilder().setSoftmax(asked));
    SoftmaxOutcome outcome = answer.getHeader().getSoftmax();
    assertTrue(outcome.getStandardError() > 0 && outcome.getStandardError() < 0.2);
    assertEquals(
        NaiveRanking.logSumExp(all, 0.3), outcome.getLogSumExp(), 4 * outcome.getStandardError());
    assertEquals(POINTS, outcome.getPoints());
    SearchResponse again = search("graph", SearchOptions.newBuilder().setSoftmax(asked));
    assertEquals(outcome, again.getHeader().getSoftmax());
    SearchResponse whole =
        search("graph", SearchOptions.newBuilder().setSoftmax(asked.setSample(POINTS)));
    assertOfAll(all, 0.3, whole);
  }

  private FusionOptions.Builder fusion(List<Hit> hits) {
    GivenScores.Builder given =
        GivenScores.newBuilder()
            .setIds(RunningServer.numbers(numbers(hits).stream().limit(30).toArray(Long[]::new)));
    IntStream.range(0, 30).forEach(i -> given.addScores(i % 7));
    return FusionOptions.newBuilder()
        .setCandidates(hits.size())
        .addSignals(Signal.newBuilder().setScore(SearchScore.getDefaultInstance()))
        .addSignals(Signal.newBuilder().setVector(vector(rows[3])).setWeight(2))
        .addSignals(
            Signal.newBuilder().setField("popularity").setLowerIsBetter(true).setWeight(0.5))
        .addSignals(Signal.newBuilder().setGiven(given));
  }

  private double[][] signals(List<Hit> hits) {
    double[][] values = new double[4][hits.size()];
    for (int i = 0; i < hits.size(); i++) {
      int number = (int) hits.get(i).getId().getNumber();
      values[0][i] = hits.get(i).getScore();
      values[1][i] = (float) score(Metric.METRIC_DOT, 3, number);
      values[2][i] = -popularity[number];
      values[3][i] = i < 30 ? i % 7 : Double.NaN;
    }
    return values;
  }

  @Test
  void aMixtureOrdersByTheLogarithmOfTheWeightedShares() {
    List<Hit> hits = plain("dot", 60);
    FusionOptions.Builder asked = fusion(hits);
    asked.getSignalsBuilderList().forEach(signal -> signal.setTemperature(value(2)));
    SearchResponse answer = search("dot", SearchOptions.newBuilder().setLimit(60).setFusion(asked));
    double[] expected =
        NaiveRanking.mixture(signals(hits), new double[] {1, 2, 0.5, 1}, new double[] {2, 2, 2, 2});
    assertEquals(RankScale.RANK_SCALE_LOG_MIXTURE, answer.getHeader().getRankScale());
    assertRanked(expected, hits, answer);
    assertEquals(
        1, answer.getHitsList().stream().mapToDouble(h -> Math.exp(h.getRankScore())).sum(), 1e-5);
  }

  @Test
  void reciprocalRanksOrderByTheirWeightedSum() {
    List<Hit> hits = plain("dot", 60);
    SearchResponse answer =
        search(
            "dot",
            SearchOptions.newBuilder()
                .setLimit(60)
                .setFusion(
                    fusion(hits)
                        .setMethod(FusionMethod.FUSION_METHOD_RECIPROCAL_RANK)
                        .setRankConstant(5)));
    double[] expected = NaiveRanking.reciprocalRanks(signals(hits), new double[] {1, 2, 0.5, 1}, 5);
    assertEquals(RankScale.RANK_SCALE_RECIPROCAL_RANK, answer.getHeader().getRankScale());
    assertRanked(expected, hits, answer);
  }

  private static void assertRanked(double[] expected, List<Hit> hits, SearchResponse answer) {
    List<Long> numbers = numbers(hits);
    double before = Double.POSITIVE_INFINITY;
    for (Hit hit : answer.getHitsList()) {
      int place = numbers.indexOf(hit.getId().getNumber());
      assertEquals(expected[place], hit.getRankScore(), 1e-4);
      assertTrue(hit.getRankScore() <= before);
      before = hit.getRankScore();
      assertEquals(hits.get(place).getScore(), hit.getScore(), "the score itself stays");
    }
    assertEquals(hits.size(), answer.getHitsCount());
  }

  @ParameterizedTest
  @EnumSource(names = {"METRIC_COSINE", "METRIC_DOT", "METRIC_EUCLIDEAN"})
  void marginalRelevanceChoosesWhatIsNearAndUnlikeTheHitsBefore(Metric metric) {
    List<Hit> hits = plain(name(metric), 80);
    for (double weight : new double[] {0, 0.3, 1}) {
      DiversityOptions.Builder asked =
          DiversityOptions.newBuilder()
              .setCandidates(80)
              .setMarginalRelevance(MarginalRelevance.newBuilder().setDiversity(weight));
      SearchResponse answer =
          search(name(metric), SearchOptions.newBuilder().setLimit(12).setDiversity(asked));
      List<Integer> expected =
          NaiveRanking.marginal(scores(hits), between(metric, hits), weight, 12);
      assertEquals(
          expected.stream().map(numbers(hits)::get).toList(), numbers(answer.getHitsList()));
      assertEquals(RankScale.RANK_SCALE_MARGINAL_RELEVANCE, answer.getHeader().getRankScale());
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"METRIC_COSINE", "METRIC_DOT", "METRIC_EUCLIDEAN"})
  void softNmsLetsSharesDecayByTheCosineToTheHitsBefore(Metric metric) {
    List<Hit> hits = plain(name(metric), 100);
    double[] logs = Arrays.stream(NaiveRanking.shares(scores(hits), 0.4)).map(Math::log).toArray();
    NaiveRanking.Similarity cosine = between(Metric.METRIC_COSINE, hits);
    SoftNms.Builder gaussian = SoftNms.newBuilder().setSigma(0.3).setTemperature(value(0.4));
    SoftNms.Builder linear = SoftNms.newBuilder().setThreshold(0.6).setTemperature(value(0.4));
    assertEquals(
        NaiveRanking.softNms(logs, cosine, sim -> -sim * sim / 0.3, 15).stream()
            .map(numbers(hits)::get)
            .toList(),
        numbers(decayed(metric, gaussian)));
    assertEquals(
        NaiveRanking.softNms(logs, cosine, sim -> sim > 0.6 ? Math.log1p(-sim) : 0, 15).stream()
            .map(numbers(hits)::get)
            .toList(),
        numbers(decayed(metric, linear)));
  }

  private List<Hit> decayed(Metric metric, SoftNms.Builder asked) {
    SearchResponse answer =
        search(
            name(metric),
            SearchOptions.newBuilder()
                .setLimit(15)
                .setDiversity(DiversityOptions.newBuilder().setSoftNms(asked)));
    assertEquals(RankScale.RANK_SCALE_LOG_DECAYED, answer.getHeader().getRankScale());
    return answer.getHitsList();
  }

  @Test
  void nearDuplicatesBecomeOneHitThatNamesThem() {
    List<Hit> hits = plain("cosine", 100);
    List<List<Integer>> groups =
        NaiveRanking.groups(100, between(Metric.METRIC_COSINE, hits), 0.99);
    SearchResponse answer =
        search(
            "cosine",
            SearchOptions.newBuilder()
                .setLimit(20)
                .setDiversity(
                    DiversityOptions.newBuilder()
                        .setNearDuplicates(NearDuplicates.newBuilder().setMinScore(0.99f))));
    int listed = 0;
    for (int i = 0; i < 20; i++) {
      List<Integer> group = groups.get(i);
      assertEquals(numbers(hits).get(group.getFirst()), answer.getHits(i).getId().getNumber());
      List<Long> others = group.subList(1, group.size()).stream().map(numbers(hits)::get).toList();
      assertEquals(
          others, answer.getHits(i).getDuplicatesList().stream().map(PointId::getNumber).toList());
      listed += others.size();
    }
    assertTrue(listed > 0, "no two of the points are near duplicates");
  }

  /// Relevance, fusion, diversity and shares, with a filter, over a graph.
  private SearchOptions.Builder everything() {
    return SearchOptions.newBuilder()
        .setLimit(8)
        .setFilter(Filter.newBuilder().setPresent("number"))
        .setRelevance(RelevanceOptions.newBuilder().setModel("zscore").setMinRelevance(0.01f))
        .setFusion(
            FusionOptions.newBuilder()
                .addSignals(Signal.newBuilder().setScore(SearchScore.getDefaultInstance()))
                .addSignals(Signal.newBuilder().setField("popularity")))
        .setDiversity(
            DiversityOptions.newBuilder()
                .setMarginalRelevance(MarginalRelevance.getDefaultInstance()))
        .setSoftmax(SoftmaxOptions.newBuilder().setScope(SoftmaxScope.SOFTMAX_SCOPE_CANDIDATES));
  }

  @Test
  void stagesComposeAndTheExplanationTellsThemInTheirOrder() {
    SearchResponse answer = search("graph", everything().setExplain(true));
    List<String> onTheList =
        answer.getHeader().getExplanation().getStagesList().stream()
            .filter(stage -> !stage.hasSegment())
            .map(StageWork::getStage)
            .toList();
    assertEquals(
        List.of("merge", "relevance", "fusion", "softmax", "diversity", "resolve"), onTheList);
    String plan = answer.getHeader().getExplanation().getPlan();
    for (String part : List.of("relevance of", "mixture of 2 signals", "marginal", "shares of")) {
      assertTrue(plan.contains(part), plan);
    }
    assertEquals(8, answer.getHitsCount());
    for (Hit hit : answer.getHitsList()) {
      assertTrue(hit.getRelevance() >= 0.01f && hit.hasProbability() && hit.hasRankScore());
    }
    SearchResponse ofHits =
        search(
            "graph", everything().setSoftmax(SoftmaxOptions.getDefaultInstance()).setExplain(true));
    assertEquals(1, ofHits.getHitsList().stream().mapToDouble(Hit::getProbability).sum(), 1e-5);
  }

  @Test
  void aBatchRanksAsSingleSearchesDo() {
    var batch =
        server
            .searches()
            .searchBatch(
                SearchBatchRequest.newBuilder()
                    .setCollection("graph")
                    .setVectors(RunningServer.matrix(query, rows[5], query))
                    .setOptions(everything())
                    .build());
    SearchResponse single = search("graph", everything());
    for (int row : new int[] {0, 2}) {
      assertEquals(single.getHitsList(), batch.getResults(row).getHitsList());
      assertEquals(single.getHeader().getSoftmax(), batch.getResults(row).getSoftmax());
    }
    assertEquals(single.getHeader().getRankScale(), batch.getHeader().getRankScale());
  }

  private String refused(SearchOptions.Builder options) {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> search("cosine", options));
    assertEquals(Code.INVALID_ARGUMENT, failure.getStatus().getCode());
    return field(failure);
  }

  private String refused(SoftmaxOptions.Builder asked) {
    return refused(SearchOptions.newBuilder().setSoftmax(asked));
  }

  private String refused(FusionOptions.Builder asked) {
    return refused(SearchOptions.newBuilder().setFusion(asked));
  }

  private String refused(DiversityOptions.Builder asked) {
    return refused(SearchOptions.newBuilder().setDiversity(asked));
  }

  @Test
  void whatIsWrongWithSharesIsRefusedByName() {
    for (double wrong : new double[] {0, 1e-7, 2e6, Double.NaN, -1}) {
      assertEquals(
          "options.softmax.temperature.value",
          refused(SoftmaxOptions.newBuilder().setTemperature(value(wrong))));
    }
    assertEquals(
        "options.softmax.temperature.target_perplexity",
        refused(
            SoftmaxOptions.newBuilder()
                .setTemperature(Temperature.newBuilder().setTargetPerplexity(0.5))));
    assertEquals(
        "options.softmax.temperature.rho",
        refused(SoftmaxOptions.newBuilder().setTemperature(Temperature.newBuilder().setRho(11))));
    SoftmaxOptions.Builder all =
        SoftmaxOptions.newBuilder().setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION);
    assertEquals("options.softmax.sample", refused(all.clone().setSample(99)));
    assertEquals("options.softmax.candidates", refused(all.clone().setCandidates(10_001)));
    assertEquals(
        "options.softmax.candidates", refused(SoftmaxOptions.newBuilder().setCandidates(50)));
    assertEquals("options.softmax.sample", refused(SoftmaxOptions.newBuilder().setSample(500)));
    assertEquals("options.softmax.scope", refused(everything().setSoftmax(all)));
  }

  @Test
  void whatIsWrongWithSignalsIsRefusedByName() {
    Signal.Builder own = Signal.newBuilder().setScore(SearchScore.getDefaultInstance());
    Signal.Builder field = Signal.newBuilder().setField("popularity");
    FusionOptions.Builder none = FusionOptions.newBuilder();
    FusionOptions.Builder one = FusionOptions.newBuilder().addSignals(own);
    FusionOptions.Builder ranks = one.clone().setMethod(FusionMethod.FUSION_METHOD_RECIPROCAL_RANK);
    assertEquals("options.fusion.signals", refused(none.clone()));
    assertEquals(
        "options.fusion.signals[0]", refused(none.clone().addSignals(Signal.newBuilder())));
    assertEquals("options.fusion.candidates", refused(one.clone().setCandidates(0)));
    assertEquals("options.fusion.rank_constant", refused(one.clone().setRankConstant(5)));
    assertEquals("options.fusion.rank_constant", refused(ranks.clone().setRankConstant(-1)));
    assertEquals(
        "options.fusion.signals[0].temperature",
        refused(
            none.clone()
                .setMethod(FusionMethod.FUSION_METHOD_RECIPROCAL_RANK)
                .addSignals(own.clone().setTemperature(value(1)))));
    assertEquals(
        "options.fusion.signals[1].weight",
        refused(one.clone().addSignals(field.clone().setWeight(0))));
    assertEquals(
        "options.fusion.signals[0].lower_is_better",
        refused(none.clone().addSignals(own.clone().setLowerIsBetter(true))));
    assertEquals(
        "options.fusion.signals[0].field",
        refused(none.clone().addSignals(Signal.newBuilder().setField("a..b"))));
    assertEquals(
        "options.fusion.signals[0].vector.data",
        refused(none.clone().addSignals(Signal.newBuilder().setVector(vector(1, 2)))));
    GivenScores.Builder given = GivenScores.newBuilder().setIds(RunningServer.numbers(1L, 1L));
    assertEquals(
        "options.fusion.signals[0].given.scores",
        refused(none.clone().addSignals(Signal.newBuilder().setGiven(given))));
    assertEquals(
        "options.fusion.signals[0].given.ids",
        refused(
            none.clone()
                .addSignals(Signal.newBuilder().setGiven(given.addScores(1).addScores(2)))));
    given.setIds(RunningServer.numbers(1L, 2L)).setScores(1, Double.POSITIVE_INFINITY);
    assertEquals(
        "options.fusion.signals[0].given.scores[1]",
        refused(none.clone().addSignals(Signal.newBuilder().setGiven(given))));
  }

  @Test
  void whatIsWrongWithDiversityIsRefusedByName() {
    DiversityOptions.Builder none = DiversityOptions.newBuilder();
    DiversityOptions.Builder marginal =
        DiversityOptions.newBuilder().setMarginalRelevance(MarginalRelevance.newBuilder());
    assertEquals("options.diversity", refused(none.clone()));
    assertEquals("options.diversity.candidates", refused(marginal.clone().setCandidates(4097)));
    assertEquals(
        "options.limit", refused(SearchOptions.newBuilder().setLimit(5000).setDiversity(marginal)));
    assertEquals(
        "options.diversity.marginal_relevance.diversity",
        refused(
            none.clone().setMarginalRelevance(MarginalRelevance.newBuilder().setDiversity(1.5))));
    assertEquals(
        "options.diversity.soft_nms.sigma",
        refused(none.clone().setSoftNms(SoftNms.newBuilder().setSigma(0))));
    assertEquals(
        "options.diversity.soft_nms.threshold",
        refused(none.clone().setSoftNms(SoftNms.newBuilder().setThreshold(1))));
    assertEquals(
        "options.diversity.near_duplicates.min_score",
        refused(none.clone().setNearDuplicates(NearDuplicates.newBuilder())));
  }
}
