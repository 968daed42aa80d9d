package dev.kith.client;

import dev.kith.proto.v1.AdaptiveOptions;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchHeader;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.StageWork;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;

/// Translates searches and their answers.
final class SearchWire {
  private SearchWire() {}

  static dev.kith.proto.v1.SearchOptions options(SearchOptions options) {
    dev.kith.proto.v1.SearchOptions.Builder message =
        dev.kith.proto.v1.SearchOptions.newBuilder()
            .setLimit(options.limit())
            .setExact(options.effort().exact())
            .setWithVector(options.fields().vector())
            .setWithPayload(options.fields().payload())
            .setExplain(options.explain())
            .setMinLsn(options.minLsn());
    options.effort().ef().ifPresent(message::setEf);
    options.effort().rescore().ifPresent(message::setRescore);
    SearchOptions.Lists lists = options.effort().lists();
    lists.nprobe().ifPresent(message::setNprobe);
    lists.nucleus().ifPresent(message::setNucleus);
    lists.patience().ifPresent(message::setPatience);
    lists.recall().ifPresent(message::setRecall);
    if (!options.effort().widths().equals(SearchOptions.Widths.USUAL)) {
      message.setAdaptive(adaptive(options.effort().widths()));
    }
    SearchOptions.Stages stages = options.stages();
    stages.relevance().ifPresent(asked -> message.setRelevance(RelevanceWire.options(asked)));
    stages.fusion().ifPresent(asked -> message.setFusion(StageWire.fusion(asked)));
    stages.diversity().ifPresent(asked -> message.setDiversity(StageWire.diversity(asked)));
    stages.softmax().ifPresent(asked -> message.setSoftmax(StageWire.softmax(asked)));
    options.filter().ifPresent(filter -> message.setFilter(FilterWire.filter(filter)));
    return message.build();
  }

  private static AdaptiveOptions adaptive(SearchOptions.Widths widths) {
    AdaptiveOptions.Builder message =
        AdaptiveOptions.newBuilder().setCertified(widths.certified()).setFullWidth(widths.full());
    widths.coarse().ifPresent(message::setCoarseDims);
    widths.scan().ifPresent(message::setScanDims);
    widths.scanKeep().ifPresent(message::setScanKeep);
    widths.maxProducts().ifPresent(message::setMaxProducts);
    widths.maxMicros().ifPresent(message::setMaxUs);
    for (SearchOptions.Step step : widths.ladder()) {
      message.addLadderBuilder().setDims(step.dims()).setKeep(step.keep());
    }
    return message.build();
  }

  static SearchResult result(SearchResponse response) {
    return result(response.getHeader(), response.getHitsList());
  }

  /// Hits of one query, and what holds for them.
  static SearchResult result(SearchHeader header, List<dev.kith.proto.v1.Hit> hits) {
    return new SearchResult(
        hits(hits),
        Wire.metric(header.getMetric()),
        rankScale(header.getRankScale()),
        header.getLsn(),
        header.hasExplanation()
            ? Optional.of(explanation(header.getExplanation()))
            : Optional.empty(),
        header.hasRelevance()
            ? Optional.of(RelevanceWire.outcome(header.getRelevance()))
            : Optional.empty(),
        header.hasSoftmax()
            ? Optional.of(StageWire.outcome(header.getSoftmax()))
            : Optional.empty());
  }

  static List<SearchResult> results(SearchBatchResponse response) {
    SearchHeader header = response.getHeader();
    return response.getResultsList().stream()
        .map(
            result ->
                new SearchResult(
                    hits(result.getHitsList()),
                    Wire.metric(header.getMetric()),
                    rankScale(header.getRankScale()),
                    header.getLsn(),
                    result.hasExplanation()
                        ? Optional.of(explanation(result.getExplanation()))
                        : Optional.empty(),
                    result.hasRelevance()
                        ? Optional.of(RelevanceWire.outcome(result.getRelevance()))
                        : Optional.empty(),
                    result.hasSoftmax()
                        ? Optional.of(StageWire.outcome(result.getSoftmax()))
                        : Optional.empty()))
        .toList();
  }

  private static List<Hit> hits(List<dev.kith.proto.v1.Hit> hits) {
    return hits.stream()
        .map(
            hit ->
                new Hit(
                    Wire.id(hit.getId()),
                    hit.getScore(),
                    hit.getVersion(),
                    Wire.payload(hit.getPayload()),
                    hit.hasVector() ? Wire.floats(hit.getVector()) : null,
                    optional(hit.hasRelevance(), hit.getRelevance()),
                    optional(hit.hasProbability(), hit.getProbability()),
                    optional(hit.hasRankScore(), hit.getRankScore()),
                    hit.getDuplicatesList().stream().map(Wire::id).toList(),
                    hit.hasComponent() ? OptionalInt.of(hit.getComponent()) : OptionalInt.empty()))
        .toList();
  }

  private static OptionalDouble optional(boolean isSet, double value) {
    return isSet ? OptionalDouble.of(value) : OptionalDouble.empty();
  }

  private static RankScale rankScale(dev.kith.proto.v1.RankScale scale) {
    return switch (scale) {
      case RANK_SCALE_UNSPECIFIED -> RankScale.SCORE;
      case RANK_SCALE_LOG_MIXTURE -> RankScale.LOG_MIXTURE;
      case RANK_SCALE_RECIPROCAL_RANK -> RankScale.RECIPROCAL_RANK;
      case RANK_SCALE_MARGINAL_RELEVANCE -> RankScale.MARGINAL_RELEVANCE;
      case RANK_SCALE_LOG_DECAYED -> RankScale.LOG_DECAYED;
      case UNRECOGNIZED ->
          throw new IllegalStateException("the server sent a scale unknown here: " + scale);
    };
  }

  static Explanation explanation(dev.kith.proto.v1.Explanation explanation) {
    return new Explanation(
        explanation.getPlan(),
        explanation.getStagesList().stream().map(SearchWire::stage).toList(),
        explanation.getTotalUs(),
        explanation.getQueueUs());
  }

  private static Explanation.Stage stage(StageWork stage) {
    return new Explanation.Stage(
        stage.getStage(),
        stage.hasSegment() ? OptionalLong.of(stage.getSegment()) : OptionalLong.empty(),
        stage.hasWidth() ? OptionalInt.of(stage.getWidth()) : OptionalInt.empty(),
        stage.hasCandidatesIn() ? OptionalLong.of(stage.getCandidatesIn()) : OptionalLong.empty(),
        stage.getCandidates(),
        new Explanation.Work(
            stage.getDistanceComputations(),
            stage.getNodesVisited(),
            stage.getBytesScanned(),
            stage.getMultiplyAdds()),
        stage.getTimeUs());
  }
}
