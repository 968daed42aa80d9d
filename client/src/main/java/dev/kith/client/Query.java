package dev.kith.client;

/// What points are looked for near to.
public sealed interface Query {

  /// A vector.
  ///
  /// @param coordinates of the collection's dimension; not copied
  @SuppressWarnings("ArrayRecordComponent") // Sent as it is, compared by nobody.
  record Vector(float[] coordinates) implements Query {}

  /// A stored point, which is not itself found.
  record Point(PointId id) implements Query {}

  /// Points near a vector.
  static Query near(float[] vector) {
    return new Vector(vector);
  }

  /// Points near a stored point, which is not itself found.
  static Query near(PointId point) {
    return new Point(point);
  }
}
