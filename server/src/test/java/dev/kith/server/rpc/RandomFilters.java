package dev.kith.server.rpc;

import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FilterList;
import dev.kith.proto.v1.NumberIds;
import dev.kith.proto.v1.PointIds;
import dev.kith.server.rpc.NaiveFilter.Written;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.jspecify.annotations.Nullable;

/// Payloads, and filters that have something to do with them: few names and few values, so that
/// they often meet.
///
/// @param ids points have the numbers below this
record RandomFilters(Random random, int ids) {
  private static final List<String> NAMES = List.of("a", "b", "c");
  private static final List<String> PATHS =
      List.of("a", "b", "c", "a.b", "b.c", "c.a", "a.a.b", "d");
  private static final List<String> TEXTS =
      List.of("", "x", "xy", "\uFFFD", "\uD83D\uDE00", "a\"b\\\n", "1", "true");
  private static final List<String> NUMBERS =
      List.of(
          "0",
          "-0.0",
          "1",
          "1.0",
          "2",
          "100",
          "1e2",
          "0.1",
          "-3.5",
          "9007199254740992",
          "9007199254740993",
          "9007199254740992.0",
          "9223372036854775807",
          "9223372036854775808",
          "-9223372036854775808",
          "123456789012345678901234567890");

  private <T> T one(List<T> of) {
    return of.get(random.nextInt(of.size()));
  }

  Map<String, @Nullable Object> payload() {
    return object(0);
  }

  private Map<String, @Nullable Object> object(int depth) {
    Map<String, @Nullable Object> object = new LinkedHashMap<>();
    for (String name : NAMES) {
      if (random.nextInt(4) > 0) {
        object.put(name, thing(depth + 1));
      }
    }
    return object;
  }

  private @Nullable Object thing(int depth) {
    return switch (random.nextInt(depth < 4 ? 14 : 10)) {
      case 0 -> null;
      case 1, 2 -> random.nextBoolean();
      case 3, 4, 5, 6 -> new Written(one(NUMBERS));
      case 7, 8, 9 -> one(TEXTS);
      case 10, 11 -> object(depth);
      default -> {
        List<@Nullable Object> list = new ArrayList<>();
        for (int i = random.nextInt(4); i > 0; i--) {
          list.add(thing(depth + 1));
        }
        yield list;
      }
    };
  }

  static String json(@Nullable Object thing) {
    return switch (thing) {
      case null -> "null";
      case Written(String digits) -> digits;
      case String text ->
          '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
      case Map<?, ?> object -> {
        StringBuilder json = new StringBuilder("{");
        object.forEach(
            (name, value) ->
                json.append(json.length() > 1 ? ", " : "")
                    .append(json(name))
                    .append(": ")
                    .append(json(value)));
        yield json.append('}').toString();
      }
      case List<?> list -> {
        StringBuilder json = new StringBuilder("[");
        for (Iterator<?> each = list.iterator(); each.hasNext(); ) {
          json.append(json(each.next())).append(each.hasNext() ? "," : "");
        }
        yield json.append(']').toString();
      }
      default -> thing.toString();
    };
  }

  Filter filter(int depth) {
    Filter.Builder filter = Filter.newBuilder();
    switch (random.nextInt(depth > 0 ? 10 : 6)) {
      case 0, 1 -> filter.setMatch(match());
      case 2, 3 -> filter.setRange(range());
      case 4 -> filter.setPresent(one(PATHS));
      case 5 -> filter.setIds(numbers());
      case 6, 7 -> filter.setAll(list(depth));
      case 8 -> filter.setAny(list(depth));
      default -> filter.setNegation(filter(depth - 1));
    }
    return filter.build();
  }

  private FilterList list(int depth) {
    FilterList.Builder list = FilterList.newBuilder();
    for (int i = random.nextInt(3); i >= 0; i--) {
      list.addFilters(filter(depth - 1));
    }
    return list.build();
  }

  private PointIds numbers() {
    NumberIds.Builder numbers = NumberIds.newBuilder();
    for (int i = random.nextInt(ids); i >= 0; i--) {
      numbers.addValues(random.nextInt(2 * ids)); // Some exist, some twice in the list.
    }
    return PointIds.newBuilder().setNumbers(numbers).build();
  }

  private FieldMatch match() {
    FieldMatch.Builder match = FieldMatch.newBuilder().setField(one(PATHS));
    for (int i = random.nextInt(3); i >= 0; i--) {
      match.addValues(random.nextInt(4) == 0 ? flag() : comparable(random.nextBoolean()));
    }
    return match.build();
  }

  private FieldRange range() {
    FieldRange.Builder range = FieldRange.newBuilder().setField(one(PATHS));
    boolean text = random.nextInt(3) == 0;
    int bounds = 1 + random.nextInt(3);
    if ((bounds & 1) != 0) {
      if (random.nextBoolean()) {
        range.setGreater(comparable(text));
      } else {
        range.setGreaterOrEqual(comparable(text));
      }
    }
    if ((bounds & 2) != 0) {
      if (random.nextBoolean()) {
        range.setLess(comparable(text));
      } else {
        range.setLessOrEqual(comparable(text));
      }
    }
    return range.build();
  }

  private FieldValue flag() {
    return FieldValue.newBuilder().setFlag(random.nextBoolean()).build();
  }

  private FieldValue comparable(boolean text) {
    FieldValue.Builder value = FieldValue.newBuilder();
    if (text) {
      return value.setText(one(TEXTS)).build();
    }
    double number = Double.parseDouble(one(NUMBERS));
    return random.nextBoolean()
        ? value.setNumber(number).build()
        : value.setInteger((long) number + random.nextInt(-1, 2)).build();
  }
}
