package dev.kith.server.rpc;

import com.google.protobuf.UnsafeByteOperations;
import dev.kith.index.VectorSpace;
import dev.kith.index.ivf.Reach;
import dev.kith.proto.v1.Explanation;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.Outlyingness;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.RankScale;
import dev.kith.proto.v1.RelevanceOutcome;
import dev.kith.proto.v1.ScoreOrder;
import dev.kith.proto.v1.SearchBatchResponse;
import dev.kith.proto.v1.SearchHeader;
import dev.kith.proto.v1.SearchRequest;
import dev.kith.proto.v1.SearchResponse;
import dev.kith.proto.v1.SearchResult;
import dev.kith.proto.v1.SoftmaxOutcome;
import dev.kith.proto.v1.StageWork;
import dev.kith.proto.v1.Vector;
import dev.kith.proto.v1.VectorMatrix;
import dev.kith.server.config.Limits;
import dev.kith.server.search.Adaptive;
import dev.kith.server.search.Query;
import dev.kith.server.search.Ranking;
import dev.kith.server.search.SearchAnswer;
import dev.kith.server.search.SearchOptions;
import java.lang.foreign.MemorySegment;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.TimeUnit;

/// Translates searches between the wire and the server.
final class SearchMessages {
  private static final int DEFAULT_LIMIT = 10;

  private final Limits limits;
  private final PointIdMessages ids;
  private final FilterMessages filters;

  SearchMessages(Limits limits, PointIdMessages ids) {
    this.limits = limits;
    this.ids = ids;
    this.filters = new FilterMessages(ids);
  }

  /// Reads options.
  ///
  /// @param space of the collection
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  SearchOptions options(dev.kith.proto.v1.SearchOptions options, VectorSpace space) {
    Fields fields = new Fields();
    int limit =
        options.hasLimit()
            ? fields.number("options.limit", options.getLimit(), 1, limits.hits())
            : Math.min(DEFAULT_LIMIT, limits.hits());
    OptionalInt ef =
        options.hasEf()
            ? OptionalInt.of(fields.number("options.ef", options.getEf(), 1, limits.ef()))
            : OptionalInt.empty();
    OptionalInt rescore =
        options.hasRescore()
            ? OptionalInt.of(fields.number("options.rescore", options.getRescore(), 1, limits.ef()))
            : OptionalInt.empty();
    boolean mustFindAll = options.hasRecall() && options.getRecall() > Reach.Measured.MOST;
    Optional<Reach> reach = reach(fields, options);
    Optional<Adaptive> adaptive = AdaptiveMessages.read(fields, options);
    Ranking ranking = new RankingMessages(fields, limit, limits, ids, space).read(options);
    fields.refuseIfWrong();
    return new SearchOptions(
        limit,
        ef,
        rescore,
        reach,
        adaptive,
        options.getExact() || mustFindAll,
        options.hasWithVector() && options.getWithVector(),
        !options.hasWithPayload() || options.getWithPayload(),
        options.getExplain(),
        options.getMinLsn(),
        options.hasFilter()
            ? Optional.of(filters.read("options.filter", options.getFilter()))
            : Optional.empty(),
        ranking);
  }

  private static Optional<Reach> reach(Fields fields, dev.kith.proto.v1.SearchOptions options) {
    boolean isUntil = options.hasNprobe() || options.hasNucleus() || options.hasPatience();
    if (options.hasRecall()) {
      double recall = fields.share("options.recall", options.getRecall());
      if (isUntil) {
        fields.wrong(
            "options.recall", "says what nprobe, nucleus and patience say too: set either");
      }
      return Optional.of(new Reach.Measured(Math.min(Reach.Measured.MOST, recall)));
    }
    if (!isUntil) {
      return Optional.empty();
    }
    int nprobe = lists(fields, "options.nprobe", options.hasNprobe(), options.getNprobe());
    int patience = lists(fields, "options.patience", options.hasPatience(), options.getPatience());
    double nucleus =
        options.hasNucleus() ? fields.share("options.nucleus", options.getNucleus()) : 1;
    if (options.hasNucleus() && options.getNucleus() == 0) {
      fields.wrong("options.nucleus", "must be above 0, got 0");
    }
    return Optional.of(new Reach.Until(nprobe, nucleus == 0 ? 1 : nucleus, patience));
  }

