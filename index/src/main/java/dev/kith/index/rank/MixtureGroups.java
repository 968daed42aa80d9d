package dev.kith.index.rank;

import dev.kith.index.Metric;
import dev.kith.index.Require;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Makes the components of a mixture of some points, the members: a group for each cell of a
/// partition that some of them lie in, smoothed by their neighbours (El-Kishky et al., *kNN-Embed:
/// locally smoothed embedding mixtures for multi-interest candidate retrieval*, 2022).
///
/// Each member has a mass of one: a share of it, the smoothing, lies where the member is, and the
/// rest, in equal parts, where its neighbours are. The weight of a group is the mass that lies in
/// its cell, and its vector the centre of that mass. Not thread-safe.
public final class MixtureGroups {
  private final Metric metric;
  private final int dimension;
  private final double smoothing;
  private final Map<Integer, Group> groups = new TreeMap<>();

  /// @param smoothing mass of a member that lies where it is, in `[0, 1]`
  public MixtureGroups(Metric metric, int dimension, double smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException("smoothing must be in [0, 1], got " + smoothing);
    }
    this.metric = metric;
    this.dimension = dimension;
    this.smoothing = smoothing;
  }

  /// A point and the cell that it lies in.
  ///
  /// @param vector under COSINE of any length but zero
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Place(float[] vector, int cell) {}

  /// A group.
  ///
  /// @param vector of length one under COSINE
  /// @param weight share of the mass of all groups that are returned
  /// @param members in its cell
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Component(float[] vector, double weight, int members) {}

  private final class Group {
    private final float[] first;
    private final double[] sum = new double[dimension];
    private double mass;
    private int members;

    Group(float[] first) {
      this.first = first;
    }

    void add(float[] vector, double part) {
      double scale = part * scale(dot(vector));
      for (int i = 0; i < dimension; i++) {
        sum[i] += scale * vector[i];
      }
      mass += part;
    }

    /// The centre; under COSINE its direction, or that of a point if it has none.
    Component component(double total) {
      double squares = 0;
      for (double coordinate : sum) {
        squares += coordinate * coordinate;
      }
      boolean isLost = metric == Metric.COSINE && Math.sqrt(squares) < 1e-9 * mass;
      float[] vector = new float[dimension];
      double scale =
          isLost ? scale(dot(first)) : metric == Metric.COSINE ? scale(squares) : 1 / mass;
      for (int i = 0; i < dimension; i++) {
        vector[i] = (float) (scale * (isLost ? first[i] : sum[i]));
      }
      return new Component(vector, mass / total, members);
    }
  }

  private static double dot(float[] vector) {
    double sum = 0;
    for (float coordinate : vector) {
      sum += (double) coordinate * coordinate;
    }
    return sum;
  }

  /// What makes a vector of a squared length one that counts as much as others.
  private double scale(double squares) {
    return metric == Metric.COSINE ? 1 / Math.sqrt(squares) : 1;
  }

  /// Adds a member.
  ///
  /// @param neighbors with no one, all mass lies where the member is
  public void add(Place member, List<Place> neighbors) {
    double own = neighbors.isEmpty() ? 1 : smoothing;
    add(member, own);
    group(member).members++;
    for (Place neighbor : neighbors) {
      add(neighbor, (1 - own) / neighbors.size());
    }
  }

  private void add(Place place, double part) {
    Group group = group(place);
    if (part > 0) {
      group.add(place.vector, part);
    }
  }

  private Group group(Place place) {
    return groups.computeIfAbsent(place.cell, _ -> new Group(place.vector));
  }

  /// The weightiest groups, first the weightiest; of equal ones that of the smaller cell.
  ///
  /// @param most of them, at least 1
  public List<Component> components(int most) {
    Require.inRange("components", most, 1, Integer.MAX_VALUE);
    List<Group> weightiest = new ArrayList<>(groups.values());
    weightiest.removeIf(group -> group.mass == 0);
    weightiest.sort(Comparator.comparingDouble(group -> -group.mass));
    List<Group> kept = weightiest.subList(0, Math.min(most, weightiest.size()));
    double total = kept.stream().mapToDouble(group -> group.mass).sum();
    return kept.stream().map(group -> group.component(total)).toList();
  }
}
