package dev.kith.client;

/// One of several interests.
///
/// @param query what it is near to
/// @param weight not negative; weights are divided by their sum
/// @param members of one that was built, points that are in it; searches ignore it
public record MixtureComponent(Query query, double weight, int members) {

  /// Points near a vector.
  public static MixtureComponent of(float[] vector, double weight) {
    return new MixtureComponent(Query.near(vector), weight, 0);
  }

  /// Points near a stored point, which no component finds.
  public static MixtureComponent of(PointId point, double weight) {
    return new MixtureComponent(Query.near(point), weight, 0);
  }
}
