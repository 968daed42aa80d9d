package dev.kith.client;

import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.BuildMixtureResponse;
import dev.kith.proto.v1.ComponentOutcome;
import dev.kith.proto.v1.MixtureAllocation;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchMixtureResponse;
import java.util.Optional;

/// Translates mixtures and what they find.
final class MixtureWire {
  private MixtureWire() {}

  static SearchMixtureRequest.Builder search(Mixture mixture, SearchOptions options) {
    return SearchMixtureRequest.newBuilder()
        .addAllComponents(mixture.components().stream().map(MixtureWire::component).toList())
        .setAllocation(
            switch (mixture.allocation()) {
              case PROPORTIONAL -> MixtureAllocation.MIXTURE_ALLOCATION_PROPORTIONAL;
              case LARGEST_REMAINDER -> MixtureAllocation.MIXTURE_ALLOCATION_LARGEST_REMAINDER;
            })
        .setDedupe(mixture.dedupe())
        .setOptions(SearchWire.options(options));
  }

  private static dev.kith.proto.v1.MixtureComponent component(MixtureComponent component) {
    dev.kith.proto.v1.MixtureComponent.Builder message =
        dev.kith.proto.v1.MixtureComponent.newBuilder().setWeight(component.weight());
    switch (component.query()) {
      case Query.Vector(float[] coordinates) -> message.setVector(Wire.vector(coordinates));
      case Query.Point(PointId id) -> message.setPoint(Wire.id(id));
    }
    return message.build();
  }

  static MixtureResult result(SearchMixtureResponse response) {
    return new MixtureResult(
        SearchWire.result(response.getHeader(), response.getHitsList()),
        response.getComponentsList().stream().map(MixtureWire::outcome).toList());
  }

  private static MixtureResult.Outcome outcome(ComponentOutcome outcome) {
    return new MixtureResult.Outcome(
        outcome.getWeight(),
        outcome.getAllocated(),
        outcome.getHits(),
        outcome.hasSoftmax()
            ? Optional.of(StageWire.outcome(outcome.getSoftmax()))
            : Optional.empty(),
        outcome.hasRelevance()
            ? Optional.of(RelevanceWire.outcome(outcome.getRelevance()))
            : Optional.empty(),
        outcome.hasExplanation()
            ? Optional.of(SearchWire.explanation(outcome.getExplanation()))
            : Optional.empty());
  }

  static BuildMixtureRequest.Builder build(MixtureSpec spec) {
    BuildMixtureRequest.Builder message =
        BuildMixtureRequest.newBuilder().setIds(Wire.ids(spec.ids())).setMinLsn(spec.minLsn());
    spec.maxComponents().ifPresent(message::setMaxComponents);
    spec.smoothing().ifPresent(message::setSmoothing);
    spec.neighbors().ifPresent(message::setNeighbors);
    return message;
  }

  static BuiltMixture built(BuildMixtureResponse response) {
    return new BuiltMixture(
        response.getComponentsList().stream()
            .map(
                message ->
                    new MixtureComponent(
                        message.hasPoint()
                            ? Query.near(Wire.id(message.getPoint()))
                            : Query.near(Wire.floats(message.getVector())),
                        message.getWeight(),
                        message.getMembers()))
            .toList(),
        Wire.ids(response.getMissing()),
        response.getCells(),
        response.getLsn());
  }
}
