package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.QuerySplit;
import dev.kith.bench.run.BaseRows;
import dev.kith.bench.run.Recall;
import dev.kith.bench.run.SegmentSearcher;
import dev.kith.bench.run.TemporarySegment;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.Projection;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.stream.IntStream;

/// Codes all rows in some way, and finds out what that finds. Owns the rows until it closes.
final class WordsTrial implements AutoCloseable {
  private final Evaluation evaluation;
  private final AdaptiveSettings settings;
  private final Recall recall;
  private final GrowingSegment growing;
  private final Arena arena;
  private final VectorRows queries;
  private final Projection projection;

  private WordsTrial(
      Evaluation evaluation,
      AdaptiveSettings settings,
      GrowingSegment growing,
      Arena arena,
      Projection projection) {
    this.evaluation = evaluation;
    this.settings = settings;
    this.recall = Recall.at(ListsComparison.LIMIT, evaluation.dataset());
    this.growing = growing;
    this.arena = arena;
    this.projection = projection;
    Dataset dataset = evaluation.dataset();
    int[] all = evaluation.split().all();
    this.queries = VectorRows.reserve(dataset.space(), all.length, arena);
    for (int i = 0; i < all.length; i++) {
      queries.set(i, dataset.queries().data(), dataset.queries().offset(all[i]));
    }
  }

  /// Copies the rows and learns axes.
  ///
  /// @param widest coordinates of the widest prefix
  static WordsTrial begin(Evaluation evaluation, AdaptiveSettings settings, int widest)
      throws InterruptedException {
    Arena arena = Arena.ofShared();
    GrowingSegment growing = BaseRows.grow(evaluation.dataset(), new IndexSpec.Flat());
    try {
      VectorRows rows = growing.rows();
      Projection projection =
          Projection.learn(
              new Codec.Prefix(settings.basis(), List.of(widest)),
              rows,
              all(rows),
              settings.seed(),
              settings.threads(),
              arena,
              () -> {});
      return new WordsTrial(evaluation, settings, growing, arena, projection);
    } catch (InterruptedException | RuntimeException | Error failure) {
      growing.close();
      arena.close();
      throw failure;
    }
  }

  /// Coordinates of a vector.
  int dimension() {
    return evaluation.dataset().space().dimension();
  }

  /// Recall after so many rows were compared by whole vectors, in the order of those numbers.
  ///
  /// @param choosing on the queries that choose
  /// @param judging on those that judge
  record Recalls(List<Double> choosing, List<Double> judging) {}

  /// Codes whole vectors by so many words.
  ///
  /// @param rescored rows compared by whole vectors, ascending
  Recalls whole(int words, List<Integer> rescored) throws InterruptedException {
    return recalls(growing.rows(), queries, words, rescored);
  }

  /// Codes prefixes by so many words; otherwise as above.
  Recalls prefix(int width, int words, List<Integer> rescored) throws InterruptedException {
    try (Arena scratch = Arena.ofShared()) {
      return recalls(
          prefixes(growing.rows(), width, scratch),
          prefixes(queries, width, scratch),
          words,
          rescored);
    }
  }

  private VectorRows prefixes(VectorRows rows, int width, Arena scratch)
      throws InterruptedException {
    return projection
        .narrowed(width)
        .prefixes(rows, all(rows), settings.threads(), scratch, () -> {});
  }

  private static int[] all(VectorRows rows) {
    return IntStream.range(0, rows.capacity()).toArray();
  }

  private Recalls recalls(VectorRows rows, VectorRows asked, int parts, List<Integer> rescored)
      throws InterruptedException {
    try (Arena scratch = Arena.ofShared()) {
      PlainWords words =
          PlainWords.learn(rows, parts, settings.seed(), settings.threads(), scratch);
      QuerySplit split = evaluation.split();
      int[][] found = new int[asked.capacity()][];
      for (int i = 0; i < found.length; i++) {
        found[i] = words.nearest(asked, i, rescored.getLast());
      }
      int choosing = split.choosing().length;
      return new Recalls(
          recalls(split.choosing(), Arrays.copyOf(found, choosing), rescored),
          recalls(split.judging(), Arrays.copyOfRange(found, choosing, found.length), rescored));
    }
  }

  private List<Double> recalls(int[] which, int[][] found, List<Integer> rescored) {
    return rescored.stream()
        .map(
            count ->
                recall.among(
                    which,
                    Arrays.stream(found)
                        .map(rows -> Arrays.copyOf(rows, Math.min(count, rows.length)))
                        .toArray(int[][]::new)))
        .toList();
  }

  /// What the engine's codes of prefixes find, for the queries that judge.
  ///
  /// @param limit hits
  /// @param rescored rows compared by whole vectors
  List<Double> engine(int width, int limit, List<Integer> rescored) throws IOException {
    Codec codec = new Codec.Prefix(settings.basis(), List.of(width), new Codec.Pq(8, true));
    int[] judging = evaluation.split().judging();
    int[] rows = new int[limit];
    List<Double> recalls = new ArrayList<>();
    try (TemporarySegment sealed =
        TemporarySegment.sealAs(
            new IndexSpec.Flat(codec), growing, settings.threads(), Residence.IN_MEMORY)) {
      for (int count : rescored) {
        SearchPlan plan = new SearchPlan(limit, new Probe.Codes(OptionalInt.of(count)));
        try (SegmentSearcher searcher =
            new SegmentSearcher(evaluation.dataset(), sealed.segment(), plan)) {
          int[][] hits = new int[judging.length][];
          for (int i = 0; i < judging.length; i++) {
            int found = searcher.search(judging[i], rows);
            hits[i] = Arrays.copyOf(rows, found);
          }
          recalls.add(recall.of(judging, hits));
        }
      }
    }
    return recalls;
  }

  @Override
  public void close() {
    growing.close();
    arena.close();
  }
}
