package dev.kith.bench.mixture;

import dev.kith.bench.dataset.Dataset;
import dev.kith.client.Hit;
import dev.kith.client.KithCollection;
import dev.kith.client.Mixture;
import dev.kith.client.Mixture.Allocation;
import dev.kith.client.MixtureComponent;
import dev.kith.client.MixtureSpec;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// How points are looked for that a user may like.
sealed interface Contender {

  /// Near the mean of the points that the user likes.
  record Mean() implements Contender {}

  /// Near each of them, as many for each.
  record EveryPoint() implements Contender {}

  /// Near the components of a mixture that the server builds of them.
  ///
  /// @param smoothing weight of the points against their neighbours
  record Built(double smoothing, Allocation allocation) implements Contender {}

  /// All, in the order of tables.
  static List<Contender> all() {
    List<Contender> all = new ArrayList<>(List.of(new Mean(), new EveryPoint()));
    for (Allocation allocation : Allocation.values()) {
      for (double smoothing : new double[] {1, .8, .5}) {
        all.add(new Built(smoothing, allocation));
      }
    }
    return all;
  }

  default String inWords() {
    return switch (this) {
      case Mean() -> "mean of the points";
      case EveryPoint() -> "every point a component";
      case Built(double smoothing, Allocation allocation) ->
          String.format(
              Locale.ROOT,
              "mixture, smoothing %.1f, %s",
              smoothing,
              allocation.name().toLowerCase(Locale.ROOT).replace('_', ' '));
    };
  }

  /// Searches.
  ///
  /// @return rows, best first; none that the user likes already
  default List<Integer> find(KithCollection collection, Dataset dataset, User user, int limit) {
    SearchOptions options =
        SearchOptions.top(limit).returning(false, false).withFilter(user.unknown());
    SearchResult result =
        switch (this) {
          case Mean() -> collection.search(mean(dataset, user), options);
          case EveryPoint() ->
              collection
                  .ranking()
                  .searchMixture(
                      Mixture.of(
                          user.ids().stream().map(id -> MixtureComponent.of(id, 1)).toList()),
                      options)
                  .found();
          case Built(double smoothing, Allocation allocation) ->
              collection
                  .ranking()
                  .searchMixture(
                      collection
                          .ranking()
                          .buildMixture(MixtureSpec.of(user.ids()).withSmoothing(smoothing))
                          .mixture()
                          .allocatedBy(allocation),
                      options)
                  .found();
        };
    return result.hits().stream().map(Hit::id).map(Contender::row).toList();
  }

  private static float[] mean(Dataset dataset, User user) {
    float[] mean = new float[dataset.space().dimension()];
    for (int row : user.liked()) {
      float[] vector = dataset.base().row(row);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += vector[i] / user.liked().size();
      }
    }
    return mean;
  }

  private static int row(PointId id) {
    if (id instanceof PointId.Number(long row)) {
      return Math.toIntExact(row);
    }
    throw new IllegalStateException("the server returned an id never written: " + id);
  }
}
