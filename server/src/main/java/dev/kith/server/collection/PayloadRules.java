package dev.kith.server.collection;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.ObjectReadContext;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// What a payload may be: one JSON object in UTF-8, not too long and not too deep. Thread-safe.
final class PayloadRules {
  /// Deepest nesting of arrays and objects.
  static final int MAX_DEPTH = 64;

  private final int maxBytes;
  private final JsonFactory json;

  PayloadRules(int maxBytes) {
    this.maxBytes = maxBytes;
    this.json =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder()
                    .maxNestingDepth(MAX_DEPTH)
                    .maxStringLength(maxBytes)
                    .build())
            .build();
  }

  /// What is wrong with a payload, if anything is.
  Optional<String> problem(byte[] payload) {
    if (payload.length > maxBytes) {
      return Optional.of(
          "a payload must have at most %,d bytes, got %,d".formatted(maxBytes, payload.length));
    }
    try (JsonParser parser = json.createParser(ObjectReadContext.empty(), payload)) {
      JsonToken first = parser.nextToken();
      if (first != JsonToken.START_OBJECT) {
        return Optional.of("a payload must be a JSON object, got " + first);
      }
      parser.skipChildren();
      JsonToken next = parser.nextToken();
      return next == null
          ? Optional.empty()
          : Optional.of("a payload must be one JSON object, got %s after it".formatted(next));
    } catch (JacksonException malformed) {
      return Optional.of(
          "a payload must be a JSON object of depth at most %d: %s"
              .formatted(MAX_DEPTH, malformed.getOriginalMessage()));
    }
  }
}
