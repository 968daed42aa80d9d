package dev.kith.client;

import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.BuildMixtureResponse;
import dev.kith.proto.v1.ClassShare;
import dev.kith.proto.v1.Classification;
import dev.kith.proto.v1.ClassifyBatchRequest;
import dev.kith.proto.v1.ClassifyBatchResponse;
import dev.kith.proto.v1.ClassifyRequest;
import dev.kith.proto.v1.ClassifyResponse;
import dev.kith.proto.v1.ComponentOutcome;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.MixtureComponent;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.RankServiceGrpc;
import dev.kith.proto.v1.SearchHeader;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchMixtureResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SoftmaxOutcome;
import dev.kith.proto.v1.SolveQueryLatentRequest;
import dev.kith.proto.v1.SolveQueryLatentResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.ArrayList;
import java.util.List;

/// Answers the same whatever it is asked, and remembers what that was.
public final class RankCalls extends RankServiceGrpc.RankServiceImplBase {
  static final SoftmaxOutcome SHARES =
      SoftmaxOutcome.newBuilder()
          .setTemperature(0.5)
          .setLogSumExp(2.25)
          .setPerplexity(8)
          .setEffective(4)
          .setPoints(50)
          .build();

  private static final SearchHeader HEADER =
      SearchHeader.newBuilder().setMetric(dev.kith.proto.v1.Metric.METRIC_DOT).setLsn(9).build();

  private ClassifyRequest classified = ClassifyRequest.getDefaultInstance();
  private final List<ClassifyBatchRequest> batches = new ArrayList<>();
  private SearchMixtureRequest mixed = SearchMixtureRequest.getDefaultInstance();
  private BuildMixtureRequest built = BuildMixtureRequest.getDefaultInstance();
  private SolveQueryLatentRequest solved = SolveQueryLatentRequest.getDefaultInstance();
  private int unavailable;
  private boolean nothing;

  /// The last query that was classified alone.
  public synchronized ClassifyRequest classified() {
    return classified;
  }

  /// All batches that were classified.
  public synchronized List<ClassifyBatchRequest> batches() {
    return List.copyOf(batches);
  }

  /// The last mixture that was searched for.
  public synchronized SearchMixtureRequest mixed() {
    return mixed;
  }

  /// The last mixture that was made.
  public synchronized BuildMixtureRequest built() {
    return built;
  }

  /// The last latent that was solved for.
  public synchronized SolveQueryLatentRequest solved() {
    return solved;
  }

  /// Makes mixtures have no components.
  public synchronized void findNothingToMix() {
    nothing = true;
  }

  /// Makes so many classifications fail before one succeeds.
  public synchronized void beUnavailable(int times) {
    unavailable = times;
  }

  /// Gives hits what stages of a search give them, as far as these were asked for: equal shares,
  /// rank scores that fall by one, and to the first hit the point 99 for a duplicate.
  static void rank(SearchResponse.Builder response, SearchOptions asked) {
    if (asked.hasFusion()) {
      response.getHeaderBuilder().setRankScale(dev.kith.proto.v1.RankScale.RANK_SCALE_LOG_MIXTURE);
    }
    if (asked.hasSoftmax()) {
      response.getHeaderBuilder().setSoftmax(SHARES);
    }
    for (int i = 0; i < response.getHitsCount(); i++) {
      Hit.Builder hit = response.getHitsBuilder(i);
      if (asked.hasFusion()) {
        hit.setRankScore(-0.5 - i);
      }
      if (asked.hasSoftmax()) {
        hit.setProbability(1f / response.getHitsCount());
      }
      if (asked.getDiversity().hasNearDuplicates() && i == 0) {
        hit.addDuplicates(number(99));
      }
    }
  }

