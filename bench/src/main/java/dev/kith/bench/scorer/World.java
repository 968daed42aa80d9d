package dev.kith.bench.scorer;

import dev.kith.bench.dataset.Dataset;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;

/// Items, a scorer of them, and queries: anchors, whose scores are known for all items, and others.
///
/// @param encoded vectors of the items, by encoder
/// @param anchors scores of all items, a row an anchor query
/// @param tuning queries that choose
/// @param judging queries that judge, none of the same
@SuppressWarnings("ArrayRecordComponent") // Compared by nobody.
record World(
    Encoded<List<float[]>> encoded, float[][] anchors, List<Asked> tuning, List<Asked> judging) {

  /// Texts and their vectors.
  ///
  /// @param texts of the base, `lemma: definition`
  /// @param queries texts of the queries, likewise
  record Material(Dataset dataset, List<String> texts, List<String> queries, WordVectors words) {}

  /// Draws one.
  ///
  /// @param seed of the items, the anchors and the queries that judge; those that choose are the
  ///   same for all seeds, and judge for none
  /// @throws IllegalArgumentException if the data set has too few texts or queries
  static World draw(Material material, ScorerSettings settings, int seed) {
    int[] known = known(material.texts, material.words);
    int[] queries = known(material.queries, material.words);
    int wanted = settings.tuning() + settings.anchors() + settings.queries();
    if (settings.items() > known.length || wanted > queries.length) {
      throw new IllegalArgumentException(
          "%s has %,d texts and %,d queries with a known word; %,d items, and %,d queries to choose, to anchor and to judge are asked for"
              .formatted(
                  material.dataset.name(), known.length, queries.length, settings.items(), wanted));
    }
    Random random = new Random(seed);
    int[] items = IntStream.of(shuffled(known, random)).limit(settings.items()).toArray();
    int[] all = shuffled(queries, new Random(0));
    int[] tuning = IntStream.of(all).limit(settings.tuning()).toArray();
    int[] others = shuffled(IntStream.of(all).skip(settings.tuning()).toArray(), random);

    List<String> texts =
        IntStream.of(items).mapToObj(row -> gloss(material.texts.get(row))).toList();
    MaxSim scorer = new MaxSim(material.words, texts);
    Encoded<List<float[]>> encoded =
        new Encoded<>(
            texts.stream().map(scorer::mean).toList(),
            IntStream.of(items).mapToObj(material.dataset.base()::row).toList());
    float[][] anchors = new float[settings.anchors()][];
    for (int i = 0; i < anchors.length; i++) {
      anchors[i] = scorer.scores(gloss(material.queries.get(others[i])));
    }
    int[] judging = IntStream.of(others).skip(anchors.length).limit(settings.queries()).toArray();
    return new World(
        encoded, anchors, asked(material, scorer, tuning), asked(material, scorer, judging));
  }

  /// Texts of which the scorer knows a word: others have no mean.
  private static int[] known(List<String> texts, WordVectors words) {
    return IntStream.range(0, texts.size())
        .filter(row -> !MaxSim.words(gloss(texts.get(row)), words).isEmpty())
        .toArray();
  }

  private static List<Asked> asked(Material material, MaxSim scorer, int[] rows) {
    List<Asked> asked = new ArrayList<>();
    for (int row : rows) {
      String text = gloss(material.queries.get(row));
      asked.add(
          Asked.of(
              scorer.scores(text),
              new Encoded<>(scorer.mean(text), material.dataset.queries().row(row))));
    }
    return asked;
  }

  /// What is behind the words that are defined: with these, the scorer would mostly look for words.
  private static String gloss(String text) {
    int colon = text.indexOf(": ");
    return colon < 0 ? text : text.substring(colon + 2);
  }

  private static int[] shuffled(int[] rows, Random random) {
    for (int i = rows.length - 1; i > 0; i--) {
      int j = random.nextInt(i + 1);
      int swapped = rows[i];
      rows[i] = rows[j];
      rows[j] = swapped;
    }
    return rows;
  }
}
