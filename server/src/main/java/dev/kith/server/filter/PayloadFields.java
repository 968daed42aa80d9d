package dev.kith.server.filter;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// The fields of payloads that somebody asks for, read in one pass and without what is beside them.
///
/// Not thread-safe: holds what the payload last read has in these fields.
final class PayloadFields {

  /// Payloads were checked when they were written; no second set of limits may refuse one now.
  private static final JsonFactory JSON =
      JsonFactory.builder()
          .streamReadConstraints(
              StreamReadConstraints.builder()
                  .maxNestingDepth(FieldPath.MAX_NAMES)
                  .maxStringLength(Integer.MAX_VALUE)
                  .maxNameLength(Integer.MAX_VALUE)
                  .maxNumberLength(Integer.MAX_VALUE)
                  .build())
          .build();

  /// A place in payloads, and what the payload last read has there.
  static final class Field {
    private final Map<String, Field> inside = new HashMap<>();
    private final List<Value> values = new ArrayList<>();
    private boolean wanted;
    private boolean present;

    /// Whether there is anything, be it null or an empty array.
    boolean isPresent() {
      return present;
    }

    /// Whether any of the values there meets a condition.
    boolean any(Predicate<Value> condition) {
      for (Value value : values) {
        if (condition.test(value)) {
          return true;
        }
      }
      return false;
    }

    /// The values there.
    List<Value> values() {
      return List.copyOf(values);
    }

    private void clear() {
      values.clear();
      present = false;
    }
  }

  private final Field root = new Field();
  private final List<Field> fields = new ArrayList<>();

  /// Has a field read from now on.
  Field want(FieldPath path) {
    Field field = root;
    for (String name : path.names()) {
      field = field.inside.computeIfAbsent(name, _ -> new Field());
    }
    if (!field.wanted) {
      field.wanted = true;
      fields.add(field);
    }
    return field;
  }

  /// Reads a payload into the fields.
  ///
  /// @param payload a JSON object in UTF-8; null for none, which has no fields
  /// @throws IllegalStateException if it is no JSON object
  void read(byte @Nullable [] payload) {
    fields.forEach(Field::clear);
    if (payload == null) {
      return;
    }
    try (JsonParser parser = JSON.createParser(ObjectReadContext.empty(), payload)) {
      if (parser.nextToken() != JsonToken.START_OBJECT) {
        throw new IllegalStateException("a stored payload is no JSON object");
      }
      readObject(parser, root);
    } catch (JacksonException malformed) {
      throw new IllegalStateException("a stored payload is no JSON object", malformed);
    }
  }

  /// Reads up to the end of the object the parser is in.
  private static void readObject(JsonParser parser, Field field) {
    while (parser.nextToken() != JsonToken.END_OBJECT) {
      Field member = field.inside.get(parser.currentName());
      JsonToken value = parser.nextToken();
      if (member == null) {
        parser.skipChildren();
      } else {
        member.present = true;
        readValue(parser, value, member);
      }
    }
  }

  /// Reads the value the parser is at; of an array, every element.
  private static void readValue(JsonParser parser, JsonToken token, Field field) {
    switch (token) {
      case START_OBJECT -> readObject(parser, field);
      case START_ARRAY -> {
        for (JsonToken next = parser.nextToken();
            next != JsonToken.END_ARRAY;
            next = parser.nextToken()) {
          readValue(parser, next, field);
        }
      }
      case VALUE_STRING -> field.values.add(new Value.Text(parser.getString()));
      case VALUE_NUMBER_INT, VALUE_NUMBER_FLOAT ->
          field.values.add(Value.parse(parser.getString()));
      case VALUE_TRUE, VALUE_FALSE ->
          field.values.add(new Value.Flag(token == JsonToken.VALUE_TRUE));
      default -> {} // Null meets no condition.
    }
  }
}
