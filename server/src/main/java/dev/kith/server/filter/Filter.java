package dev.kith.server.filter;

import dev.kith.server.collection.PointId;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Which points may answer, as it was asked for: a tree of conditions over ids and payload fields.
///
/// A field stands for what is found at its path, and where that is an array, for every element of
/// it: a condition holds if any of them meets it. What is missing or null meets no condition but
/// [Present].
public sealed interface Filter {

  /// True if all are true.
  record All(List<Filter> filters) implements Filter {
    public All {
      filters = List.copyOf(filters);
    }
  }

  /// True if at least one is true.
  record Any(List<Filter> filters) implements Filter {
    public Any {
      filters = List.copyOf(filters);
    }
  }

  /// True if the one inside is false.
  record Not(Filter filter) implements Filter {}

  /// True if the field equals one of the values.
  record Match(FieldPath field, Set<Value> values) implements Filter {
    public Match {
      values = Set.copyOf(values);
    }
  }

  /// True if the field lies between the bounds that there are, and is of their kind.
  ///
  /// @param lower null for none
  /// @param upper null for none
  record Range(FieldPath field, @Nullable Bound lower, @Nullable Bound upper) implements Filter {
    public Range {
      if (lower != null && upper != null && !lower.value().isOfTheKindOf(upper.value())) {
        throw new IllegalArgumentException(
            "the bounds of a range must be of one kind, got %s and %s".formatted(lower, upper));
      }
    }

    /// Whether a value lies in the range.
    boolean contains(Value value) {
      return (lower == null || isWithin(lower, value, 1))
          && (upper == null || isWithin(upper, value, -1));
    }

    /// @param side on which of the bound values are within: 1 above it, -1 below
    private static boolean isWithin(Bound bound, Value value, int side) {
      if (!value.isOfTheKindOf(bound.value())) {
        return false;
      }
      int place = side * Value.compare(value, bound.value());
      return place > 0 || (place == 0 && bound.inclusive());
    }
  }

  /// One end of a range.
  ///
  /// @param value a number or a text
  /// @param inclusive whether it belongs to the range itself
  record Bound(Value value, boolean inclusive) {
    public Bound {
      if (value instanceof Value.Flag) {
        throw new IllegalArgumentException("a bound must be a number or a text, got " + value);
      }
    }
  }

  /// True for the points with these ids.
  record Ids(List<PointId> ids) implements Filter {
    public Ids {
      ids = List.copyOf(ids);
    }
  }

  /// True if the payload has this field, whatever its value.
  record Present(FieldPath field) implements Filter {}
}