  private static Classification classification() {
    Classification.Builder message =
        Classification.newBuilder()
            .setAbstained(true)
            .setDistinct(3)
            .setNeighbors(48)
            .setWithoutValue(2)
            .setSoftmax(SHARES)
            .setMean(1.25)
            .setDeviation(0.5);
    message.addClasses(share(FieldValue.newBuilder().setInteger(1), 0.75));
    message.addClasses(share(FieldValue.newBuilder().setNumber(2.5), 0.125));
    message.addClasses(share(FieldValue.newBuilder().setText("five"), 0.0625));
    message.addClasses(share(FieldValue.newBuilder().setFlag(true), 0.0625));
    return message.build();
  }

  private static ClassShare share(FieldValue.Builder value, double probability) {
    return ClassShare.newBuilder().setValue(value).setProbability(probability).build();
  }

  private static PointId number(long number) {
    return PointId.newBuilder().setNumber(number).build();
  }

  private static <R> void answer(StreamObserver<R> out, R response) {
    out.onNext(response);
    out.onCompleted();
  }

  @Override
  public synchronized void classify(ClassifyRequest request, StreamObserver<ClassifyResponse> out) {
    classified = request;
    if (unavailable > 0) {
      unavailable--;
      out.onError(Status.UNAVAILABLE.asRuntimeException());
      return;
    }
    answer(
        out,
        ClassifyResponse.newBuilder()
            .setHeader(HEADER)
            .setClassification(classification())
            .build());
  }

  @Override
  public synchronized void classifyBatch(
      ClassifyBatchRequest request, StreamObserver<ClassifyBatchResponse> out) {
    batches.add(request);
    int queries =
        request.hasVectors()
            ? request.getVectors().getData().size() / 4 / request.getVectors().getDimension()
            : request.getPoints().getNumbers().getValuesCount();
    ClassifyBatchResponse.Builder response = ClassifyBatchResponse.newBuilder().setHeader(HEADER);
    for (int i = 0; i < queries; i++) {
      response.addClassifications(classification());
    }
    answer(out, response.build());
  }

  @Override
  public synchronized void searchMixture(
      SearchMixtureRequest request, StreamObserver<SearchMixtureResponse> out) {
    mixed = request;
    SearchMixtureResponse.Builder response = SearchMixtureResponse.newBuilder().setHeader(HEADER);
    boolean isShared = request.getOptions().hasSoftmax();
    for (int i = 0; i < 2; i++) {
      Hit.Builder hit =
          response.addHitsBuilder().setId(number(7 + i)).setScore(2 - i).setComponent(1 - i);
      ComponentOutcome.Builder component =
          response.addComponentsBuilder().setWeight(0.25 + 0.5 * i).setAllocated(1).setHits(1);
      if (isShared) {
        hit.setProbability(0.75f - 0.5f * i);
        component.setSoftmax(SHARES);
      }
    }
    answer(out, response.build());
  }

  @Override
  public synchronized void buildMixture(
      BuildMixtureRequest request, StreamObserver<BuildMixtureResponse> out) {
    built = request;
    BuildMixtureResponse.Builder response =
        BuildMixtureResponse.newBuilder()
            .setMissing(Wire.ids(List.of(dev.kith.client.PointId.of(99))))
            .setCells(5)
            .setLsn(9);
    if (!nothing) {
      response.addComponents(
          MixtureComponent.newBuilder()
              .setVector(Wire.vector(new float[] {3, 4}))
              .setWeight(0.75)
              .setMembers(2));
      response.addComponents(
          MixtureComponent.newBuilder()
              .setVector(Wire.vector(new float[] {0, 1}))
              .setWeight(0.25)
              .setMembers(1));
    }
    answer(out, response.build());
  }

  @Override
  public synchronized void solveQueryLatent(
      SolveQueryLatentRequest request, StreamObserver<SolveQueryLatentResponse> out) {
    solved = request;
    answer(
        out,
        SolveQueryLatentResponse.newBuilder()
            .setHeader(HEADER)
            .setLatent(Wire.vector(new float[] {0.5f, -2}))
            .addHits(Hit.newBuilder().setId(number(3)).setScore(1.5f))
            .setRmsError(0.125)
            .build());
  }
}
