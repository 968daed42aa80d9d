package dev.kith.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.FusionMethod;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.MarginalRelevance;
import dev.kith.proto.v1.NearDuplicates;
import dev.kith.proto.v1.SearchHeader;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchScore;
import dev.kith.proto.v1.SoftNms;
import dev.kith.proto.v1.SoftmaxScope;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

final class StageWireTest {

  private static dev.kith.proto.v1.Temperature.Builder temperature() {
    return dev.kith.proto.v1.Temperature.newBuilder();
  }

  @Test
  void temperaturesAreWrittenAsTheContractHasThem() {
    assertEquals(temperature().build(), StageWire.temperature(Temperature.usual()));
    assertEquals(temperature().setValue(0.1).build(), StageWire.temperature(Temperature.of(0.1)));
    assertEquals(
        temperature().setTargetPerplexity(20).build(),
        StageWire.temperature(Temperature.ofPerplexity(20)));
    assertEquals(temperature().setRho(1.5).build(), StageWire.temperature(Temperature.ofRho(1.5)));
  }

  @Test
  void sharesAreAskedForWithWhatWasSaidOfThem() {
    dev.kith.proto.v1.SoftmaxOptions.Builder expected =
        dev.kith.proto.v1.SoftmaxOptions.newBuilder()
            .setTemperature(temperature())
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_RETURNED);
    assertEquals(expected.build(), StageWire.softmax(SoftmaxOptions.usual()));
    assertEquals(
        expected
            .setTemperature(temperature().setValue(2))
            .setScope(SoftmaxScope.SOFTMAX_SCOPE_COLLECTION)
            .setCandidates(300)
            .setSample(5000)
            .setOfRelevance(true)
            .build(),
        StageWire.softmax(
            SoftmaxOptions.usual()
                .withTemperature(Temperature.of(2))
                .within(SoftmaxOptions.Scope.COLLECTION)
                .withCandidates(300)
                .withSample(5000)
                .byRelevance()));
    assertEquals(
        SoftmaxScope.SOFTMAX_SCOPE_CANDIDATES,
        StageWire.softmax(SoftmaxOptions.usual().within(SoftmaxOptions.Scope.CANDIDATES))
            .getScope());
  }

  @Test
  void everySignalIsWrittenAsTheContractHasIt() {
    Map<PointId, Double> given = new LinkedHashMap<>();
    given.put(PointId.of(5), 1.5);
    given.put(PointId.of(3), -2.0);
    Fusion fusion =
        Fusion.mixture(
                Signal.score(),
                Signal.vector(new float[] {1, 2})
                    .withWeight(0.5)
                    .withTemperature(Temperature.of(0.1)),
                Signal.field("a.b").lowerIsBetter(true),
                Signal.given(given))
            .withCandidates(250);
    FusionOptions.Builder expected =
        FusionOptions.newBuilder().setMethod(FusionMethod.FUSION_METHOD_MIXTURE).setCandidates(250);
    expected.addSignalsBuilder().setWeight(1).setScore(SearchScore.getDefaultInstance());
    expected
        .addSignalsBuilder()
        .setWeight(0.5)
        .setVector(Wire.vector(new float[] {1, 2}))
        .setTemperature(temperature().setValue(0.1));
    expected.addSignalsBuilder().setWeight(1).setField("a.b").setLowerIsBetter(true);
    expected
        .addSignalsBuilder()
        .setWeight(1)
        .getGivenBuilder()
        .setIds(Wire.ids(List.of(PointId.of(5), PointId.of(3))))
        .addScores(1.5)
        .addScores(-2);
    assertEquals(expected.build(), StageWire.fusion(fusion));
  }

  @Test
  void ranksHaveAConstantOnlyIfOneWasGiven() {
    Fusion ranks = Fusion.reciprocalRank(Signal.score());
    assertEquals(FusionMethod.FUSION_METHOD_RECIPROCAL_RANK, StageWire.fusion(ranks).getMethod());
    assertFalse(StageWire.fusion(ranks).hasRankConstant());
    assertFalse(StageWire.fusion(ranks).getSignals(0).hasTemperature());
    assertEquals(10, StageWire.fusion(ranks.withRankConstant(10)).getRankConstant());
  }

  @Test
  void everyKindOfDiversityIsWrittenAsTheContractHasIt() {
    assertWritten(
        message().setMarginalRelevance(MarginalRelevance.getDefaultInstance()),
        Diversity.marginalRelevance());
    assertWritten(
        message().setMarginalRelevance(MarginalRelevance.newBuilder().setDiversity(0.25)),
        Diversity.marginalRelevance(0.25));
    assertWritten(
        message().setSoftNms(SoftNms.newBuilder().setTemperature(temperature())),
        Diversity.softNms());
    assertWritten(
        message()
            .setSoftNms(SoftNms.newBuilder().setSigma(0.1).setTemperature(temperature().setRho(2))),
        Diversity.softNms(new Diversity.Decay.Gaussian(0.1), Temperature.ofRho(2)));
    assertWritten(
        message()
            .setSoftNms(SoftNms.newBuilder().setThreshold(0.5).setTemperature(temperature()))
            .setCandidates(64),
        Diversity.softNms(new Diversity.Decay.Linear(0.5), Temperature.usual()).withCandidates(64));
    assertWritten(
        message().setNearDuplicates(NearDuplicates.newBuilder().setMinScore(0.95f)),
        Diversity.nearDuplicates(0.95f));
  }

  private static DiversityOptions.Builder message() {
    return DiversityOptions.newBuilder();
  }

  private static void assertWritten(DiversityOptions.Builder expected, Diversity diversity) {
    assertEquals(expected.build(), StageWire.diversity(diversity));
  }

  @Test
  void optionsHaveStagesOnlyIfTheyWereAskedForAndKeepThem() {
    dev.kith.proto.v1.SearchOptions none = SearchWire.options(SearchOptions.top(3));
    assertFalse(none.hasSoftmax() || none.hasFusion() || none.hasDiversity());
    SearchOptions all =
        SearchOptions.top(3)
            .withSoftmax(SoftmaxOptions.usual())
            .withDiversity(Diversity.marginalRelevance())
            .withFusion(Fusion.mixture(Signal.score()))
            .withRelevance(RelevanceOptions.usual())
            .withEf(20)
            .explained();
    assertEquals(
        new SearchOptions.Stages(
            Optional.of(RelevanceOptions.usual()),
            Optional.of(Fusion.mixture(Signal.score())),
            Optional.of(Diversity.marginalRelevance()),
            Optional.of(SoftmaxOptions.usual())),
        all.stages());
    dev.kith.proto.v1.SearchOptions written = SearchWire.options(all);
    assertEquals(StageWire.softmax(SoftmaxOptions.usual()), written.getSoftmax());
    assertEquals(StageWire.diversity(Diversity.marginalRelevance()), written.getDiversity());
    assertEquals(StageWire.fusion(Fusion.mixture(Signal.score())), written.getFusion());
  }

  @Test
  void whatStagesMadeOfHitsIsRead() {
    dev.kith.proto.v1.Hit.Builder hit =
        dev.kith.proto.v1.Hit.newBuilder()
            .setId(Wire.id(PointId.of(1)))
            .setProbability(0.25f)
            .setRankScore(-1.5)
            .addDuplicates(Wire.id(PointId.of("twin")))
            .setComponent(0);
    SearchHeader.Builder header =
        SearchHeader.newBuilder()
            .setMetric(dev.kith.proto.v1.Metric.METRIC_COSINE)
            .setSoftmax(RankCalls.SHARES.toBuilder().clearPerplexity().setStandardError(0.01));
    SearchResult result =
        SearchWire.result(
            SearchResponse.newBuilder()
                .setHeader(header)
                .addHits(hit)
                .addHits(dev.kith.proto.v1.Hit.newBuilder().setId(Wire.id(PointId.of(2))))
                .build());
    Hit first = result.hits().getFirst();
    assertEquals(OptionalDouble.of(0.25), first.probability());
    assertEquals(OptionalDouble.of(-1.5), first.rankScore());
    assertEquals(List.of(PointId.of("twin")), first.duplicates());
    assertEquals(OptionalInt.of(0), first.component());
    Hit second = result.hits().get(1);
    assertEquals(OptionalDouble.empty(), second.probability());
    assertEquals(OptionalDouble.empty(), second.rankScore());
    assertEquals(List.of(), second.duplicates());
    assertEquals(OptionalInt.empty(), second.component());
    assertEquals(
        Optional.of(
            new SoftmaxOutcome(0.5, 2.25, OptionalDouble.empty(), 4, 50, OptionalDouble.of(0.01))),
        result.softmax());
    assertEquals(RankScale.SCORE, result.rankScale());
  }

  @ParameterizedTest
  @EnumSource(value = RankScale.class, mode = EnumSource.Mode.EXCLUDE, names = "SCORE")
  void everyScaleOfTheContractIsRead(RankScale scale) {
    SearchHeader header =
        SearchHeader.newBuilder()
            .setMetric(dev.kith.proto.v1.Metric.METRIC_COSINE)
            .setRankScale(dev.kith.proto.v1.RankScale.valueOf("RANK_SCALE_" + scale))
            .build();
    assertEquals(scale, SearchWire.result(header, List.of()).rankScale());
  }
}
