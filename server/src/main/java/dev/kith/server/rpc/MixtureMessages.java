package dev.kith.server.rpc;

import dev.kith.index.rank.Allocation;
import dev.kith.index.rank.MixtureGroups;
import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.BuildMixtureResponse;
import dev.kith.proto.v1.ComponentOutcome;
import dev.kith.proto.v1.MixedIds;
import dev.kith.proto.v1.MixtureComponent;
import dev.kith.proto.v1.PointIds;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchMixtureResponse;
import dev.kith.server.collection.CollectionSpec;
import dev.kith.server.collection.PointId;
import dev.kith.server.search.MixtureBuilder;
import dev.kith.server.search.MixtureSearch;
import dev.kith.server.search.Query;
import dev.kith.server.search.SearchAnswer;
import dev.kith.server.search.SearchOptions;
import java.util.ArrayList;
import java.util.List;

/// Translates mixtures between the wire and the server.
final class MixtureMessages {
  private static final int MOST_COMPONENTS = 64;
  private static final int DEFAULT_COMPONENTS = 8;
  private static final double DEFAULT_SMOOTHING = 0.8;
  private static final int MOST_NEIGHBORS = 1000;
  private static final int DEFAULT_NEIGHBORS = 10;
  private static final int MOST_NEIGHBORS_IN_ALL = 1_000_000;

  private final SearchMessages searches;
  private final PointIdMessages ids;

  MixtureMessages(SearchMessages searches, PointIdMessages ids) {
    this.searches = searches;
    this.ids = ids;
  }

