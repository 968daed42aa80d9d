package dev.kith.client.cli;

import dev.kith.client.Filter.Value;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.JsonNodeFactory;

/// How a value of a payload field is written by people: as in JSON if it is a number, true, false
/// or a text in quotes, and as it is if it is any other text.
final class PlainValue {
  private static final JsonMapper JSON = JsonMapper.builder().build();

  private PlainValue() {}

  /// Reads a value.
  ///
  /// @throws IllegalArgumentException if it is a number too large for a double; the message is the
  ///   end of a sentence on what it should be
  static Value parse(String text) {
    JsonNode json;
    try {
      json = JSON.readTree(text);
    } catch (JacksonException noJson) {
      return Value.of(text);
    }
    if (json.isString()) {
      return Value.of(json.stringValue());
    }
    if (json.isBoolean()) {
      return Value.of(json.booleanValue());
    }
    if (!json.isNumber()) {
      return Value.of(text);
    }
    if (json.isIntegralNumber() && json.canConvertToLong()) {
      return Value.of(json.longValue());
    }
    double number = Double.parseDouble(text);
    if (!Double.isFinite(number)) {
      throw new IllegalArgumentException("a number up to " + Double.MAX_VALUE);
    }
    return Value.of(number);
  }

  /// Writes a value as it is.
  static String text(Value value) {
    return switch (value) {
      case Value.Text(String text) -> text;
      case Value.Whole(long number) -> String.valueOf(number);
      case Value.Real(double number) -> String.valueOf(number);
      case Value.Flag(boolean flag) -> String.valueOf(flag);
    };
  }

  /// Writes a value as JSON.
  static JsonNode json(Value value) {
    JsonNodeFactory nodes = JsonNodeFactory.instance;
    return switch (value) {
      case Value.Text(String text) -> nodes.stringNode(text);
      case Value.Whole(long number) -> nodes.numberNode(number);
      case Value.Real(double number) -> nodes.numberNode(number);
      case Value.Flag(boolean flag) -> nodes.booleanNode(flag);
    };
  }
}
