package dev.kith.client;

import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldRange;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.FilterList;
import java.util.List;

/// Translates filters.
final class FilterWire {
  private FilterWire() {}

  static dev.kith.proto.v1.Filter filter(Filter filter) {
    dev.kith.proto.v1.Filter.Builder message = dev.kith.proto.v1.Filter.newBuilder();
    switch (filter) {
      case Filter.All(List<Filter> filters) -> message.setAll(list(filters));
      case Filter.Any(List<Filter> filters) -> message.setAny(list(filters));
      case Filter.Not(Filter inside) -> message.setNegation(filter(inside));
      case Filter.Match(String field, List<Filter.Value> values) ->
          message.setMatch(
              FieldMatch.newBuilder()
                  .setField(field)
                  .addAllValues(values.stream().map(FilterWire::value).toList()));
      case Filter.Range range -> message.setRange(range(range));
      case Filter.Ids(List<PointId> ids) -> message.setIds(Wire.ids(ids));
      case Filter.Present(String field) -> message.setPresent(field);
    }
    return message.build();
  }

  private static FilterList list(List<Filter> filters) {
    return FilterList.newBuilder()
        .addAllFilters(filters.stream().map(FilterWire::filter).toList())
        .build();
  }

  private static FieldRange range(Filter.Range range) {
    FieldRange.Builder message = FieldRange.newBuilder().setField(range.field());
    if (range.lower().isPresent()) {
      Filter.Bound lower = range.lower().get();
      if (lower.inclusive()) {
        message.setGreaterOrEqual(value(lower.value()));
      } else {
        message.setGreater(value(lower.value()));
      }
    }
    if (range.upper().isPresent()) {
      Filter.Bound upper = range.upper().get();
      if (upper.inclusive()) {
        message.setLessOrEqual(value(upper.value()));
      } else {
        message.setLess(value(upper.value()));
      }
    }
    return message.build();
  }

  static FieldValue value(Filter.Value value) {
    FieldValue.Builder message = FieldValue.newBuilder();
    switch (value) {
      case Filter.Value.Text(String text) -> message.setText(text);
      case Filter.Value.Whole(long number) -> message.setInteger(number);
      case Filter.Value.Real(double number) -> message.setNumber(number);
      case Filter.Value.Flag(boolean flag) -> message.setFlag(flag);
    }
    return message.build();
  }

  static Filter.Value value(FieldValue message) {
    return switch (message.getKindCase()) {
      case TEXT -> Filter.Value.of(message.getText());
      case INTEGER -> Filter.Value.of(message.getInteger());
      case NUMBER -> Filter.Value.of(message.getNumber());
      case FLAG -> Filter.Value.of(message.getFlag());
      case KIND_NOT_SET -> throw new IllegalStateException("the server sent a value of no kind");
    };
  }
}
