package dev.kith.bench.adaptive;

import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.codec.Projection;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// Few bytes a row, spent on whole vectors or on prefixes (AdANNS-OPQ): every row is scored by its
/// code, and as many of the best by whole vectors on either side.
///
/// @param dataset its name
/// @param codes of every budget one of each kind, the fewest bytes first
record WordsComparison(String dataset, List<Coded> codes) {

  /// Rows scored by whole vectors.
  static final List<Integer> RESCORED = List.of(10, 20, 50, 100);

  private static final List<Integer> BUDGETS = List.of(8, 16, 32, 64);
  private static final int LIMIT = ListsComparison.LIMIT;

  /// Of [#RESCORED], by which the width of prefixes is chosen.
  private static final int CHOOSING = 2;

  /// Coordinates a word that are tried.
  private static final List<Integer> COORDINATES = List.of(4, 8, 16);

  /// Bytes beside the words of a row of the engine's.
  private static final int FACTOR_BYTES = 4;

  /// Coordinates that the engine has a word of 8 bits for.
  private static final int ENGINE_COORDINATES = 4;

  /// What is coded.
  enum Kind {
    /// Whole vectors (OPQ).
    WHOLE("whole vectors"),
    /// Prefixes of the width that was best (AdANNS-OPQ).
    PREFIX("prefixes"),
    /// Prefixes as wide as the engine codes in so many bytes.
    ENGINE("prefixes, engine");

    final String text;

    Kind(String text) {
      this.text = text;
    }
  }

  /// What a code finds.
  ///
  /// @param bytes a row, all of them
  /// @param width coordinates that are coded
  /// @param words a row
  /// @param recall of ten hits, in the order of [#RESCORED]
  record Coded(Kind kind, int bytes, int width, int words, List<Double> recall) {}

  /// Bytes of prefixes that are held to twice as many of whole vectors.
  private static final int FEW_BYTES = 32;

  /// Compares.
  ///
  /// @param progress told in a line what is being done
  static WordsComparison run(
      Evaluation evaluation, AdaptiveSettings settings, Consumer<String> progress)
      throws IOException, InterruptedException {
    int dimension = evaluation.dataset().space().dimension();
    List<Integer> budgets =
        BUDGETS.stream().filter(bytes -> !widths(bytes, dimension).isEmpty()).toList();
    if (budgets.size() < BUDGETS.size()) {
      progress.accept(
          "%d dimensions are few: codes of %s bytes alone are compared"
              .formatted(dimension, budgets));
    }
    if (budgets.isEmpty()) {
      return new WordsComparison(evaluation.dataset().name(), List.of());
    }
    int widest =
        budgets.stream()
            .flatMap(bytes -> widths(bytes, dimension).stream())
            .mapToInt(Integer::intValue)
            .max()
            .orElseThrow();
    try (WordsTrial trial = WordsTrial.begin(evaluation, settings, widest)) {
      List<Coded> codes = new ArrayList<>();
      for (int bytes : budgets) {
        for (Kind kind : Kind.values()) {
          progress.accept("codes of %d bytes: %s".formatted(bytes, kind.text));
          codes.add(coded(trial, kind, bytes));
        }
      }
      return new WordsComparison(evaluation.dataset().name(), codes);
    }
  }

  /// Widths of prefixes that so many words may code.
  private static List<Integer> widths(int words, int dimension) {
    return COORDINATES.stream()
        .map(coordinates -> coordinates * words)
        .filter(width -> width < dimension && width <= Projection.MAX_AXES)
        .toList();
  }

  private static Coded coded(WordsTrial trial, Kind kind, int bytes)
      throws IOException, InterruptedException {
    return switch (kind) {
      case WHOLE ->
          new Coded(kind, bytes, trial.dimension(), bytes, trial.whole(bytes, RESCORED).judging());
      case PREFIX -> bestPrefix(trial, bytes);
      case ENGINE -> {
        int words = bytes - FACTOR_BYTES;
        int width = ENGINE_COORDINATES * words;
        yield new Coded(kind, bytes, width, words, trial.engine(width, LIMIT, RESCORED));
      }
    };
  }

  private static Coded bestPrefix(WordsTrial trial, int bytes) throws InterruptedException {
    double best = -1;
    @Nullable Coded chosen = null;
    for (int width : widths(bytes, trial.dimension())) {
      WordsTrial.Recalls recalls = trial.prefix(width, bytes, RESCORED);
      if (recalls.choosing().get(CHOOSING) > best) {
        best = recalls.choosing().get(CHOOSING);
        chosen = new Coded(Kind.PREFIX, bytes, width, bytes, recalls.judging());
      }
    }
    return Objects.requireNonNull(chosen, "a width below the dimension");
  }

  Section section() {
    List<String> columns = new ArrayList<>(List.of("bytes a row", "of", "coordinates", "words"));
    RESCORED.forEach(count -> columns.add("of " + count));
    List<List<String>> rows = new ArrayList<>();
    for (Coded coded : codes) {
      List<String> row = new ArrayList<>();
      row.add(Integer.toString(coded.bytes));
      row.add(coded.kind.text);
      row.add(Integer.toString(coded.width));
      row.add(Integer.toString(coded.words));
      coded.recall.forEach(recall -> row.add(Cells.share(recall)));
      rows.add(row);
    }
    return new Section(
        "%s: few bytes a row (AdANNS-OPQ)".formatted(dataset),
        List.of(
            "Recall@10 after so many rows, the best of all by code, were compared by whole vectors;"
                + " the same number everywhere.",
            ("All have words of 8 bits of an optimized product quantizer (OPQ), learnt by the"
                    + " engine's own classes of as many rows in as many rounds. Bytes are all that a"
                    + " row takes. Whole vectors and prefixes are scored plainly by tables of words;"
                    + " the width of prefixes, 4, 8 or 16 coordinates a word, is chosen by the"
                    + " queries that choose. The engine has words of 4 coordinates alone, and %d"
                    + " bytes are a factor beside them. FAISS's OPQ is not asked: its other learner"
                    + " would be compared too.")
                .formatted(FACTOR_BYTES),
            verdict()),
        columns,
        rows);
  }

  /// Whether prefixes in few bytes do as well as whole vectors in twice as many (what is said of
  /// AdANNS-OPQ).
  private String verdict() {
    Optional<Coded> few =
        of(Kind.PREFIX).stream().filter(each -> each.bytes == FEW_BYTES).findAny();
    Optional<Coded> many =
        of(Kind.WHOLE).stream().filter(each -> each.bytes == 2 * FEW_BYTES).findAny();
    if (few.isEmpty() || many.isEmpty()) {
      return "Dimensions are too few to compare prefixes in %d bytes with whole vectors in %d."
          .formatted(FEW_BYTES, 2 * FEW_BYTES);
    }
    List<Integer> asGood = new ArrayList<>();
    for (int i = 0; i < RESCORED.size(); i++) {
      if (few.get().recall.get(i) >= many.get().recall.get(i)) {
        asGood.add(RESCORED.get(i));
      }
    }
    return "Prefixes in %d bytes find %s whole vectors in %d do%s."
        .formatted(
            FEW_BYTES,
            asGood.isEmpty() ? "less than" : "at least what",
            2 * FEW_BYTES,
            asGood.isEmpty() ? ", whatever is compared" : " where of so many: " + asGood);
  }

  /// Codes of one kind, the fewest bytes first.
  List<Coded> of(Kind kind) {
    return codes.stream().filter(coded -> coded.kind == kind).toList();
  }
}
