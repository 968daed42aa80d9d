package dev.kith.server.filter;

/// A text, a number or a truth value: what a payload field is compared with, and what it holds.
///
/// Two values are equal as records if, and only if, they are the same text, the same number or the
/// same truth value: a number has one form, however it was written.
public sealed interface Value {

  /// A text.
  record Text(String text) implements Value {}

  /// A whole number of 64 bits.
  record Whole(long number) implements Value {}

  /// Any other number.
  ///
  /// @param number not NaN, and none that [Whole] can hold; infinite for what is beyond all doubles
  record Real(double number) implements Value {
    public Real {
      if (Double.isNaN(number) || isWhole(number)) {
        throw new IllegalArgumentException(
            "must be a number that is not whole or beyond 64 bits, got " + number);
      }
    }
  }

  /// True or false.
  record Flag(boolean flag) implements Value {}

  /// A number.
  ///
  /// @throws IllegalArgumentException if it is NaN
  static Value of(double number) {
    return isWhole(number) ? new Whole((long) number) : new Real(number);
  }

  /// Reads a number as JSON writes it: exactly if it is written without fraction and exponent and
  /// has 64 bits, otherwise as the nearest double.
  static Value parse(String number) {
    if (number.indexOf('.') < 0 && number.length() <= 20) {
      try {
        return new Whole(Long.parseLong(number));
      } catch (NumberFormatException beyond) {
        return of(Double.parseDouble(number)); // An exponent, or more than 64 bits.
      }
    }
    return of(Double.parseDouble(number));
  }

  private static boolean isWhole(double number) {
    return number >= -0x1p63 && number < 0x1p63 && number == Math.rint(number);
  }

  /// Whether both are texts, both numbers, or both truth values.
  default boolean isOfTheKindOf(Value other) {
    return switch (this) {
      case Text _ -> other instanceof Text;
      case Whole _, Real _ -> other instanceof Whole || other instanceof Real;
      case Flag _ -> other instanceof Flag;
    };
  }

  /// Compares two values of a kind: numbers exactly, texts by code point.
  ///
  /// @throws IllegalArgumentException if they are of different kinds, or truth values, which have
  ///   no order
  static int compare(Value left, Value right) {
    return switch (left) {
      case Text(String text) when right instanceof Text(String other) -> compare(text, other);
      case Whole(long whole) when right instanceof Whole(long other) -> Long.compare(whole, other);
      case Whole(long whole) when right instanceof Real(double real) -> compare(whole, real);
      case Real(double real) when right instanceof Whole(long whole) -> -compare(whole, real);
      case Real(double real) when right instanceof Real(double other) ->
          Double.compare(real, other);
      default ->
          throw new IllegalArgumentException(
              "two numbers or two texts can be compared, got %s and %s".formatted(left, right));
    };
  }

  /// @param real none that is whole and of 64 bits, so never equal to `whole`
  private static int compare(long whole, double real) {
    // Rounding keeps the order, but for the largest whole numbers, which it makes 2^63.
    int rounded = Double.compare((double) whole, real);
    return rounded != 0 ? rounded : -1;
  }

  /// By code point: [String#compareTo] puts what is beyond U+FFFF before what is just below.
  private static int compare(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      if (left.charAt(i) != right.charAt(i)) {
        return Integer.compare(left.codePointAt(i), right.codePointAt(i));
      }
    }
    return Integer.compare(left.length(), right.length());
  }
}
