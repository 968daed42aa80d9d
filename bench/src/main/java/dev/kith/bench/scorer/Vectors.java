package dev.kith.bench.scorer;

/// Products and lengths.
final class Vectors {

  private Vectors() {}

  static double product(float[] a, float[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * (double) b[i];
    }
    return sum;
  }

  /// The same direction, in place; zero stays zero.
  static float[] ofLengthOne(float[] vector) {
    double length = Math.sqrt(product(vector, vector));
    for (int i = 0; length > 0 && i < vector.length; i++) {
      vector[i] = (float) (vector[i] / length);
    }
    return vector;
  }
}