  private static int lists(Fields fields, String field, boolean isSet, int value) {
    return isSet ? fields.number(field, value, 1, Reach.ALL) : Reach.ALL;
  }

  /// Reads the query of a search.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  Query query(SearchRequest request, QueryWidths widths) {
    return switch (request.getQueryCase()) {
      case VECTOR -> vector("vector", request.getVector(), widths);
      case POINT -> new Query.ByPoint(ids.one("point", request.getPoint()));
      case QUERY_NOT_SET -> throw Fields.invalid("query", "is required: set vector or point");
    };
  }

  /// Reads a query that is a vector.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  static Query vector(String field, Vector asked, QueryWidths widths) {
    VectorSpace space = widths.spaceOf(field, VectorMessages.coordinates(field, asked));
    MemorySegment vector = VectorMessages.vector(field, asked, space.dimension());
    Coordinates.requireUsable(field, vector, 0, space);
    return new Query.ByVector(vector, 0, space.dimension());
  }

  /// Reads the queries of a batch, which are the rows of a matrix.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  List<Query> vectors(String field, VectorMatrix matrix, QueryWidths widths) {
    VectorSpace space =
        widths.spaceOf(field + ".dimension", Integer.toUnsignedLong(matrix.getDimension()));
    int rows = VectorMessages.rows(field, matrix, space.dimension());
    requireBatch(field, rows);
    MemorySegment vectors = VectorMessages.matrix(field, matrix, space.dimension(), rows);
    List<Query> queries = new ArrayList<>(rows);
    for (int row = 0; row < rows; row++) {
      long offset = (long) row * space.dimension() * Float.BYTES;
      Coordinates.requireUsable("%s[%d]".formatted(field, row), vectors, offset, space);
      queries.add(new Query.ByVector(vectors, offset, space.dimension()));
    }
    return queries;
  }

  /// Reads the queries of a batch, which are stored points.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  List<Query> points(String field, PointIds points) {
    List<Query> queries = new ArrayList<>();
    ids.all(field, points).forEach(id -> queries.add(new Query.ByPoint(id)));
    requireBatch(field, queries.size());
    return queries;
  }

  private void requireBatch(String field, int queries) {
    if (queries > limits.searchBatch()) {
      throw Fields.invalid(
          field, "must hold [1, %d] queries, got %d".formatted(limits.searchBatch(), queries));
    }
  }

  static SearchResponse response(SearchAnswer answer) {
    SearchResponse.Builder message = SearchResponse.newBuilder();
    SearchHeader.Builder header = header(answer, answer.lsn());
    if (answer.explanation() != null) {
      header.setExplanation(write(answer.explanation()));
    }
    answer.relevance().ifPresent(outcome -> header.setRelevance(write(outcome)));
    answer.shares().ifPresent(outcome -> header.setSoftmax(write(outcome)));
    message.setHeader(header);
    for (SearchAnswer.Hit hit : answer.hits()) {
      message.addHits(write(hit));
    }
    return message.build();
  }

  /// @param answers at least one
  static SearchBatchResponse response(List<SearchAnswer> answers) {
    SearchBatchResponse.Builder message = SearchBatchResponse.newBuilder();
    long lsn = answers.stream().mapToLong(SearchAnswer::lsn).min().orElse(0);
    message.setHeader(header(answers.getFirst(), lsn));
    for (SearchAnswer answer : answers) {
      SearchResult.Builder result = message.addResultsBuilder();
      if (answer.explanation() != null) {
        result.setExplanation(write(answer.explanation()));
      }
      answer.relevance().ifPresent(outcome -> result.setRelevance(write(outcome)));
      answer.shares().ifPresent(outcome -> result.setSoftmax(write(outcome)));
      for (SearchAnswer.Hit hit : answer.hits()) {
        result.addHits(write(hit));
      }
    }
    return message.build();
  }

  static SearchHeader.Builder header(SearchAnswer answer, long lsn) {
    return SearchHeader.newBuilder()
        .setMetric(CollectionMessages.write(answer.metric()))
        .setRankScale(write(answer.scale()))
        .setScoreOrder(ScoreOrder.SCORE_ORDER_HIGHER_IS_BETTER)
        .setLsn(lsn);
  }

  static Hit write(SearchAnswer.Hit hit) {
    Hit.Builder message =
        Hit.newBuilder()
            .setId(PointIdMessages.write(hit.point().id()))
            .setScore(hit.score())
            .setVersion(hit.point().version());
    byte[] payload = hit.point().payload();
    if (payload != null) {
      message.setPayload(UnsafeByteOperations.unsafeWrap(payload));
    }
    byte[] vector = hit.point().vector();
    if (vector != null) {
      message.setVector(PointMessages.write(vector));
    }
    if (!Float.isNaN(hit.relevance())) {
      message.setRelevance(hit.relevance());
    }
    if (!Float.isNaN(hit.probability())) {
      message.setProbability(hit.probability());
    }
    if (!Double.isNaN(hit.rankScore())) {
      message.setRankScore(hit.rankScore());
    }
    hit.duplicates().forEach(id -> message.addDuplicates(PointIdMessages.write(id)));
    return message.build();
  }

  private static RankScale write(SearchAnswer.RankScale scale) {
    return switch (scale) {
      case SCORE -> RankScale.RANK_SCALE_UNSPECIFIED;
      case LOG_MIXTURE -> RankScale.RANK_SCALE_LOG_MIXTURE;
      case RECIPROCAL_RANK -> RankScale.RANK_SCALE_RECIPROCAL_RANK;
      case MARGINAL_RELEVANCE -> RankScale.RANK_SCALE_MARGINAL_RELEVANCE;
      case LOG_DECAYED -> RankScale.RANK_SCALE_LOG_DECAYED;
    };
  }

  static SoftmaxOutcome write(SearchAnswer.SharesOutcome outcome) {
    SoftmaxOutcome.Builder message =
        SoftmaxOutcome.newBuilder()
            .setTemperature(outcome.temperature())
            .setLogSumExp(outcome.logSumExp())
            .setEffective(outcome.effective())
            .setPoints(outcome.points());
    outcome.perplexity().ifPresent(message::setPerplexity);
    outcome.standardError().ifPresent(message::setStandardError);
    return message.build();
  }

  static RelevanceOutcome write(SearchAnswer.RelevanceOutcome outcome) {
    RelevanceOutcome.Builder message =
        RelevanceOutcome.newBuilder()
            .setModel(outcome.model())
            .setVersion(outcome.version())
            .setMinRelevance(outcome.least())
            .setCandidates(outcome.candidates())
            .setRelevant(outcome.relevant())
            .setCut(outcome.cut());
    outcome
        .outlyingness()
        .ifPresent(
            outlying -> {
              Outlyingness.Builder one =
                  message
                      .getOutlyingnessBuilder()
                      .setDistance(outlying.distance())
                      .setPointsPercentile(outlying.pointsPercentile());
              outlying.queriesPercentile().ifPresent(one::setQueriesPercentile);
            });
    return message.build();
  }

  static Explanation write(SearchAnswer.Explanation explanation) {
    Explanation.Builder message =
        Explanation.newBuilder()
            .setPlan(explanation.plan())
            .setTotalUs(TimeUnit.NANOSECONDS.toMicros(explanation.totalNanos()))
            .setQueueUs(TimeUnit.NANOSECONDS.toMicros(explanation.queueNanos()));
    for (SearchAnswer.Stage stage : explanation.stages()) {
      StageWork.Builder work =
          message
              .addStagesBuilder()
              .setStage(stage.name())
              .setDistanceComputations(stage.work().distanceComputations())
              .setNodesVisited(stage.work().nodesVisited())
              .setBytesScanned(stage.work().bytesScanned())
              .setMultiplyAdds(stage.work().multiplyAdds())
              .setCandidates(stage.out())
              .setTimeUs(TimeUnit.NANOSECONDS.toMicros(stage.nanos()));
      stage.width().ifPresent(work::setWidth);
      stage.in().ifPresent(work::setCandidatesIn);
      stage.segment().ifPresent(work::setSegment);
    }
    return message.build();
  }
}
