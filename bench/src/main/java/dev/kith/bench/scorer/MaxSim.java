package dev.kith.bench.scorer;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;

/// A scorer that no product of two vectors is: for each word of a query the cosine of the word of
/// an item that is most like it, summed with weights, as late interaction does (Khattab and
/// Zaharia, *ColBERT*, SIGIR 2020). A word weighs the more, the fewer items have it.
///
/// Only words whose vectors are known count, each once. Not thread-safe: remembers what it
/// computed.
final class MaxSim {
  private static final Pattern WORD = Pattern.compile("[a-z]+");

  private final WordVectors vectors;

  /// Words of items: their vectors, and in how many items each is.
  private final Map<String, Integer> vocabulary = new LinkedHashMap<>();

  private final List<float[]> known = new ArrayList<>();
  private final List<Integer> frequencies = new ArrayList<>();
  private final int[][] items;

  /// For every word that was asked about, the largest cosine in each item.
  private final Map<String, float[]> largest = new HashMap<>();

  /// @param texts of the items
  MaxSim(WordVectors vectors, List<String> texts) {
    this.vectors = vectors;
    this.items = new int[texts.size()][];
    for (int item = 0; item < items.length; item++) {
      items[item] = words(texts.get(item)).stream().mapToInt(this::place).toArray();
    }
  }

  private int place(String word) {
    Integer place = vocabulary.get(word);
    if (place == null) {
      place = vocabulary.size();
      vocabulary.put(word, place);
      known.add(vectors.of(word).orElseThrow());
      frequencies.add(0);
    }
    frequencies.set(place, frequencies.get(place) + 1);
    return place;
  }

  private List<String> words(String text) {
    return words(text, vectors);
  }

  /// The words of a text whose vectors are known, each once.
  static List<String> words(String text, WordVectors vectors) {
    return WORD.matcher(text.toLowerCase(Locale.ROOT))
        .results()
        .map(MatchResult::group)
        .distinct()
        .filter(vectors::knows)
        .toList();
  }

  /// How much a word weighs: more than 0.
  double weight(String word) {
    Integer place = vocabulary.get(word);
    int frequency = place == null ? 0 : frequencies.get(place);
    return Math.log((items.length + 2.0) / (frequency + 1.0));
  }

  /// Scores of all items. A query without a known word gives zero to each.
  float[] scores(String query) {
    double[] sums = new double[items.length];
    for (String word : words(query)) {
      double weight = weight(word);
      float[] cosines = largest.computeIfAbsent(word, this::largest);
      for (int item = 0; item < sums.length; item++) {
        sums[item] += weight * cosines[item];
      }
    }
    float[] scores = new float[sums.length];
    for (int item = 0; item < scores.length; item++) {
      scores[item] = (float) sums[item];
    }
    return scores;
  }

  private float[] largest(String word) {
    float[] vector = vectors.of(word).orElseThrow();
    float[] cosines = new float[known.size()];
    for (int place = 0; place < cosines.length; place++) {
      cosines[place] = (float) Vectors.product(vector, known.get(place));
    }
    float[] best = new float[items.length];
    for (int item = 0; item < best.length; item++) {
      float most = items[item].length == 0 ? 0 : Float.NEGATIVE_INFINITY;
      for (int place : items[item]) {
        most = Math.max(most, cosines[place]);
      }
      best[item] = most;
    }
    return best;
  }

  /// A dual encoder of the same words: their mean, weighted, of length one.
  float[] mean(String text) {
    float[] mean = new float[vectors.dimension()];
    for (String word : words(text)) {
      Optional<float[]> vector = vectors.of(word);
      double weight = weight(word);
      for (int i = 0; i < mean.length; i++) {
        mean[i] += (float) (weight * vector.orElseThrow()[i]);
      }
    }
    return Vectors.ofLengthOne(mean);
  }
}
