package dev.kith.bench.fetch;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;

/// Which words WordNet relates to a word, and how closely: words of the same meaning, words of the
/// meaning above it (what it is a kind of), and words of the other meanings below that one.
///
/// Only nouns and verbs have a meaning above. Words are compared in lower case.
final class WordNetRelatives {

  /// Grade of a word with the same meaning.
  static final float SYNONYM = 1f;

  /// Grade of a word for what a word is a kind of.
  static final float HYPERNYM = 0.7f;

  /// Grade of a word for another kind of the same.
  static final float SISTER = 0.4f;

  private final Map<String, WordNet.Synset> byKey = new HashMap<>();
  private final Map<String, List<WordNet.Synset>> byWord = new HashMap<>();
  private final Map<String, List<WordNet.Synset>> below = new HashMap<>();

  /// @param synsets those of nouns and verbs count, others are passed over
  WordNetRelatives(List<WordNet.Synset> synsets) {
    for (WordNet.Synset synset : synsets) {
      if (!synset.part().equals("noun") && !synset.part().equals("verb")) {
        continue;
      }
      byKey.put(key(synset, synset.offset()), synset);
      for (String lemma : synset.lemmas()) {
        byWord.computeIfAbsent(lower(lemma), word -> new ArrayList<>()).add(synset);
      }
      for (String hypernym : synset.hypernyms()) {
        below.computeIfAbsent(key(synset, hypernym), above -> new ArrayList<>()).add(synset);
      }
    }
  }

  /// Relatives of a word in all its meanings, each with the highest grade it has in one of them.
  /// The word itself is not among them.
  SortedMap<String, Float> of(String word) {
    SortedMap<String, Float> grades = new TreeMap<>();
    for (WordNet.Synset synset : byWord.getOrDefault(lower(word), List.of())) {
      grade(synset, SYNONYM, grades);
      for (String hypernym : synset.hypernyms()) {
        String above = key(synset, hypernym);
        WordNet.Synset parent = byKey.get(above);
        if (parent != null) {
          grade(parent, HYPERNYM, grades);
        }
        for (WordNet.Synset sister : below.getOrDefault(above, List.of())) {
          // The meaning itself is below too, but its words have a higher grade already.
          grade(sister, SISTER, grades);
        }
      }
    }
    grades.remove(lower(word));
    return grades;
  }

  private static void grade(WordNet.Synset synset, float grade, Map<String, Float> grades) {
    for (String lemma : synset.lemmas()) {
      grades.merge(lower(lemma), grade, Math::max);
    }
  }

  /// Offsets are numbers within a part of speech, and no meaning has one of another part above it.
  private static String key(WordNet.Synset synset, String offset) {
    return synset.part() + offset;
  }

  private static String lower(String word) {
    return word.toLowerCase(Locale.ROOT);
  }
}
