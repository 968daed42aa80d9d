package dev.kith.server.search;

import dev.kith.index.rank.Allocation;
import dev.kith.index.rank.Allocation.Pick;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import dev.kith.server.collection.StoredPoint;
import dev.kith.server.search.SearchAnswer.Hit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Serves several interests at once: searches for each, and shares hits out among them by their
/// weights. Thread-safe.
public final class MixtureSearch {
  private final SearchEngine engine;

  public MixtureSearch(SearchEngine engine) {
    this.engine = engine;
  }

  /// One interest.
  ///
  /// @param query where it is
  /// @param weight not negative and finite
  public record Component(Query query, double weight) {}

  /// How hits are shared out.
  ///
  /// @param dedupe whether a point that several components find is returned once
  public record Sharing(Allocation allocation, boolean dedupe) {}

  /// What a mixture found.
  ///
  /// @param hits in the order of the allocation, of each the component that brought it
  /// @param components what became of each
  public record Found(List<FromComponent> hits, List<Outcome> components) {}

  /// A hit and the component that brought it.
  public record FromComponent(Hit hit, int component) {}

  /// What became of a component.
  ///
  /// @param weight of one
  /// @param allocated hits that are its own
  /// @param hits that it brought
  /// @param answer how they were found; none of them
  public record Outcome(double weight, int allocated, int hits, SearchAnswer answer) {}

  /// Searches.
  ///
  /// @param components at least one, one of them with a weight above zero
  /// @param options for each; the limit is that of all hits
  /// @throws dev.kith.server.refusal.RefusedException if a query does not fit the collection, or
  ///   the LSN asked for has not been reached
  /// @throws AbandonedException if the caller has left
  public Found search(
      Collection collection,
      List<Component> components,
      Sharing sharing,
      SearchOptions options,
      SearchWorker worker,
      AnswerSize size,
      Patience patience) {
    Set<PointId> asked = new HashSet<>();
    for (Component component : components) {
      if (component.query() instanceof Query.ByPoint(PointId id)) {
        asked.add(id);
      }
    }
    SearchOptions placesOnly = options.withoutContent().leavingOut(asked);
    double[] weights = weights(components);
    try (SearchSnapshot snapshot = collection.acquire()) {
      List<SearchAnswer> answers = new ArrayList<>();
      for (Component component : components) {
        answers.add(
            engine.search(
                collection,
                snapshot,
                component.query(),
                placesOnly,
                worker,
                AnswerSize.unbounded(),
                patience));
      }
      List<List<PointId>> found =
          answers.stream()
              .map(answer -> answer.hits().stream().map(hit -> hit.point().id()).toList())
              .toList();
      List<Pick> picks =
          sharing.allocation().merge(weights, found, options.limit(), sharing.dedupe());
      List<FromComponent> hits = hits(picks, answers, probabilities(weights, answers));
      int[] allocated = sharing.allocation().allocated(weights, options.limit());
      List<Outcome> outcomes = new ArrayList<>();
      for (int i = 0; i < weights.length; i++) {
        int component = i;
        int brought = (int) picks.stream().filter(pick -> pick.component() == component).count();
        outcomes.add(new Outcome(weights[i], allocated[i], brought, answers.get(i).withoutHits()));
      }
      return new Found(resolve(hits, options, new PointFetch(snapshot, size, patience)), outcomes);
    }
  }

  private static double[] weights(List<Component> components) {
    double largest = components.stream().mapToDouble(Component::weight).max().orElse(0);
    double[] weights =
        components.stream().mapToDouble(component -> component.weight() / largest).toArray();
    double sum = 0;
    for (double weight : weights) {
      sum += weight;
    }
    for (int i = 0; i < weights.length; i++) {
      weights[i] /= sum;
    }
    return weights;
  }

  /// The share of each point in the mixture; empty if none was asked for.
  private static Map<PointId, Double> probabilities(double[] weights, List<SearchAnswer> answers) {
    Map<PointId, Double> probabilities = new HashMap<>();
    for (int i = 0; i < weights.length; i++) {
      for (Hit hit : answers.get(i).hits()) {
        if (!Float.isNaN(hit.probability())) {
          probabilities.merge(hit.point().id(), weights[i] * hit.probability(), Double::sum);
        }
      }
    }
    return probabilities;
  }

  private static List<FromComponent> hits(
      List<Pick> picks, List<SearchAnswer> answers, Map<PointId, Double> probabilities) {
    List<FromComponent> hits = new ArrayList<>();
    for (Pick pick : picks) {
      Hit hit = answers.get(pick.component()).hits().get(pick.place());
      double probability = probabilities.getOrDefault(hit.point().id(), Double.NaN);
      hits.add(new FromComponent(hit.withProbability((float) probability), pick.component()));
    }
    return hits;
  }

  /// Fetches what was asked for of the points.
  private static List<FromComponent> resolve(
      List<FromComponent> hits, SearchOptions options, PointFetch fetch) {
    List<PointId> ids = hits.stream().map(from -> from.hit().point().id()).toList();
    long[] rows = fetch.snapshot().rowOfEach(ids);
    List<FromComponent> resolved = new ArrayList<>();
    for (StoredPoint point : fetch.points(rows, options.vectors(), options.payloads())) {
      FromComponent from = hits.get(resolved.size());
      resolved.add(new FromComponent(from.hit().of(point), from.component()));
    }
    return resolved;
  }
}
