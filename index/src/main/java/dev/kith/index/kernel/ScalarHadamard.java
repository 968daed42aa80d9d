package dev.kith.index.kernel;

import java.util.Objects;

/// The definition of [Hadamard]. It also runs where the Vector API is missing.
final class ScalarHadamard implements Hadamard {

  static final ScalarHadamard INSTANCE = new ScalarHadamard();

  private ScalarHadamard() {}

  @Override
  public void transform(float[] values, int from, int length) {
    check(values, from, length);
    for (int distance = 1; distance < length; distance *= 2) {
      for (int i = 0; i < length; i++) {
        if ((i & distance) == 0) {
          float first = values[from + i];
          float second = values[from + i + distance];
          values[from + i] = first + second;
          values[from + i + distance] = first - second;
        }
      }
    }
    float scale = (float) (1 / Math.sqrt(length));
    for (int i = from; i < from + length; i++) {
      values[i] *= scale;
    }
  }

  static void check(float[] values, int from, int length) {
    Objects.checkFromIndexSize(from, length, values.length);
    if (length < 16 || Integer.bitCount(length) != 1) {
      throw new IllegalArgumentException(
          "length must be a power of two of at least 16, got " + length);
    }
  }
}
