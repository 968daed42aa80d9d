package dev.kith.server.rpc;

import dev.kith.index.rank.Temperature;
import dev.kith.proto.v1.ClassifyBatchRequest;
import dev.kith.proto.v1.ClassifyBatchResponse;
import dev.kith.proto.v1.ClassifyRequest;
import dev.kith.proto.v1.ClassifyResponse;
import dev.kith.proto.v1.FieldValue;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.config.Limits;
import dev.kith.server.filter.FieldPath;
import dev.kith.server.filter.Value;
import dev.kith.server.search.ClassShare;
import dev.kith.server.search.Classification;
import dev.kith.server.search.ClassifyOptions;
import dev.kith.server.search.Query;
import dev.kith.server.search.SearchOptions;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Translates classifications between the wire and the server.
final class ClassifyMessages {
  /// The field that says how many neighbours are looked for.
  static final String NEIGHBORS = "options.neighbors";

  private static final int DEFAULT_NEIGHBORS = 50;
  private static final int MOST_CLASSES = 10_000;
  private static final int DEFAULT_CLASSES = 10;
  private static final double DEFAULT_WEIGHT = 0.5;

  private final Limits limits;
  private final SearchMessages searches;
  private final PointIdMessages ids;

  ClassifyMessages(Limits limits, SearchMessages searches, PointIdMessages ids) {
    this.limits = limits;
    this.searches = searches;
    this.ids = ids;
  }

