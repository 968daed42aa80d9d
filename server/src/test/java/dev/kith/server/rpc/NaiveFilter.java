package dev.kith.server.rpc;

import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.PointId;
import java.math.BigDecimal;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import org.jspecify.annotations.Nullable;

/// What a filter means, read off the comments of the contract: slow and obvious.
///
/// @param id of the point
/// @param payload maps, lists, texts, truth values, nulls, and numbers as they are written
record NaiveFilter(PointId id, Map<String, @Nullable Object> payload) {

  /// A number as it is written in a payload.
  record Written(String digits) {}

  boolean accepts(Filter filter) {
    return switch (filter.getConditionCase()) {
      case ALL -> filter.getAll().getFiltersList().stream().allMatch(this::accepts);
      case ANY -> filter.getAny().getFiltersList().stream().anyMatch(this::accepts);
      case NEGATION -> !accepts(filter.getNegation());
      case MATCH -> matches(filter.getMatch());
      case RANGE -> isWithin(filter.getRange());
      case IDS ->
          filter.getIds().getNumbers().getValuesList().stream()
              .anyMatch(number -> id.hasNumber() && id.getNumber() == number);
      case PRESENT -> !at(filter.getPresent()).isEmpty();
      case CONDITION_NOT_SET -> throw new AssertionError(filter);
    };
  }

  private boolean matches(FieldMatch match) {
    return values(match.getField()).stream()
        .anyMatch(
            there ->
                match.getValuesList().stream().anyMatch(value -> is(there, value, c -> c == 0)));
  }

  private boolean isWithin(FieldRange range) {
    return values(range.getField()).stream()
        .anyMatch(
            there ->
                (!range.hasGreater() || is(there, range.getGreater(), c -> c > 0))
                    && (!range.hasGreaterOrEqual()
                        || is(there, range.getGreaterOrEqual(), c -> c >= 0))
                    && (!range.hasLess() || is(there, range.getLess(), c -> c < 0))
                    && (!range.hasLessOrEqual() || is(there, range.getLessOrEqual(), c -> c <= 0)));
  }

  /// Whether both are of a kind and stand in a relation.
  private static boolean is(@Nullable Object there, FieldValue value, IntPredicate relation) {
    return switch (value.getKindCase()) {
      case TEXT ->
          there instanceof String text
              && relation.test(
                  Arrays.compare(
                      text.codePoints().toArray(), value.getText().codePoints().toArray()));
      case INTEGER ->
          there instanceof Written number
              && relation.test(exact(number).compareTo(BigDecimal.valueOf(value.getInteger())));
      case NUMBER ->
          there instanceof Written number
              && relation.test(exact(number).compareTo(new BigDecimal(value.getNumber())));
      case FLAG -> there instanceof Boolean flag && relation.test(flag == value.getFlag() ? 0 : 1);
      case KIND_NOT_SET -> throw new AssertionError(value);
    };
  }

  private static BigDecimal exact(Written number) {
    try {
      return BigDecimal.valueOf(Long.parseLong(number.digits()));
    } catch (NumberFormatException other) {
      return new BigDecimal(Double.parseDouble(number.digits()));
    }
  }

  /// The values of a field, those of arrays one by one.
  private List<@Nullable Object> values(String path) {
    return elements(at(path));
  }

  private static List<@Nullable Object> elements(List<@Nullable Object> things) {
    List<@Nullable Object> elements = new ArrayList<>();
    for (Object thing : things) {
      if (thing instanceof List<?> list) {
        elements.addAll(elements(new ArrayList<>(list)));
      } else {
        elements.add(thing);
      }
    }
    return elements;
  }

  /// What is at a path.
  private List<@Nullable Object> at(String path) {
    List<@Nullable Object> here = List.of(payload);
    for (String name : path.split("\\.", -1)) {
      List<@Nullable Object> inside = new ArrayList<>();
      for (Object thing : elements(here)) {
        if (thing instanceof Map<?, ?> object && object.containsKey(name)) {
          inside.add(object.get(name));
        }
      }
      here = inside;
    }
    return here;
  }
}
