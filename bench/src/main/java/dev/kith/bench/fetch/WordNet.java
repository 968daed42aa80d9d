package dev.kith.bench.fetch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/// Reads the meanings in WordNet's data files (wndb(5WN)).
final class WordNet {

  /// The parts of speech, each a file `data.<part>`, in the order used here.
  static final List<String> PARTS = List.of("noun", "verb", "adj", "adv");

  private static final int MAX_LEMMAS_IN_TEXT = 4;

  private WordNet() {}

  /// One meaning: the words that share it, and what they mean.
  ///
  /// @param part part of speech
  /// @param offset its number within the part, eight digits
  /// @param lemmas words and phrases, at least one
  /// @param definition the gloss without its example sentences
  record Synset(String part, String offset, List<String> lemmas, String definition) {

    /// `lemma, lemma: definition` with at most four lemmas, as it is embedded.
    String text() {
      List<String> shown = lemmas.subList(0, Math.min(MAX_LEMMAS_IN_TEXT, lemmas.size()));
      return String.join(", ", shown) + ": " + definition;
    }
  }

  /// Reads one data file.
  ///
  /// @throws IOException if a line is not of the format
  static List<Synset> read(String part, InputStream data) throws IOException {
    List<Synset> synsets = new ArrayList<>();
    BufferedReader lines = new BufferedReader(new InputStreamReader(data, StandardCharsets.UTF_8));
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (!line.startsWith("  ")) { // Lines that do are the licence.
        synsets.add(parse(part, line));
      }
    }
    return synsets;
  }

  // offset lex_filenum ss_type w_cnt(hex) word lex_id [word lex_id...] pointers... | gloss
  private static Synset parse(String part, String line) throws IOException {
    int bar = line.indexOf(" | ");
    String[] fields = bar < 0 ? new String[0] : line.substring(0, bar).split(" ");
    int words = fields.length < 6 ? 0 : hex(fields[3]);
    if (words < 1 || fields.length < 4 + 2 * words) {
      throw new IOException("data.%s: not a synset: %s".formatted(part, line));
    }
    List<String> lemmas = new ArrayList<>(words);
    for (int i = 0; i < words; i++) {
      // An adjective may be marked (a), (p) or (ip) for where it can stand.
      lemmas.add(fields[4 + 2 * i].replaceFirst("\\((a|p|ip)\\)$", "").replace('_', ' '));
    }
    String gloss = line.substring(bar + 3).strip();
    int example = gloss.indexOf("; \"");
    return new Synset(part, fields[0], lemmas, example < 0 ? gloss : gloss.substring(0, example));
  }

  private static int hex(String digits) {
    try {
      return Integer.parseInt(digits, 16);
    } catch (NumberFormatException e) {
      return 0;
    }
  }
}
