package dev.kith.client;

import dev.kith.proto.v1.ClassifyBatchResponse;
import dev.kith.proto.v1.ClassifyResponse;
import dev.kith.proto.v1.SearchHeader;
import java.util.List;
import java.util.Optional;

/// Translates what is asked and answered of classes.
final class ClassifyWire {
  private ClassifyWire() {}

  static dev.kith.proto.v1.ClassifyOptions options(ClassifyOptions options) {
    dev.kith.proto.v1.ClassifyOptions.Builder message =
        dev.kith.proto.v1.ClassifyOptions.newBuilder()
            .setField(options.field())
            .setTemperature(StageWire.temperature(options.temperature()))
            .setMinConfidence(options.minConfidence())
            .setSearch(search(options.search()));
    options.neighbors().ifPresent(message::setNeighbors);
    options.maxClasses().ifPresent(message::setMaxClasses);
    options
        .prior()
        .ifPresent(
            prior -> {
              prior.classes().forEach(share -> message.addPrior(share(share)));
              prior.neighborsWeight().ifPresent(message::setNeighborsWeight);
            });
    return message.build();
  }

  /// Nothing of what concerns hits, of which there are none, but vectors if somebody asked for
  /// some: then the server refuses them.
  private static dev.kith.proto.v1.SearchOptions search(SearchOptions options) {
    dev.kith.proto.v1.SearchOptions.Builder message =
        SearchWire.options(options).toBuilder().clearLimit().clearWithPayload();
    return options.fields().vector() ? message.build() : message.clearWithVector().build();
  }

  private static dev.kith.proto.v1.ClassShare share(ClassShare share) {
    return dev.kith.proto.v1.ClassShare.newBuilder()
        .setValue(FilterWire.value(share.value()))
        .setProbability(share.probability())
        .build();
  }

  static Classification classification(ClassifyResponse response) {
    return classification(response.getHeader(), response.getClassification());
  }

  static List<Classification> classifications(ClassifyBatchResponse response) {
    return response.getClassificationsList().stream()
        .map(message -> classification(response.getHeader(), message))
        .toList();
  }

  private static Classification classification(
      SearchHeader header, dev.kith.proto.v1.Classification message) {
    return new Classification(
        message.getClassesList().stream()
            .map(
                share -> new ClassShare(FilterWire.value(share.getValue()), share.getProbability()))
            .toList(),
        message.getAbstained(),
        message.getDistinct(),
        new Classification.Neighborhood(
            message.getNeighbors(),
            message.getWithoutValue(),
            message.hasSoftmax()
                ? Optional.of(StageWire.outcome(message.getSoftmax()))
                : Optional.empty(),
            Wire.metric(header.getMetric()),
            header.getLsn(),
            message.hasExplanation()
                ? Optional.of(SearchWire.explanation(message.getExplanation()))
                : Optional.empty(),
            message.hasRelevance()
                ? Optional.of(RelevanceWire.outcome(message.getRelevance()))
                : Optional.empty()),
        message.hasMean() && message.hasDeviation()
            ? Optional.of(new Classification.Moments(message.getMean(), message.getDeviation()))
            : Optional.empty());
  }
}
