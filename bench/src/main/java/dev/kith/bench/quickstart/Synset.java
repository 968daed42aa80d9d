package dev.kith.bench.quickstart;

import java.util.List;

/// A meaning in WordNet: words that share it, and what they mean.
///
/// @param offset its number in WordNet 3.1's `data.noun`, which becomes the id of its point
/// @param category WordNet's kind of noun, such as `animal`
/// @param lemmas the words, at least one
/// @param definition what they mean
public record Synset(long offset, String category, List<String> lemmas, String definition) {
  private static final int MAX_LEMMAS_IN_TEXT = 4;

  public Synset {
    lemmas = List.copyOf(lemmas);
  }

  /// `lemma, lemma: definition` with at most four lemmas, as it is embedded.
  public String text() {
    return String.join(", ", lemmas.subList(0, Math.min(MAX_LEMMAS_IN_TEXT, lemmas.size())))
        + ": "
        + definition;
  }
}
