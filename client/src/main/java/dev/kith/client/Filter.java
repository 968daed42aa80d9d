package dev.kith.client;

import java.util.List;
import java.util.Optional;

/// Which points may answer a search: conditions over ids and payload fields. Immutable values.
///
/// A field is named by its path, such as `author.name`. One that is an array stands for each of its
/// elements: a condition holds if any of them meets it. What is missing or null meets none but
/// [#present]. Whether a filter is sound, the server checks, and names what is not.
public sealed interface Filter {

  /// True if all are true.
  ///
  /// @param filters 1 to 1,000
  record All(List<Filter> filters) implements Filter {
    public All {
      filters = List.copyOf(filters);
    }
  }

  /// True if at least one is true.
  ///
  /// @param filters 1 to 1,000
  record Any(List<Filter> filters) implements Filter {
    public Any {
      filters = List.copyOf(filters);
    }
  }

  /// True if the one inside is false.
  record Not(Filter filter) implements Filter {}

  /// True if a field equals one of the values.
  ///
  /// @param field path of the field
  /// @param values 1 to 10,000
  record Match(String field, List<Value> values) implements Filter {
    public Match {
      values = List.copyOf(values);
    }
  }

  /// True if a field lies between bounds, and is of their kind.
  ///
  /// @param field path of the field
  /// @param lower empty for none; not both may be
  /// @param upper empty for none
  record Range(String field, Optional<Bound> lower, Optional<Bound> upper) implements Filter {}

  /// One end of a range.
  ///
  /// @param value a number or a text
  /// @param inclusive whether it belongs to the range itself
  record Bound(Value value, boolean inclusive) {}

  /// True for the points with these ids.
  ///
  /// @param ids 1 to 10,000
  record Ids(List<PointId> ids) implements Filter {
    public Ids {
      ids = List.copyOf(ids);
    }
  }

  /// True if the payload has a field, whatever its value.
  ///
  /// @param field path of the field
  record Present(String field) implements Filter {}

  /// What a field is compared with. Numbers are compared exactly, whichever way they are given.
  sealed interface Value {

    /// A text, compared by code point.
    record Text(String text) implements Value {}

    /// A whole number.
    record Whole(long number) implements Value {}

    /// A finite number.
    record Real(double number) implements Value {}

    /// True or false, which have no order.
    record Flag(boolean flag) implements Value {}

    /// A text.
    static Value of(String text) {
      return new Text(text);
    }

    /// A whole number.
    static Value of(long number) {
      return new Whole(number);
    }

    /// A finite number.
    static Value of(double number) {
      return new Real(number);
    }

    /// True or false.
    static Value of(boolean flag) {
      return new Flag(flag);
    }
  }

  /// True if all are true.
  static Filter all(Filter... filters) {
    return new All(List.of(filters));
  }

  /// True if at least one is true.
  static Filter any(Filter... filters) {
    return new Any(List.of(filters));
  }

  /// True if the one inside is false, so also for a point without the field that it asks for.
  static Filter not(Filter filter) {
    return new Not(filter);
  }

  /// True if a field equals one of the values.
  static Filter match(String field, Value... values) {
    return new Match(field, List.of(values));
  }

  /// True if a field is greater than a number or a text.
  static Filter above(String field, Value bound) {
    return new Range(field, Optional.of(new Bound(bound, false)), Optional.empty());
  }

  /// True if a field is greater than or equal to a number or a text.
  static Filter atLeast(String field, Value bound) {
    return new Range(field, Optional.of(new Bound(bound, true)), Optional.empty());
  }

  /// True if a field is less than a number or a text.
  static Filter below(String field, Value bound) {
    return new Range(field, Optional.empty(), Optional.of(new Bound(bound, false)));
  }

  /// True if a field is less than or equal to a number or a text.
  static Filter atMost(String field, Value bound) {
    return new Range(field, Optional.empty(), Optional.of(new Bound(bound, true)));
  }

  /// True for the points with these ids.
  static Filter ids(PointId... ids) {
    return new Ids(List.of(ids));
  }

  /// True if the payload has a field, whatever its value.
  static Filter present(String field) {
    return new Present(field);
  }
}
