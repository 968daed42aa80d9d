package dev.kith.client;

import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.FusionMethod;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.GivenScores;
import dev.kith.proto.v1.MarginalRelevance;
import dev.kith.proto.v1.NearDuplicates;
import dev.kith.proto.v1.SearchScore;
import dev.kith.proto.v1.SoftNms;
import dev.kith.proto.v1.SoftmaxScope;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/// Translates what becomes of the candidates of a search, relevance excepted.
final class StageWire {
  private StageWire() {}

  static dev.kith.proto.v1.Temperature temperature(Temperature temperature) {
    dev.kith.proto.v1.Temperature.Builder message = dev.kith.proto.v1.Temperature.newBuilder();
    switch (temperature) {
      case Temperature.Usual() -> {}
      case Temperature.Fixed(double value) -> message.setValue(value);
      case Temperature.Perplexity(double target) -> message.setTargetPerplexity(target);
      case Temperature.Rho(double nats) -> message.setRho(nats);
    }
    return message.build();
  }

  static dev.kith.proto.v1.SoftmaxOptions softmax(SoftmaxOptions options) {
    dev.kith.proto.v1.SoftmaxOptions.Builder message =
        dev.kith.proto.v1.SoftmaxOptions.newBuilder()
            .setTemperature(temperature(options.temperature()))
            .setOfRelevance(options.ofRelevance())
            .setScope(
                switch (options.scope()) {
                  case RETURNED -> SoftmaxScope.SOFTMAX_SCOPE_RETURNED;
                  case CANDIDATES -> SoftmaxScope.SOFTMAX_SCOPE_CANDIDATES;
                  case COLLECTION -> SoftmaxScope.SOFTMAX_SCOPE_COLLECTION;
                });
    options.candidates().ifPresent(message::setCandidates);
    options.sample().ifPresent(message::setSample);
    return message.build();
  }

  static SoftmaxOutcome outcome(dev.kith.proto.v1.SoftmaxOutcome outcome) {
    return new SoftmaxOutcome(
        outcome.getTemperature(),
        outcome.getLogSumExp(),
        outcome.hasPerplexity()
            ? OptionalDouble.of(outcome.getPerplexity())
            : OptionalDouble.empty(),
        outcome.getEffective(),
        outcome.getPoints(),
        outcome.hasStandardError()
            ? OptionalDouble.of(outcome.getStandardError())
            : OptionalDouble.empty());
  }

  static FusionOptions fusion(Fusion fusion) {
    FusionOptions.Builder message =
        FusionOptions.newBuilder()
            .addAllSignals(fusion.signals().stream().map(StageWire::signal).toList());
    switch (fusion.method()) {
      case Fusion.Method.Mixture() -> message.setMethod(FusionMethod.FUSION_METHOD_MIXTURE);
      case Fusion.Method.ReciprocalRank(OptionalDouble constant) -> {
        message.setMethod(FusionMethod.FUSION_METHOD_RECIPROCAL_RANK);
        constant.ifPresent(message::setRankConstant);
      }
    }
    fusion.candidates().ifPresent(message::setCandidates);
    return message.build();
  }

  private static dev.kith.proto.v1.Signal signal(Signal signal) {
    dev.kith.proto.v1.Signal.Builder message =
        dev.kith.proto.v1.Signal.newBuilder()
            .setWeight(signal.weight())
            .setLowerIsBetter(signal.lowerIsBetter());
    // Said only where it says something: ranks have no temperature, and refuse one.
    if (!signal.temperature().equals(Temperature.usual())) {
      message.setTemperature(temperature(signal.temperature()));
    }
    switch (signal.source()) {
      case Signal.Source.Score() -> message.setScore(SearchScore.getDefaultInstance());
      case Signal.Source.Vector(float[] coordinates) -> message.setVector(Wire.vector(coordinates));
      case Signal.Source.Field(String path) -> message.setField(path);
      case Signal.Source.Given(Map<PointId, Double> scores) ->
          message.setGiven(
              GivenScores.newBuilder()
                  .setIds(Wire.ids(List.copyOf(scores.keySet())))
                  .addAllScores(scores.values()));
    }
    return message.build();
  }

  static DiversityOptions diversity(Diversity diversity) {
    DiversityOptions.Builder message = DiversityOptions.newBuilder();
    switch (diversity.method()) {
      case Diversity.Method.MarginalRelevance(OptionalDouble weight) -> {
        MarginalRelevance.Builder method = MarginalRelevance.newBuilder();
        weight.ifPresent(method::setDiversity);
        message.setMarginalRelevance(method);
      }
      case Diversity.Method.SoftNms method -> message.setSoftNms(softNms(method));
      case Diversity.Method.NearDuplicates(float minScore) ->
          message.setNearDuplicates(NearDuplicates.newBuilder().setMinScore(minScore));
    }
    diversity.candidates().ifPresent(message::setCandidates);
    return message.build();
  }

  private static SoftNms softNms(Diversity.Method.SoftNms method) {
    SoftNms.Builder message =
        SoftNms.newBuilder().setTemperature(temperature(method.temperature()));
    method
        .decay()
        .ifPresent(
            decay -> {
              switch (decay) {
                case Diversity.Decay.Gaussian(double sigma) -> message.setSigma(sigma);
                case Diversity.Decay.Linear(double threshold) -> message.setThreshold(threshold);
              }
            });
    return message.build();
  }
}
