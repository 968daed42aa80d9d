package dev.kith.client.file;

import dev.kith.client.Payload;
import dev.kith.client.PointId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.json.JsonFactory;

/// One line of a [JsonLinesVectors], parsed token by token.
final class JsonLine {
  private static final JsonFactory JSON = JsonFactory.builder().build();

  private final float[] vector;
  private final @Nullable PointId id;
  private final @Nullable Payload payload;

  private JsonLine(float[] vector, @Nullable PointId id, @Nullable Payload payload) {
    this.vector = vector;
    this.id = id;
    this.payload = payload;
  }

  float[] vector() {
    return vector;
  }

  @Nullable PointId id() {
    return id;
  }

  @Nullable Payload payload() {
    return payload;
  }

  /// Parses the line a reader stands on.
  ///
  /// @throws MalformedFileException if it is not such a line
  static JsonLine parse(Path file, LineReader lines) throws IOException {
    Parser parser = new Parser(file, lines);
    // The library guesses UTF-16 and UTF-32 from zero bytes, which UTF-8 text does not have.
    for (int i = 0; i < Math.min(4, lines.length()); i++) {
      if (lines.bytes()[i] <= 0) {
        throw parser.malformed("a JSON object in UTF-8", "byte " + lines.bytes()[i]);
      }
    }
    try (JsonParser json =
        JSON.createParser(ObjectReadContext.empty(), lines.bytes(), 0, lines.length())) {
      return parser.line(json);
    } catch (JacksonException notJson) {
      throw new MalformedFileException(
          file,
          "line " + lines.number(),
          "a JSON object",
          String.valueOf(notJson.getOriginalMessage()),
          notJson);
    }
  }

  private static final class Parser {
    private final Path file;
    private final LineReader lines;
    private float @Nullable [] vector;
    private @Nullable PointId id;
    private @Nullable Payload payload;
    private boolean payloadSeen;

    Parser(Path file, LineReader lines) {
      this.file = file;
      this.lines = lines;
    }

    JsonLine line(JsonParser json) throws MalformedFileException {
      if (json.nextToken() != JsonToken.START_OBJECT) {
        throw malformed("a JSON object", String.valueOf(json.currentToken()));
      }
      while (json.nextToken() == JsonToken.PROPERTY_NAME) {
        String name = json.currentName();
        json.nextToken();
        switch (name) {
          case "vector" -> {
            once(name, vector != null);
            vector = vector(json);
          }
          case "id" -> {
            once(name, id != null);
            id = id(json);
          }
          case "payload" -> {
            once(name, payloadSeen);
            payloadSeen = true;
            payload = payload(json);
          }
          default -> throw malformed("the fields id, vector and payload", name);
        }
      }
      if (json.nextToken() != null) {
        throw malformed("one JSON object a line", "more after it");
      }
      if (vector == null) {
        throw malformed("a field vector", "none");
      }
      return new JsonLine(vector, id, payload);
    }

    private float[] vector(JsonParser json) throws MalformedFileException {
      if (json.currentToken() != JsonToken.START_ARRAY) {
        throw malformed("vector to be an array of numbers", json.getString());
      }
      float[] values = new float[64];
      int count = 0;
      while (json.nextToken() != JsonToken.END_ARRAY) {
        if (!json.currentToken().isNumeric()) {
          throw malformed("vector to be an array of numbers", json.getString());
        }
        if (count == VectorFile.MAX_DIMENSION) {
          throw malformed("at most %d coordinates".formatted(count), "more");
        }
        if (count == values.length) {
          values = Arrays.copyOf(values, count * 2);
        }
        float value = json.getFloatValue();
        if (!Float.isFinite(value)) {
          throw malformed("coordinates within the range of a 32-bit float", json.getString());
        }
        values[count++] = value;
      }
      if (count == 0) {
        throw malformed("at least one coordinate", "an empty vector");
      }
      return Arrays.copyOf(values, count);
    }

    private PointId id(JsonParser json) throws MalformedFileException {
      try {
        return switch (json.currentToken()) {
          case VALUE_NUMBER_INT -> PointId.of(Long.parseUnsignedLong(json.getString()));
          case VALUE_STRING -> written(json.getString());
          case START_OBJECT -> spelledOut(json);
          default -> throw malformed("id to be a number or a text", json.getString());
        };
      } catch (IllegalArgumentException unacceptable) {
        throw malformed(
            "id to be a number in [0, 2^64 - 1] or a text of 1 to 512 bytes",
            String.valueOf(unacceptable.getMessage()));
      }
    }

    /// A text in quotes is never a number, whatever its digits.
    private static PointId written(String text) {
      return PointId.parse(text) instanceof PointId.Uuid uuid ? uuid : PointId.of(text);
    }

    private PointId spelledOut(JsonParser json) throws MalformedFileException {
      json.nextToken();
      String kind = String.valueOf(json.currentName());
      if (!kind.equals("text") || json.nextToken() != JsonToken.VALUE_STRING) {
        throw malformed("id to be a number, a text or {\"text\": \"...\"}", kind);
      }
      PointId text = PointId.of(json.getString());
      if (json.nextToken() != JsonToken.END_OBJECT) {
        throw malformed("nothing but text in the id", json.getString());
      }
      return text;
    }

    private @Nullable Payload payload(JsonParser json) throws MalformedFileException {
      if (json.currentToken() == JsonToken.VALUE_NULL) {
        return null;
      }
      if (json.currentToken() != JsonToken.START_OBJECT) {
        throw malformed("payload to be a JSON object", json.getString());
      }
      int from = (int) json.currentTokenLocation().getByteOffset();
      json.skipChildren();
      int to = (int) json.currentTokenLocation().getByteOffset() + 1;
      return Payload.ofUtf8(Arrays.copyOfRange(lines.bytes(), from, to));
    }

    private void once(String name, boolean seen) throws MalformedFileException {
      if (seen) {
        throw malformed("each field once", name + " again");
      }
    }

    MalformedFileException malformed(String expected, @Nullable String found) {
      return new MalformedFileException(
          file, "line " + lines.number(), expected, String.valueOf(found));
    }
  }
}