  /// Reads the query of a call.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  Query query(ClassifyRequest request, CollectionSpec spec) {
    return switch (request.getQueryCase()) {
      case VECTOR -> SearchMessages.vector("vector", request.getVector(), QueryWidths.of(spec));
      case POINT -> new Query.ByPoint(ids.one("point", request.getPoint()));
      case QUERY_NOT_SET -> throw Fields.invalid("query", "is required: set vector or point");
    };
  }

  /// Reads the queries of a batch.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  List<Query> queries(ClassifyBatchRequest request, CollectionSpec spec) {
    return switch (request.getQueriesCase()) {
      case VECTORS -> searches.vectors("vectors", request.getVectors(), QueryWidths.of(spec));
      case POINTS -> searches.points("points", request.getPoints());
      case QUERIES_NOT_SET -> throw Fields.invalid("queries", "is required: set vectors or points");
    };
  }

  /// Reads options.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  ClassifyOptions options(dev.kith.proto.v1.ClassifyOptions asked, CollectionSpec spec) {
    if (asked.getField().isEmpty()) {
      throw Fields.invalid(
          "options.field", "is required: the payload field whose values are the classes");
    }
    FieldPath field = FilterMessages.path("options.field", asked.getField());
    Fields fields = new Fields();
    int neighbors =
        asked.hasNeighbors()
            ? fields.number(NEIGHBORS, asked.getNeighbors(), 1, limits.hits())
            : Math.min(DEFAULT_NEIGHBORS, limits.hits());
    Temperature temperature =
        RankingMessages.temperature(fields, "options.temperature", asked.getTemperature());
    List<ClassShare> prior = prior(fields, asked.getPriorList());
    double weight =
        asked.hasNeighborsWeight()
            ? fields.share("options.neighbors_weight", asked.getNeighborsWeight())
            : DEFAULT_WEIGHT;
    if (asked.hasNeighborsWeight() && asked.getPriorCount() == 0) {
      fields.wrong(
          "options.neighbors_weight", "weighs neighbours against a prior, and there is none");
    }
    double minConfidence = fields.share("options.min_confidence", asked.getMinConfidence());
    int maxClasses =
        asked.hasMaxClasses()
            ? fields.number("options.max_classes", asked.getMaxClasses(), 1, MOST_CLASSES)
            : DEFAULT_CLASSES;
    refuseOthers(fields, asked.getSearch());
    fields.refuseIfWrong();
    SearchOptions search =
        NestedOptions.within(
            NEIGHBORS,
            () ->
                searches.options(
                    asked.getSearch().toBuilder().setLimit(neighbors).setWithPayload(false).build(),
                    spec.space()));
    return new ClassifyOptions(
        field, temperature, prior, weight, minConfidence, maxClasses, search);
  }

  private static void refuseOthers(Fields fields, dev.kith.proto.v1.SearchOptions search) {
    String notOfClasses = "is not of classifications: leave it unset";
    if (search.hasLimit()) {
      fields.wrong("options.search.limit", "is said by options.neighbors: leave it unset");
    }
    if (search.hasWithVector()) {
      fields.wrong("options.search.with_vector", notOfClasses);
    }
    if (search.hasWithPayload()) {
      fields.wrong("options.search.with_payload", notOfClasses);
    }
    if (search.hasSoftmax()) {
      fields.wrong("options.search.softmax", "is said by options.temperature: leave it unset");
    }
    if (search.hasFusion()) {
      fields.wrong("options.search.fusion", notOfClasses);
    }
    if (search.hasDiversity()) {
      fields.wrong("options.search.diversity", notOfClasses);
    }
  }

  private static List<ClassShare> prior(Fields fields, List<dev.kith.proto.v1.ClassShare> asked) {
    String field = "options.prior";
    if (asked.size() > MOST_CLASSES) {
      throw Fields.invalid(
          field, "must hold at most %d values, got %d".formatted(MOST_CLASSES, asked.size()));
    }
    List<ClassShare> prior = new ArrayList<>();
    Set<Value> values = new HashSet<>();
    double sum = 0;
    for (int i = 0; i < asked.size(); i++) {
      String each = "%s[%d]".formatted(field, i);
      Value value = FilterMessages.value(each + ".value", asked.get(i).getValue());
      double probability = asked.get(i).getProbability();
      if (!values.add(value)) {
        fields.wrong(each + ".value", "is there before: each must be there once");
      }
      if (!(probability >= 0 && probability <= Double.MAX_VALUE)) {
        fields.wrong(each + ".probability", "must be finite and not negative, got " + probability);
      }
      sum += probability;
      prior.add(new ClassShare(value, probability));
    }
    if (!asked.isEmpty() && !(sum > 0 && sum <= Double.MAX_VALUE)) {
      fields.wrong(field, "must have probabilities with a sum above 0, got " + sum);
    }
    return prior;
  }

  static ClassifyResponse response(Classification classification) {
    return ClassifyResponse.newBuilder()
        .setHeader(SearchMessages.header(classification.found(), classification.found().lsn()))
        .setClassification(write(classification))
        .build();
  }

  /// @param classifications at least one
  static ClassifyBatchResponse response(List<Classification> classifications) {
    long lsn = classifications.stream().mapToLong(each -> each.found().lsn()).min().orElse(0);
    ClassifyBatchResponse.Builder message =
        ClassifyBatchResponse.newBuilder()
            .setHeader(SearchMessages.header(classifications.getFirst().found(), lsn));
    classifications.forEach(each -> message.addClassifications(write(each)));
    return message.build();
  }

  private static dev.kith.proto.v1.Classification write(Classification classification) {
    dev.kith.proto.v1.Classification.Builder message =
        dev.kith.proto.v1.Classification.newBuilder()
            .setAbstained(classification.abstained())
            .setDistinct(classification.distinct())
            .setNeighbors(classification.neighbors())
            .setWithoutValue(classification.withoutValue());
    for (ClassShare share : classification.classes()) {
      message
          .addClassesBuilder()
          .setValue(write(share.value()))
          .setProbability(share.probability());
    }
    classification.shares().ifPresent(shares -> message.setSoftmax(SearchMessages.write(shares)));
    classification
        .spread()
        .ifPresent(spread -> message.setMean(spread.mean()).setDeviation(spread.deviation()));
    classification
        .found()
        .relevance()
        .ifPresent(outcome -> message.setRelevance(SearchMessages.write(outcome)));
    if (classification.found().explanation() != null) {
      message.setExplanation(SearchMessages.write(classification.found().explanation()));
    }
    return message.build();
  }

  private static FieldValue write(Value value) {
    FieldValue.Builder message = FieldValue.newBuilder();
    return switch (value) {
      case Value.Text(String text) -> message.setText(text).build();
      case Value.Whole(long number) -> message.setInteger(number).build();
      case Value.Real(double number) -> message.setNumber(number).build();
      case Value.Flag(boolean flag) -> message.setFlag(flag).build();
    };
  }
}
