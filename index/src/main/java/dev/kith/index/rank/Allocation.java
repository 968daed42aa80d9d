package dev.kith.index.rank;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;

/// How the hits of a mixture are shared out among its components, by their weights. Of equal claims
/// that of the earlier component goes first. A component of no weight brings no hits.
public enum Allocation {

  /// The next hit is of the component that is farthest behind its weight: that with the largest
  /// `weight / (2 * hits + 1)` (Webster's highest averages, as Sainte-Laguë found anew). So the
  /// first hits are in proportion, however many one looks at.
  PROPORTIONAL,

  /// Each component has the whole part of its share of the limit, and those with the largest
  /// remainders one more (Hamilton's method); the hits of the weightiest come first.
  LARGEST_REMAINDER;

  /// Hit number `place` of what a component found.
  public record Pick(int component, int place) {}

  /// How many hits each component is to bring, if all find enough.
  ///
  /// @param weights not negative, one of them above zero
  /// @param limit hits in all, at least 0
  public int[] allocated(double[] weights, int limit) {
    return switch (this) {
      case PROPORTIONAL -> {
        int[] seats = new int[weights.length];
        for (int i = 0; i < limit; i++) {
          seats[behind(weights, seats, IntStream.range(0, seats.length).toArray())]++;
        }
        yield seats;
      }
      case LARGEST_REMAINDER -> remainders(weights, limit);
    };
  }

  private static int[] remainders(double[] weights, int limit) {
    double sum = IntStream.range(0, weights.length).mapToDouble(i -> weights[i]).sum();
    int[] seats = new int[weights.length];
    double[] remainders = new double[weights.length];
    int left = limit;
    for (int i = 0; i < seats.length; i++) {
      double share = weights[i] / sum * limit;
      seats[i] = (int) share;
      remainders[i] = share - seats[i];
      left -= seats[i];
    }
    IntStream.range(0, seats.length)
        .boxed()
        .filter(i -> weights[i] > 0)
        .sorted(Comparator.comparingDouble(i -> -remainders[i]))
        .limit(Math.max(0, left))
        .forEach(i -> seats[i]++);
    return seats;
  }

  /// Makes one list of what the components found. What one of them lacks is made up for by the
  /// others as [#PROPORTIONAL] has it.
  ///
  /// @param weights one a component, not negative, one of them above zero
  /// @param found of each component, the best first
  /// @param limit hits in all, at least 0
  /// @param dedupe whether what several components found is taken once, from the first that comes
  ///   to it, and the next ones come in its stead with the others
  public <K> List<Pick> merge(
      double[] weights, List<? extends List<? extends K>> found, int limit, boolean dedupe) {
    Merge<K> merge = new Merge<>(weights, found, limit, dedupe);
    if (this == PROPORTIONAL) {
      merge.fill();
      return merge.picks;
    }
    int[] allocated = allocated(weights, limit);
    List<Integer> weightiest =
        IntStream.range(0, weights.length)
            .boxed()
            .sorted(Comparator.comparingDouble(i -> -weights[i]))
            .toList();
    for (int component : weightiest) {
      for (int i = 0; i < allocated[component] && merge.hasMore(component); i++) {
        merge.take(component);
      }
    }
    merge.fill();
    merge.picks.sort(Comparator.comparingInt(pick -> weightiest.indexOf(pick.component)));
    return merge.picks;
  }

  /// The component that is farthest behind its weight.
  private static int behind(double[] weights, int[] seats, int[] components) {
    int behind = components[0];
    for (int component : components) {
      // Products, not quotients: these are exact while weights are whole numbers.
      if (weights[component] * (2.0 * seats[behind] + 1)
          > weights[behind] * (2.0 * seats[component] + 1)) {
        behind = component;
      }
    }
    return behind;
  }

  private static final class Merge<K> {
    private final double[] weights;
    private final List<? extends List<? extends K>> found;
    private final int limit;
    private final boolean dedupe;
    private final int[] next;
    private final int[] seats;
    private final Set<K> seen = new HashSet<>();
    private final List<Pick> picks = new ArrayList<>();

    Merge(double[] weights, List<? extends List<? extends K>> found, int limit, boolean dedupe) {
      this.weights = weights;
      this.found = found;
      this.limit = limit;
      this.dedupe = dedupe;
      this.next = new int[weights.length];
      this.seats = new int[weights.length];
    }

    /// Takes the next hit of those that are behind, until there are enough or no more.
    void fill() {
      while (picks.size() < limit) {
        int[] left = IntStream.range(0, weights.length).filter(this::hasMore).toArray();
        if (left.length == 0) {
          return;
        }
        take(behind(weights, seats, left));
      }
    }

    /// Skips what was taken already.
    boolean hasMore(int component) {
      List<? extends K> list = found.get(component);
      while (dedupe && next[component] < list.size() && seen.contains(list.get(next[component]))) {
        next[component]++;
      }
      return weights[component] > 0 && next[component] < list.size();
    }

    void take(int component) {
      seen.add(found.get(component).get(next[component]));
      picks.add(new Pick(component, next[component]));
      next[component]++;
      seats[component]++;
    }
  }
}