  /// Reads the interests of a search.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  List<MixtureSearch.Component> components(SearchMixtureRequest request, CollectionSpec spec) {
    int count = request.getComponentsCount();
    if (count < 1 || count > MOST_COMPONENTS) {
      throw Fields.invalid(
          "components", "must hold [1, %d] of them, got %d".formatted(MOST_COMPONENTS, count));
    }
    List<MixtureSearch.Component> components = new ArrayList<>();
    Fields fields = new Fields();
    boolean anyWeight = false;
    for (int i = 0; i < count; i++) {
      String field = "components[%d]".formatted(i);
      MixtureComponent asked = request.getComponents(i);
      double weight = asked.hasWeight() ? asked.getWeight() : 1;
      if (!(weight >= 0 && weight <= Double.MAX_VALUE)) {
        fields.wrong(field + ".weight", "must be finite and not negative, got " + weight);
      }
      anyWeight |= weight > 0;
      components.add(new MixtureSearch.Component(query(field, asked, spec), weight));
    }
    fields.refuseIfWrong();
    if (!anyWeight) {
      throw Fields.invalid(
          "components", "must have weights with a sum above 0, and all of them are 0");
    }
    return components;
  }

  private Query query(String field, MixtureComponent asked, CollectionSpec spec) {
    return switch (asked.getQueryCase()) {
      case VECTOR ->
          SearchMessages.vector(field + ".vector", asked.getVector(), QueryWidths.of(spec));
      case POINT -> new Query.ByPoint(ids.one(field + ".point", asked.getPoint()));
      case QUERY_NOT_SET -> throw Fields.invalid(field, "is empty: set vector or point");
    };
  }

  /// Reads how hits are shared out.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  static MixtureSearch.Sharing sharing(SearchMixtureRequest request) {
    Allocation allocation =
        switch (request.getAllocation()) {
          case MIXTURE_ALLOCATION_UNSPECIFIED, MIXTURE_ALLOCATION_PROPORTIONAL ->
              Allocation.PROPORTIONAL;
          case MIXTURE_ALLOCATION_LARGEST_REMAINDER -> Allocation.LARGEST_REMAINDER;
          case UNRECOGNIZED -> throw Fields.unsupported("allocation", request.getAllocationValue());
        };
    return new MixtureSearch.Sharing(allocation, !request.hasDedupe() || request.getDedupe());
  }

  /// Reads how to search for each component.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  SearchOptions options(dev.kith.proto.v1.SearchOptions asked, CollectionSpec spec) {
    Fields fields = new Fields();
    String order = "gives hits another order than that of the allocation: leave it unset";
    if (asked.hasFusion()) {
      fields.wrong("options.fusion", order);
    }
    if (asked.hasDiversity()) {
      fields.wrong("options.diversity", order);
    }
    fields.refuseIfWrong();
    return searches.options(asked, spec.space());
  }

  static SearchMixtureResponse response(MixtureSearch.Found found) {
    SearchAnswer first = found.components().getFirst().answer();
    SearchMixtureResponse.Builder message =
        SearchMixtureResponse.newBuilder().setHeader(SearchMessages.header(first, first.lsn()));
    for (MixtureSearch.FromComponent from : found.hits()) {
      message.addHits(SearchMessages.write(from.hit()).toBuilder().setComponent(from.component()));
    }
    found.components().forEach(outcome -> message.addComponents(write(outcome)));
    return message.build();
  }

  private static ComponentOutcome write(MixtureSearch.Outcome outcome) {
    ComponentOutcome.Builder message =
        ComponentOutcome.newBuilder()
            .setWeight(outcome.weight())
            .setAllocated(outcome.allocated())
            .setHits(outcome.hits());
    SearchAnswer answer = outcome.answer();
    answer.shares().ifPresent(shares -> message.setSoftmax(SearchMessages.write(shares)));
    answer
        .relevance()
        .ifPresent(relevance -> message.setRelevance(SearchMessages.write(relevance)));
    if (answer.explanation() != null) {
      message.setExplanation(SearchMessages.write(answer.explanation()));
    }
    return message.build();
  }

  /// Reads what to make a mixture of.
  ///
  /// @throws dev.kith.server.refusal.RefusedException naming the fields at fault
  MixtureBuilder.Request request(BuildMixtureRequest request, CollectionSpec spec) {
    List<PointId> points = ids.all("ids", request.getIds());
    Coordinates.requireRoom("ids", points.size(), spec.space());
    Fields fields = new Fields();
    int components =
        request.hasMaxComponents()
            ? fields.number("max_components", request.getMaxComponents(), 1, MOST_COMPONENTS)
            : DEFAULT_COMPONENTS;
    double smoothing =
        request.hasSmoothing()
            ? fields.share("smoothing", request.getSmoothing())
            : DEFAULT_SMOOTHING;
    int neighbors =
        request.hasNeighbors()
            ? fields.number("neighbors", request.getNeighbors(), 1, MOST_NEIGHBORS)
            : DEFAULT_NEIGHBORS;
    if (smoothing < 1 && (long) points.size() * neighbors > MOST_NEIGHBORS_IN_ALL) {
      fields.wrong(
          "neighbors",
          "must be at most %d for %d points, so that they are at most %d in all, got %d"
              .formatted(
                  MOST_NEIGHBORS_IN_ALL / points.size(),
                  points.size(),
                  MOST_NEIGHBORS_IN_ALL,
                  neighbors));
    }
    fields.refuseIfWrong();
    return new MixtureBuilder.Request(
        points, components, smoothing, neighbors, request.getMinLsn());
  }

  static BuildMixtureResponse response(MixtureBuilder.Built built) {
    BuildMixtureResponse.Builder message =
        BuildMixtureResponse.newBuilder().setCells(built.cells()).setLsn(built.lsn());
    for (MixtureGroups.Component component : built.components()) {
      message
          .addComponentsBuilder()
          .setVector(VectorMessages.write(component.vector()))
          .setWeight(component.weight())
          .setMembers(component.members());
    }
    if (!built.missing().isEmpty()) {
      MixedIds.Builder missing = MixedIds.newBuilder();
      built.missing().forEach(id -> missing.addValues(PointIdMessages.write(id)));
      message.setMissing(PointIds.newBuilder().setMixed(missing));
    }
    return message.build();
  }
}
