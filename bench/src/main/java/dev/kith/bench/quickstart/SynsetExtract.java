package dev.kith.bench.quickstart;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.zip.GZIPInputStream;

/// 4,200 nouns of WordNet 3.1, which come with this module under WordNet's licence.
///
/// One a line: offset, category, lemmas joined by `|`, definition, with tabs between. Those that
/// the questions are about come first, then the others in random order, so that any number of first
/// lines is a fair sample.
final class SynsetExtract {
  private static final String RESOURCE = "wordnet-nouns.tsv.gz";
  private static final int FIELDS = 4;

  private SynsetExtract() {}

  /// Reads all of them.
  static List<Synset> load() throws IOException {
    InputStream resource = SynsetExtract.class.getResourceAsStream(RESOURCE);
    if (resource == null) {
      throw new IOException(RESOURCE + " is not on the class path; was the module packaged whole?");
    }
    try (BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(new GZIPInputStream(resource), StandardCharsets.UTF_8))) {
      List<Synset> synsets = new ArrayList<>();
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        String[] fields = line.split("\t", -1);
        if (fields.length != FIELDS) {
          throw new IOException(
              "%s, line %d: expected %d fields, got %d"
                  .formatted(RESOURCE, synsets.size() + 1, FIELDS, fields.length));
        }
        synsets.add(
            new Synset(
                Long.parseLong(fields[0]), fields[1], List.of(fields[2].split("\\|")), fields[3]));
      }
      return synsets;
    }
  }
}
