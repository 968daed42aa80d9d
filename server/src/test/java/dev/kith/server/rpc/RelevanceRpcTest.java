package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.info;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.AdapterForm;
import dev.kith.proto.v1.Basis;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.DeleteModelRequest;
import dev.kith.proto.v1.EvaluateModelRequest;
import dev.kith.proto.v1.EvaluateModelResponse;
import dev.kith.proto.v1.EvaluationSpec;
import dev.kith.proto.v1.GetModelRequest;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.JudgedQueries;
import dev.kith.proto.v1.Judgment;
import dev.kith.proto.v1.ListModelsRequest;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.ModelKind;
import dev.kith.proto.v1.ModelParameters;
import dev.kith.proto.v1.OnEmpty;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.RelevanceModel;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.RelevanceOutcome;
import dev.kith.proto.v1.RelevanceReport;
import dev.kith.proto.v1.SearchBatchRequest;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SetDefaultModelRequest;
import dev.kith.proto.v1.StageWork;
import dev.kith.proto.v1.TrainModelRequest;
import dev.kith.proto.v1.TrainModelResponse;
import dev.kith.proto.v1.TrainingPhase;
import dev.kith.proto.v1.TrainingSpec;
import dev.kith.server.testing.JudgedClusters;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import io.grpc.stub.StreamObserver;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class RelevanceRpcTest {
  private static final int CANDIDATES = 40;
  private static final JudgedClusters CLUSTERS = new JudgedClusters(5);
  private static final JudgedQueries JUDGED = CLUSTERS.judged(200);

  private Path folder = Path.of("");
  private RunningServer server;
  private TrainModelResponse trained;

  @BeforeAll
  void trainAModel(@TempDir Path temp) throws Exception {
    folder = temp;
    server = new RunningServer(folder);
    for (String name : List.of("c", "scratch")) {
      server.create(name, JudgedClusters.DIMENSION, Metric.METRIC_COSINE);
      server.upsert(name, 0, CLUSTERS.points());
    }
    trained = train(spec("m"), JUDGED);
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static TrainingSpec.Builder spec(String model) {
    return TrainingSpec.newBuilder()
        .setCollection("c")
        .setModel(model)
        .setKind(ModelKind.MODEL_KIND_ZSCORE)
        .setCandidates(CANDIDATES)
        .setSeed(3);
  }

  /// Sends messages and collects the answers.
  private static <Q, A> List<A> call(
      Function<StreamObserver<A>, StreamObserver<Q>> method, List<Q> messages) {
    CompletableFuture<List<A>> done = new CompletableFuture<>();
    List<A> answers = new ArrayList<>();
    StreamObserver<Q> requests =
        method.apply(
            new StreamObserver<>() {
              @Override
              public void onNext(A answer) {
                answers.add(answer);
              }

              @Override
              public void onError(Throwable failure) {
                done.completeExceptionally(failure);
              }

              @Override
              public void onCompleted() {
                done.complete(answers);
              }
            });
    messages.forEach(requests::onNext);
    requests.onCompleted();
    try {
      return done.get(60, TimeUnit.SECONDS);
    } catch (ExecutionException failure) {
      throw assertInstanceOf(StatusRuntimeException.class, failure.getCause());
    } catch (Exception other) {
      throw new AssertionError(other);
    }
  }

  private TrainModelResponse train(TrainingSpec.Builder spec, JudgedQueries... queries) {
    List<TrainModelRequest> messages = new ArrayList<>();
    messages.add(TrainModelRequest.newBuilder().setSpec(spec).build());
    for (JudgedQueries some : queries) {
      messages.add(TrainModelRequest.newBuilder().setQueries(some).build());
    }
    return call(server.relevanceAsync()::trainModel, messages).getLast();
  }

  private StatusRuntimeException refused(TrainingSpec.Builder spec, JudgedQueries... queries) {
    return assertThrows(StatusRuntimeException.class, () -> train(spec, queries));
  }

  private static String sentence(StatusRuntimeException refused) {
    return String.valueOf(refused.getMessage());
  }

  private List<RelevanceModel> models(String collection) {
    return server
        .relevance()
        .listModels(ListModelsRequest.newBuilder().setCollection(collection).build())
        .getModelsList();
  }

  private RelevanceModel model(String collection, String name, boolean parameters) {
    return server
        .relevance()
        .getModel(
            GetModelRequest.newBuilder()
                .setCollection(collection)
                .setModel(name)
                .setWithParameters(parameters)
                .build())
        .getModel();
  }

  private static RelevanceOptions.Builder by(String model) {
    return RelevanceOptions.newBuilder().setModel(model);
  }

  private static SearchOptions.Builder options(RelevanceOptions.Builder relevance) {
    return SearchOptions.newBuilder().setLimit(20).setRelevance(relevance);
  }

  private SearchResponse search(float[] query, SearchOptions.Builder options) {
    return search(server, "c", query, options);
  }

  private static SearchResponse search(
      RunningServer on, String collection, float[] query, SearchOptions.Builder options) {
    return on.searches()
        .search(
            SearchRequest.newBuilder()
                .setCollection(collection)
                .setVector(vector(query))
                .setOptions(options)
                .build());
  }

  private StatusRuntimeException refusedSearch(SearchOptions.Builder options) {
    return assertThrows(StatusRuntimeException.class, () -> search(CLUSTERS.query(0), options));
  }

  private static List<Long> ids(List<Hit> hits) {
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  @Test
  void aTrainingAnswersWithTheModelAndWhatHeldOutQueriesSayOfIt() {
    RelevanceModel model = trained.getModel();
    assertEquals(TrainingPhase.TRAINING_PHASE_FINISHED, trained.getPhase());
    assertEquals("m", model.getName());
    assertEquals(1, model.getVersion());
    assertTrue(model.getIsTrained());
    assertTrue(model.getHasProfile());
    assertEquals(CANDIDATES, model.getCandidates());
    assertEquals(JudgedClusters.DIMENSION, model.getDimension());
    assertEquals(200, model.getTrainedQueries());
    assertEquals(200 * CANDIDATES, model.getTrainedPairs());
    assertEquals(3, model.getSeed());
    assertTrue(model.getThresholdsCount() > 0);
    RelevanceReport report = trained.getReport();
    assertEquals(
        List.of("m", "raw", "platt", "zscore", "gap", "fixed_k"),
        report.getModelsList().stream().map(one -> one.getModel()).toList());
    assertEquals(30, report.getQueries());
    assertEquals(30 * CANDIDATES, report.getPairs());
    assertTrue(report.getFound() > 0.8, () -> "found " + report.getFound());
    assertTrue(report.getModels(0).getPrAuc() > 0.7, () -> "got " + report.getModels(0));
    assertTrue(report.getModels(0).getBinsCount() > 0);
    assertTrue(report.getModels(0).getCurveCount() > 0);
  }

  @ParameterizedTest
  @ValueSource(strings = {"m", "raw", "zscore", "gap", "fixed_k", ""})
  void relevancesAreSharesThatNeverAscendAndLeaveTheOrderAsItIs(String model) {
    for (int cluster = 0; cluster < 10; cluster++) {
      float[] query = CLUSTERS.query(cluster);
      SearchResponse plain = search(query, SearchOptions.newBuilder().setLimit(20));
      SearchResponse judged = search(query, options(by(model)));
      assertEquals(ids(plain.getHitsList()), ids(judged.getHitsList()));
      float before = 1;
      for (Hit hit : judged.getHitsList()) {
        assertTrue(hit.hasRelevance());
        assertTrue(hit.getRelevance() <= before, () -> "ascends: " + judged);
        assertTrue(hit.getRelevance() >= 0);
        before = hit.getRelevance();
      }
      assertFalse(plain.getHits(0).hasRelevance());
      RelevanceOutcome outcome = judged.getHeader().getRelevance();
      assertEquals(model.isEmpty() ? "zscore" : model, outcome.getModel());
      assertEquals(0, outcome.getCut());
    }
  }

  @Test
  void whatAModelSaysOfAHitDoesNotDependOnTheLimit() {
    float[] query = CLUSTERS.query(3);
    SearchResponse many = search(query, options(by("m")).setLimit(CANDIDATES));
    SearchResponse one = search(query, options(by("m")).setLimit(1));
    assertEquals(many.getHits(0).getRelevance(), one.getHits(0).getRelevance());
    assertEquals(CANDIDATES, one.getHeader().getRelevance().getCandidates());
  }

  @Test
  void hitsThatAreNotRelevantEnoughAreCutAndCounted() {
    float[] query = CLUSTERS.query(7);
    SearchResponse all = search(query, options(by("m")));
    float least = all.getHits(5).getRelevance();
    SearchResponse cut = search(query, options(by("m").setMinRelevance(least)));
    long kept = all.getHitsList().stream().filter(hit -> hit.getRelevance() >= least).count();
    assertEquals(kept, cut.getHitsCount());
    assertEquals(20 - kept, cut.getHeader().getRelevance().getCut());
    assertEquals(least, cut.getHeader().getRelevance().getMinRelevance());
    SearchResponse two = search(query, options(by("m").setMinRelevance(least)).setLimit(2));
    assertEquals(2, two.getHitsCount());
    assertEquals(0, two.getHeader().getRelevance().getCut());
    assertEquals(
        cut.getHeader().getRelevance().getRelevant(), two.getHeader().getRelevance().getRelevant());
  }

  @Test
  void noHitIsAnAnswerUnlessTheBestOneIsAskedFor() {
    float[] stray = CLUSTERS.stray();
    RelevanceOptions.Builder strict = by("m").setMinRelevance(1);
    SearchResponse none = search(stray, options(strict));
    assertEquals(0, none.getHitsCount());
    assertEquals(0, none.getHeader().getRelevance().getRelevant());
    assertEquals(20, none.getHeader().getRelevance().getCut());
    SearchResponse best = search(stray, options(strict.setOnEmpty(OnEmpty.ON_EMPTY_BEST_ONE)));
    assertEquals(
        ids(search(stray, SearchOptions.newBuilder().setLimit(1)).getHitsList()),
        ids(best.getHitsList()));
    assertTrue(best.getHits(0).getRelevance() < 1);
    assertEquals(19, best.getHeader().getRelevance().getCut());
  }

  @Test
  void aShareThatMayBeMissedBecomesTheThresholdThatWasCalibrated() {
    SearchResponse response =
        search(CLUSTERS.query(1), options(by("m").setMaxFractionMissed(0.2f)));
    double told =
        trained.getModel().getThresholdsList().stream()
            .filter(threshold -> threshold.getMaxFractionMissed() == 0.2)
            .findFirst()
            .orElseThrow()
            .getMinRelevance();
    assertTrue(told > 0);
    assertEquals(told, response.getHeader().getRelevance().getMinRelevance(), 1e-6);
    StatusRuntimeException untrained =
        refusedSearch(options(by("zscore").setMaxFractionMissed(0.2f)));
    assertEquals(Code.FAILED_PRECONDITION, untrained.getStatus().getCode());
    assertEquals("ERROR_REASON_MODEL_UNSUITABLE", info(untrained).getReason());
    assertTrue(sentence(untrained).contains("TrainModel"), sentence(untrained));
  }

  @Test
  void aBatchAnswersAsSingleSearchesDo() {
    float[][] queries = {CLUSTERS.query(1), CLUSTERS.stray(), CLUSTERS.query(9)};
    SearchOptions.Builder options = options(by("m").setMinRelevance(0.5f).setOutlyingness(true));
    SearchBatchResponse batch =
        server
            .searches()
            .searchBatch(
                SearchBatchRequest.newBuilder()
                    .setCollection("c")
                    .setVectors(RunningServer.matrix(queries))
                    .setOptions(options)
                    .build());
    for (int i = 0; i < queries.length; i++) {
      SearchResponse single = search(queries[i], options);
      assertEquals(single.getHitsList(), batch.getResults(i).getHitsList());
      assertEquals(single.getHeader().getRelevance(), batch.getResults(i).getRelevance());
    }
    assertFalse(batch.getHeader().hasRelevance());
  }

  @Test
  void aStoredPointAsTheQueryIsNoCandidateOfItself() {
    SearchRequest request =
        SearchRequest.newBuilder()
            .setCollection("c")
            .setPoint(PointId.newBuilder().setNumber(30))
            .setOptions(options(by("m")).setLimit(5))
            .build();
    SearchResponse response = server.searches().search(request);
    assertEquals(5, response.getHitsCount());
    assertFalse(ids(response.getHitsList()).contains(30L));
    assertEquals(CANDIDATES, response.getHeader().getRelevance().getCandidates());
  }

  @Test
  void outlyingnessTellsQueriesApartThatAreLikeNothingThere() {
    double known = 0;
    double strays = 0;
    for (int i = 0; i < 20; i++) {
      known += outlyingness(CLUSTERS.query(i));
      strays += outlyingness(CLUSTERS.stray());
    }
    assertTrue(strays > known * 1.2, "known %s, strays %s".formatted(known, strays));
    StatusRuntimeException blind = refusedSearch(options(by("raw").setOutlyingness(true)));
    assertEquals(Code.FAILED_PRECONDITION, blind.getStatus().getCode());
    assertTrue(sentence(blind).contains("ZSCORE"), sentence(blind));
  }

  private double outlyingness(float[] query) {
    RelevanceOutcome outcome =
        search(query, options(by("m").setOutlyingness(true))).getHeader().getRelevance();
    assertTrue(outcome.getOutlyingness().hasQueriesPercentile());
    assertTrue(outcome.getOutlyingness().getPointsPercentile() <= 100);
    return outcome.getOutlyingness().getDistance();
  }

  @Test
  void withoutJudgmentsARuleOfThumbLearnsWhatPointsLookLike() {
    RelevanceModel model = train(spec("day-one")).getModel();
    assertFalse(model.getIsTrained());
    assertTrue(model.getHasProfile());
    assertEquals(0, model.getThresholdsCount());
    RelevanceOutcome outcome =
        search(CLUSTERS.query(0), options(by("day-one").setOutlyingness(true)))
            .getHeader()
            .getRelevance();
    assertFalse(outcome.getOutlyingness().hasQueriesPercentile());
    StatusRuntimeException refused =
        refused(spec("needy").setKind(ModelKind.MODEL_KIND_COSINE_ADAPTER));
    assertEquals(Code.INVALID_ARGUMENT, refused.getStatus().getCode());
    assertTrue(sentence(refused).contains("at least 20 judged queries"), sentence(refused));
  }

  @Test
  void theStageIsExplained() {
    SearchResponse response =
        search(CLUSTERS.query(2), options(by("m").setMinRelevance(0.5f)).setExplain(true));
    List<StageWork> stages = response.getHeader().getExplanation().getStagesList();
    List<String> names = stages.stream().map(StageWork::getStage).toList();
    assertEquals(
        List.of("merge", "relevance", "resolve"), names.subList(names.size() - 3, names.size()));
    StageWork stage = stages.get(stages.size() - 2);
    assertEquals(CANDIDATES, stage.getCandidatesIn());
    assertEquals(response.getHitsCount(), stage.getCandidates());
    String plan = response.getHeader().getExplanation().getPlan();
    assertTrue(plan.contains("relevance of 40 by m version"), plan);
  }

  @Test
  void aFilterKeepsItsWordAndTheModelSeesOnlyWhatItAccepts() {
    SearchOptions.Builder filtered = options(by("m"));
    filtered.getFilterBuilder().setIds(RunningServer.numbers(0L, 1L, 2L, 100L, 101L));
    SearchResponse response = search(CLUSTERS.query(0), filtered);
    assertEquals(5, response.getHitsCount());
    assertEquals(5, response.getHeader().getRelevance().getCandidates());
  }

  @Test
  void aQueryOfTheFirstCoordinatesAloneIsJudgedButNotCalledOutlying() {
    server
        .collections()
        .createCollection(
            CreateCollectionRequest.newBuilder()
                .setName("prefixed")
                .setVector(
                    RunningServer.schema(JudgedClusters.DIMENSION, Metric.METRIC_COSINE).toBuilder()
                        .addPrefixes(8)
                        .setBasis(Basis.BASIS_AS_IS))
                .build());
    server.upsert("prefixed", 0, CLUSTERS.points());
    train(
        spec("net")
            .setCollection("prefixed")
            .setKind(ModelKind.MODEL_KIND_COSINE_ADAPTER)
            .setHiddenUnits(4),
        JUDGED);
    float[] first = Arrays.copyOf(CLUSTERS.query(0), 8);
    SearchResponse plain =
        search(server, "prefixed", first, SearchOptions.newBuilder().setLimit(20));
    SearchResponse judged = search(server, "prefixed", first, options(by("net")));
    assertEquals(ids(plain.getHitsList()), ids(judged.getHitsList()));
    assertTrue(judged.getHits(0).getRelevance() >= judged.getHits(19).getRelevance());
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> search(server, "prefixed", first, options(by("net").setOutlyingness(true))));
    assertEquals("options.relevance.outlyingness", field(refused));
  }

  @Test
  void relevancesStayToTheLastBitWhenTheServerStartsAnew(@TempDir Path own) throws Exception {
    float[][] queries = {CLUSTERS.query(4), CLUSTERS.stray(), CLUSTERS.query(11)};
    SearchOptions.Builder asked =
        SearchOptions.newBuilder()
            .setLimit(CANDIDATES)
            .setExact(true)
            .setRelevance(RelevanceOptions.newBuilder().setOutlyingness(true));
    List<SearchResponse> before = new ArrayList<>();
    RelevanceModel kept;
    try (RunningServer first = new RunningServer(own)) {
      first.create("c", JudgedClusters.DIMENSION, Metric.METRIC_COSINE);
      first.upsert("c", 0, CLUSTERS.points());
      kept =
          call(
                  first.relevanceAsync()::trainModel,
                  List.of(
                      TrainModelRequest.newBuilder()
                          .setSpec(
                              spec("net")
                                  .setKind(ModelKind.MODEL_KIND_COSINE_ADAPTER)
                                  .setHiddenUnits(8)
                                  .setSetDefault(true))
                          .build(),
                      TrainModelRequest.newBuilder().setQueries(JUDGED).build()))
              .getLast()
              .getModel();
      for (float[] query : queries) {
        before.add(search(first, "c", query, asked));
      }
    }
    assertEquals(AdapterForm.ADAPTER_FORM_POWER, kept.getForm());
    assertTrue(kept.getIsDefault());
    try (RunningServer again = new RunningServer(own)) {
      RelevanceModel found =
          again
              .relevance()
              .getModel(GetModelRequest.newBuilder().setCollection("c").build())
              .getModel();
      assertEquals(kept, found);
      for (int i = 0; i < queries.length; i++) {
        SearchResponse after = search(again, "c", queries[i], asked);
        assertEquals(before.get(i).getHitsList(), after.getHitsList());
        assertEquals(before.get(i).getHeader().getRelevance(), after.getHeader().getRelevance());
      }
    }
  }

  @Test
  void theSameSeedAndJudgmentsGiveTheSameModel() {
    train(spec("once").setKind(ModelKind.MODEL_KIND_PLATT), JUDGED);
    train(spec("twice").setKind(ModelKind.MODEL_KIND_PLATT), JUDGED);
    ModelParameters once = model("c", "once", true).getParameters();
    assertEquals(2, once.getCurveCount());
    assertEquals(once, model("c", "twice", true).getParameters());
    assertFalse(model("c", "once", false).hasParameters());
  }

  @Test
  void theNumbersOfANetworkAreToldInFull() {
    train(spec("told").setKind(ModelKind.MODEL_KIND_COSINE_ADAPTER).setHiddenUnits(4), JUDGED);
    ModelParameters numbers = model("c", "told", true).getParameters();
    int inputs = JudgedClusters.DIMENSION + 8;
    assertEquals(4 * inputs, numbers.getHiddenWeightsCount());
    assertEquals(4, numbers.getHiddenBiasesCount());
    assertEquals(12, numbers.getOutputWeightsCount());
    assertEquals(3, numbers.getOutputBiasesCount());
    assertEquals(8, numbers.getStatisticsShiftCount());
    assertEquals(2, numbers.getScoreScaleCount());
  }

  @Test
  void aDeletedModelIsMissedByThoseWhoNameItAndByNobodyElse() {
    RelevanceModel first = train(spec("v").setCollection("scratch"), JUDGED).getModel();
    RelevanceModel second =
        train(spec("v").setCollection("scratch").setSetDefault(true), JUDGED).getModel();
    assertEquals(1, first.getVersion());
    assertEquals(2, second.getVersion());
    assertTrue(second.getIsDefault());
    SearchOptions.Builder unnamed = options(RelevanceOptions.newBuilder());
    RelevanceOutcome outcome =
        search(server, "scratch", CLUSTERS.query(0), unnamed).getHeader().getRelevance();
    assertEquals("v", outcome.getModel());
    assertEquals(2, outcome.getVersion());
    DeleteModelRequest delete =
        DeleteModelRequest.newBuilder().setCollection("scratch").setModel("v").build();
    assertTrue(server.relevance().deleteModel(delete).getExisted());
    assertFalse(server.relevance().deleteModel(delete).getExisted());
    StatusRuntimeException refused =
        assertThrows(
            StatusRuntimeException.class,
            () -> search(server, "scratch", CLUSTERS.query(0), options(by("v"))));
    assertEquals(Code.FAILED_PRECONDITION, refused.getStatus().getCode());
    assertEquals("ERROR_REASON_MODEL_NOT_FOUND", info(refused).getReason());
    assertTrue(sentence(refused).contains("it has fixed_k, gap, raw, zscore"), sentence(refused));
    assertEquals(
        "zscore",
        search(server, "scratch", CLUSTERS.query(0), unnamed)
            .getHeader()
            .getRelevance()
            .getModel());
    assertEquals(3, train(spec("v").setCollection("scratch"), JUDGED).getModel().getVersion());
    server.relevance().deleteModel(delete);
  }

  @Test
  void theDefaultIsSetAndTakenBack() {
    SetDefaultModelRequest.Builder request =
        SetDefaultModelRequest.newBuilder().setCollection("scratch");
    server.relevance().setDefaultModel(request.setModel("gap").build());
    assertEquals("gap", model("scratch", "", false).getName());
    assertTrue(model("scratch", "gap", false).getIsDefault());
    StatusRuntimeException unknown =
        assertThrows(
            StatusRuntimeException.class,
            () -> server.relevance().setDefaultModel(request.setModel("nobody").build()));
    assertEquals(Code.FAILED_PRECONDITION, unknown.getStatus().getCode());
    server.relevance().setDefaultModel(request.setModel("").build());
    assertEquals("zscore", model("scratch", "", false).getName());
  }

  @Test
  void modelsAreListedByNameThoseWithoutTrainingAmongThem() {
    List<String> names = models("c").stream().map(RelevanceModel::getName).toList();
    assertTrue(names.containsAll(List.of("m", "raw", "zscore", "gap", "fixed_k")), names::toString);
    assertEquals(names.stream().sorted().toList(), names);
    RelevanceModel raw =
        models("c").stream().filter(one -> one.getName().equals("raw")).findFirst().orElseThrow();
    assertEquals(0, raw.getVersion());
    assertFalse(raw.hasCreated());
  }

  @Test
  void anEvaluationJudgesTheModelBesideThoseFittedToTheSameQueries() {
    List<EvaluateModelResponse> answers =
        call(
            server.relevanceAsync()::evaluateModel,
            List.of(
                EvaluateModelRequest.newBuilder()
                    .setSpec(EvaluationSpec.newBuilder().setCollection("c").setModel("m"))
                    .build(),
                EvaluateModelRequest.newBuilder().setQueries(CLUSTERS.judged(30)).build()));
    RelevanceReport report = answers.getLast().getReport();
    assertEquals(30, report.getQueries());
    assertEquals(
        List.of("m", "raw", "platt", "zscore", "gap", "fixed_k"),
        report.getModelsList().stream().map(one -> one.getModel()).toList());
    assertTrue(report.getModels(0).getPrAuc() > 0.8);
  }

  @Test
  void candidatesThatNobodyJudgedCanBeLeftOut() {
    JudgedQueries.Builder judged = JUDGED.toBuilder();
    for (int query = 0; query < 200; query++) {
      judged.addJudgments(
          Judgment.newBuilder()
              .setQuery(query)
              .setPoint(PointId.newBuilder().setNumber(1_000_000 + query))
              .setGrade(0));
    }
    StatusRuntimeException onlyRelevant =
        refused(
            spec("pos").setUnjudged(dev.kith.proto.v1.Unjudged.UNJUDGED_LEFT_OUT), judged.build());
    assertEquals("queries", field(onlyRelevant));
  }

  @Test
  void badJudgmentsAreRefusedWhole() {
    assertRefused(
        "queries.judgments[0].query", JUDGED.toBuilder().setJudgments(0, judgment(200, 1)));
    assertRefused(
        "queries.judgments[0].point",
        JUDGED.toBuilder().setJudgments(0, Judgment.newBuilder().setQuery(1)));
    assertRefused(
        "queries.judgments[0].grade",
        JUDGED.toBuilder().setJudgments(0, judgment(0, 1).toBuilder().setGrade(1.5f)));
    assertRefused(
        "queries.judgments[0].propensity",
        JUDGED.toBuilder().setJudgments(0, judgment(0, 1).toBuilder().setPropensity(0.001f)));
    assertRefused(
        "queries.judgments[%d]".formatted(JUDGED.getJudgmentsCount()),
        JUDGED.toBuilder().addJudgments(JUDGED.getJudgments(0)));
    assertRefused(
        "queries.vectors.dimension",
        JudgedQueries.newBuilder().setVectors(RunningServer.matrix(new float[][] {{1, 2}})));
    assertRefused(
        "queries.vectors[0]",
        JudgedQueries.newBuilder()
            .setVectors(RunningServer.matrix(new float[1][JudgedClusters.DIMENSION])));
    assertFalse(models("c").stream().anyMatch(model -> model.getName().equals("bad")));
  }

  private static Judgment judgment(int query, long point) {
    return Judgment.newBuilder()
        .setQuery(query)
        .setPoint(PointId.newBuilder().setNumber(point))
        .build();
  }

  private void assertRefused(String field, JudgedQueries.Builder queries) {
    StatusRuntimeException refused = refused(spec("bad"), JUDGED, queries.build());
    assertEquals(Code.INVALID_ARGUMENT, refused.getStatus().getCode());
    assertEquals(field, field(refused));
  }

  @Test
  void tooFewJudgmentsAreRefusedWithTheirCounts() {
    StatusRuntimeException few = refused(spec("few"), CLUSTERS.judged(19));
    assertTrue(sentence(few).contains("at least 20, got 19"), sentence(few));
    StatusRuntimeException nothing =
        refused(spec("nothing"), JUDGED.toBuilder().clearJudgments().build());
    assertTrue(sentence(nothing).contains("0.000 of them relevant"), sentence(nothing));
  }

  @Test
  void specsOutOfRangeAreRefusedByField() {
    assertEquals("spec.model", field(refused(spec("zscore"), JUDGED)));
    assertEquals("spec.model", field(refused(spec(""), JUDGED)));
    assertEquals("spec.candidates", field(refused(spec("x").setCandidates(9), JUDGED)));
    assertEquals("spec.kind", field(refused(spec("x").setHiddenUnits(3), JUDGED)));
    assertEquals(
        "spec.hidden_units",
        field(
            refused(
                spec("x").setKind(ModelKind.MODEL_KIND_COSINE_ADAPTER).setHiddenUnits(2000),
                JUDGED)));
    assertEquals(
        Code.NOT_FOUND, refused(spec("x").setCollection("none"), JUDGED).getStatus().getCode());
    StatusRuntimeException queriesFirst =
        assertThrows(
            StatusRuntimeException.class,
            () ->
                call(
                    server.relevanceAsync()::trainModel,
                    List.of(TrainModelRequest.newBuilder().setQueries(JUDGED).build())));
    assertEquals("spec", field(queriesFirst));
  }

  @Test
  void searchOptionsOutOfRangeAreRefusedByField() {
    assertEquals("options.limit", field(refusedSearch(options(by("m")).setLimit(CANDIDATES + 1))));
    assertEquals("options.limit", field(refusedSearch(options(by("raw")).setLimit(1001))));
    assertEquals(
        "options.relevance.min_relevance",
        field(refusedSearch(options(by("m").setMinRelevance(1.5f)))));
    assertEquals(
        "options.relevance.max_fraction_missed",
        field(refusedSearch(options(by("m").setMaxFractionMissed(1)))));
  }

  @Test
  void memoryOfJudgedQueriesIsBounded(@TempDir Path own) throws Exception {
    try (RunningServer small = new RunningServer(own, Map.of("limits.training-bytes", "100KiB"))) {
      small.create("c", JudgedClusters.DIMENSION, Metric.METRIC_COSINE);
      StatusRuntimeException refused =
          assertThrows(
              StatusRuntimeException.class,
              () ->
                  call(
                      small.relevanceAsync()::trainModel,
                      List.of(
                          TrainModelRequest.newBuilder().setSpec(spec("m")).build(),
                          TrainModelRequest.newBuilder().setQueries(JUDGED).build())));
      assertEquals("queries", field(refused));
      assertTrue(sentence(refused).contains("limits.training-bytes"), sentence(refused));
    }
  }

  @ParameterizedTest
  @EnumSource(
      value = TrainingPhase.class,
      names = {"TRAINING_PHASE_RECEIVING", "TRAINING_PHASE_SEARCHING"})
  void aTrainingThatIsCancelledLeavesNothingAndTheNextOneRuns(TrainingPhase phase)
      throws Exception {
    String name = "cancelled-" + phase.getNumber();
    CountDownLatch ended = new CountDownLatch(1);
    AtomicReference<@Nullable ClientCallStreamObserver<TrainModelRequest>> sent =
        new AtomicReference<>();
    ClientResponseObserver<TrainModelRequest, TrainModelResponse> observer =
        new ClientResponseObserver<>() {
          @Override
          public void beforeStart(ClientCallStreamObserver<TrainModelRequest> stream) {
            sent.set(stream);
          }

          @Override
          public void onNext(TrainModelResponse progress) {
            if (progress.getPhase() == phase) {
              Objects.requireNonNull(sent.get()).cancel("enough", null);
            }
          }

          @Override
          public void onError(Throwable failure) {
            ended.countDown();
          }

          @Override
          public void onCompleted() {}
        };
    StreamObserver<TrainModelRequest> requests = server.relevanceAsync().trainModel(observer);
    requests.onNext(TrainModelRequest.newBuilder().setSpec(spec(name)).build());
    if (phase == TrainingPhase.TRAINING_PHASE_RECEIVING) {
      requests.onNext(TrainModelRequest.newBuilder().setQueries(JUDGED).build());
    } else {
      for (int i = 0; i < 60; i++) {
        requests.onNext(TrainModelRequest.newBuilder().setQueries(JUDGED).build());
      }
      requests.onCompleted();
    }
    assertTrue(ended.await(30, TimeUnit.SECONDS), "not cancelled");
    awaitIdle();
    assertFalse(models("c").stream().anyMatch(model -> model.getName().equals(name)));
    assertEquals(1, train(spec(name), JUDGED).getModel().getVersion());
  }

  /// The server hears of the end a little later than the caller.
  private void awaitIdle() throws Exception {
    for (int attempt = 0; attempt < 100; attempt++) {
      try {
        train(spec("after").setCollection("scratch"), JUDGED);
        return;
      } catch (StatusRuntimeException busy) {
        assertEquals(Code.RESOURCE_EXHAUSTED, busy.getStatus().getCode());
        TimeUnit.MILLISECONDS.sleep(50);
      }
    }
    throw new AssertionError("still at it");
  }
}
