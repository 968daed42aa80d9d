package dev.kith.server.rpc;

import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.FilterList;
import dev.kith.server.filter.FieldPath;
import dev.kith.server.filter.Filter;
import dev.kith.server.filter.Value;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Translates filters from the wire. Whatever is wrong with one is refused with the path of the
/// condition at fault, such as `options.filter.all.filters[2].match.field`.
final class FilterMessages {
  private static final int MAX_DEPTH = 32;
  private static final int MAX_CONDITIONS = 10_000;
  private static final int MAX_LIST = 1_000;
  private static final int MAX_VALUES = 10_000;

  private final PointIdMessages ids;

  FilterMessages(PointIdMessages ids) {
    this.ids = ids;
  }

  /// Reads a filter.
  ///
  /// @param field path of the filter in the request
  /// @throws dev.kith.server.refusal.RefusedException naming the field at fault
  Filter read(String field, dev.kith.proto.v1.Filter filter) {
    return new Reading(field).filter(field, filter, 1);
  }

  /// One filter being read.
  private final class Reading {
    private final String whole;
    private int conditions;

    /// @param whole path of the filter
    Reading(String whole) {
      this.whole = whole;
    }

    Filter filter(String field, dev.kith.proto.v1.Filter filter, int depth) {
      if (depth > MAX_DEPTH) {
        throw Fields.invalid(
            whole, "must not be nested deeper than %d filters".formatted(MAX_DEPTH));
      }
      if (++conditions > MAX_CONDITIONS) {
        throw Fields.invalid(
            whole, "must have at most %d conditions in all".formatted(MAX_CONDITIONS));
      }
      return switch (filter.getConditionCase()) {
        case ALL -> new Filter.All(list(field + ".all", filter.getAll(), depth));
        case ANY -> new Filter.Any(list(field + ".any", filter.getAny(), depth));
        case NEGATION ->
            new Filter.Not(filter(field + ".negation", filter.getNegation(), depth + 1));
        case MATCH -> match(field + ".match", filter.getMatch());
        case RANGE -> range(field + ".range", filter.getRange());
        case IDS -> new Filter.Ids(ids.all(field + ".ids", filter.getIds()));
        case PRESENT -> new Filter.Present(path(field + ".present", filter.getPresent()));
        case CONDITION_NOT_SET ->
            throw Fields.invalid(
                field, "is empty: set one of all, any, negation, match, range, ids, present");
      };
    }

    private List<Filter> list(String field, FilterList list, int depth) {
      requireCount(field + ".filters", "filters", list.getFiltersCount(), MAX_LIST);
      List<Filter> filters = new ArrayList<>(list.getFiltersCount());
      for (int i = 0; i < list.getFiltersCount(); i++) {
        filters.add(filter("%s.filters[%d]".formatted(field, i), list.getFilters(i), depth + 1));
      }
      return filters;
    }
  }

  private static Filter match(String field, FieldMatch match) {
    FieldPath path = path(field + ".field", match.getField());
    requireCount(field + ".values", "values", match.getValuesCount(), MAX_VALUES);
    Set<Value> values = new HashSet<>();
    for (int i = 0; i < match.getValuesCount(); i++) {
      values.add(value("%s.values[%d]".formatted(field, i), match.getValues(i)));
    }
    return new Filter.Match(path, values);
  }

  private static Filter range(String field, FieldRange range) {
    FieldPath path = path(field + ".field", range.getField());
    if (range.hasGreater() && range.hasGreaterOrEqual()) {
      throw Fields.invalid(
          field + ".greater_or_equal", "is a second lower bound: set it or greater, not both");
    }
    if (range.hasLess() && range.hasLessOrEqual()) {
      throw Fields.invalid(
          field + ".less_or_equal", "is a second upper bound: set it or less, not both");
    }
    Filter.Bound lower =
        range.hasGreater()
            ? bound(field + ".greater", range.getGreater(), false)
            : range.hasGreaterOrEqual()
                ? bound(field + ".greater_or_equal", range.getGreaterOrEqual(), true)
                : null;
    Filter.Bound upper =
        range.hasLess()
            ? bound(field + ".less", range.getLess(), false)
            : range.hasLessOrEqual()
                ? bound(field + ".less_or_equal", range.getLessOrEqual(), true)
                : null;
    requireBounds(field, lower, upper);
    return new Filter.Range(path, lower, upper);
  }

  private static void requireBounds(
      String field, Filter.@Nullable Bound lower, Filter.@Nullable Bound upper) {
    if (lower == null && upper == null) {
      throw Fields.invalid(
          field, "has no bound: set greater, greater_or_equal, less or less_or_equal");
    }
    if (lower != null && upper != null && !lower.value().isOfTheKindOf(upper.value())) {
      throw Fields.invalid(
          field, "must have bounds of one kind, numbers or texts, got one of each");
    }
  }

  private static Filter.Bound bound(String field, FieldValue message, boolean inclusive) {
    Value value = value(field, message);
    if (value instanceof Value.Flag) {
      throw Fields.invalid(field, "must be a number or a text: true and false have no order");
    }
    return new Filter.Bound(value, inclusive);
  }

  static Value value(String field, FieldValue value) {
    return switch (value.getKindCase()) {
      case TEXT -> new Value.Text(value.getText());
      case INTEGER -> new Value.Whole(value.getInteger());
      case NUMBER -> {
        if (!Double.isFinite(value.getNumber())) {
          throw Fields.invalid(field, "must be finite, got " + value.getNumber());
        }
        yield Value.of(value.getNumber());
      }
      case FLAG -> new Value.Flag(value.getFlag());
      case KIND_NOT_SET ->
          throw Fields.invalid(field, "is empty: set text, integer, number or flag");
    };
  }

  static FieldPath path(String field, String written) {
    try {
      return FieldPath.parse(written);
    } catch (IllegalArgumentException noPath) {
      throw Fields.invalid(field, String.valueOf(noPath.getMessage()));
    }
  }

  private static void requireCount(String field, String what, int count, int max) {
    if (count < 1 || count > max) {
      throw Fields.invalid(field, "must hold [1, %d] %s, got %d".formatted(max, what, count));
    }
  }
}
