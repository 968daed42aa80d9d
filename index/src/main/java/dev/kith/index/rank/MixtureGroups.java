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

  /// Length of a sum of unit vectors, in terms of their number, below which it has no direction.
  private static final double LOST = 1e-6;

  private final double smoothing;
  private final double[] masses;
  private final int[] memberships;

  /// @param points there are, members and neighbours
  /// @param smoothing mass of a member that lies where it is, in `[0, 1]`
  public MixtureGroups(int points, double smoothing) {
    if (!(smoothing >= 0 && smoothing <= 1)) {
      throw new IllegalArgumentException("smoothing must be in [0, 1], got " + smoothing);
    }
    this.smoothing = smoothing;
    this.masses = new double[points];
    this.memberships = new int[points];
  }

  /// Where points are.
  @FunctionalInterface
  public interface Vectors {

    /// Reads the vector of a point; under COSINE of length one.
    void read(int point, float[] vector);
  }

  /// A group.
  ///
  /// @param vector of length one under COSINE
  /// @param weight share of the mass of all groups that are returned
  /// @param members in its cell
  @SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
  public record Component(float[] vector, double weight, int members) {}

  /// The points in one cell.
  private static final class Group {
    private final List<Integer> points = new ArrayList<>();
    private double mass;
    private int members;
  }

  /// Adds a member; one that is added twice counts twice.
  ///
  /// @param neighbors with no one, all mass lies where the member is
  public void add(int member, int[] neighbors) {
    double own = neighbors.length == 0 ? 1 : smoothing;
    masses[member] += own;
    memberships[member]++;
    for (int neighbor : neighbors) {
      masses[neighbor] += (1 - own) / neighbors.length;
    }
  }

  /// The weightiest groups, first the weightiest; of equal ones that of the smaller cell.
  ///
  /// @param cells of each point
  /// @param most groups, at least 1
  public List<Component> components(
      int[] cells, int most, Metric metric, int dimension, Vectors vectors) {
    Require.inRange("components", most, 1, Integer.MAX_VALUE);
    Map<Integer, Group> groups = new TreeMap<>();
    for (int point = 0; point < masses.length; point++) {
      if (masses[point] > 0 || memberships[point] > 0) {
        Group group = groups.computeIfAbsent(cells[point], _ -> new Group());
        group.points.add(point);
        group.mass += masses[point];
        group.members += memberships[point];
      }
    }
    List<Group> kept =
        groups.values().stream()
            .filter(group -> group.mass > 0)
            .sorted(Comparator.comparingDouble(group -> -group.mass))
            .limit(most)
            .toList();
    double total = kept.stream().mapToDouble(group -> group.mass).sum();
    return kept.stream()
        .map(
            group ->
                new Component(
                    centre(group, metric, dimension, vectors), group.mass / total, group.members))
        .toList();
  }

  /// The centre of mass; under COSINE its direction, or that of the point with the largest mass if
  /// it has none.
  private float[] centre(Group group, Metric metric, int dimension, Vectors vectors) {
    float[] vector = new float[dimension];
    double[] sum = new double[dimension];
    int heaviest = group.points.getFirst();
    for (int point : group.points) {
      vectors.read(point, vector);
      for (int i = 0; i < dimension; i++) {
        sum[i] += masses[point] * vector[i];
      }
      heaviest = masses[point] > masses[heaviest] ? point : heaviest;
    }
    double length = group.mass;
    if (metric == Metric.COSINE) {
      double squares = 0;
      for (double coordinate : sum) {
        squares += coordinate * coordinate;
      }
      length = Math.sqrt(squares);
    }
    if (length < LOST * group.mass) {
      vectors.read(heaviest, vector);
      return vector;
    }
    for (int i = 0; i < dimension; i++) {
      vector[i] = (float) (sum[i] / length);
    }
    return vector;
  }
}
