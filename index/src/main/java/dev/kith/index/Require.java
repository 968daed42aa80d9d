package dev.kith.index;

/// Checks of arguments, with messages that name the argument, its range and the value seen.
public final class Require {

  private Require() {}

  /// Returns `value` if it lies in `[min, max]`.
  ///
  /// @throws IllegalArgumentException if it does not
  public static int inRange(String name, int value, int min, int max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be in [%d, %d], got %d".formatted(name, min, max, value));
    }
    return value;
  }

  /// Returns `value` if it lies in `[min, max]`.
  ///
  /// @throws IllegalArgumentException if it does not
  public static long inRange(String name, long value, long min, long max) {
    if (value < min || value > max) {
      throw new IllegalArgumentException(
          "%s must be in [%d, %d], got %d".formatted(name, min, max, value));
    }
    return value;
  }
}
