package dev.kith.bench.relevance;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.FloatMatrix;
import dev.kith.bench.progress.Progress;
import dev.kith.bench.run.BaseRows;
import dev.kith.bench.run.SegmentSearcher;
import dev.kith.bench.run.TemporarySegment;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.GrowingSegment;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.LinkOrder;
import dev.kith.index.build.SealedSegment.Residence;
import dev.kith.index.build.SegmentLinking;
import dev.kith.index.codec.Scores;
import dev.kith.index.plan.Probe;
import dev.kith.index.plan.SearchPlan;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/// Candidates of the queries that judge, by other searches than the one that models learnt from.
final class OtherSearches {
  private final Trial trial;
  private final Dataset dataset;
  private final RelevanceSettings settings;
  private final List<Sample.Member> queries;

  OtherSearches(Trial trial) {
    this.trial = trial;
    this.dataset = trial.sample().dataset();
    this.settings = trial.sample().settings();
    this.queries = trial.judging();
  }

  /// Searches a segment of all rows, on one thread.
  ///
  /// @param index of the segment
  /// @param probe how candidates are found, which are scored by whole vectors
  List<Candidates> bySegment(IndexSpec index, Probe probe) throws IOException {
    SearchPlan plan = new SearchPlan(settings.candidates(), probe);
    try (TemporarySegment sealed = seal(index);
        SegmentSearcher searcher = new SegmentSearcher(dataset, sealed.segment(), plan);
        Progress progress = Progress.start("Searching", queries.size(), " queries")) {
      List<Candidates> lists = new ArrayList<>();
      int[] rows = new int[settings.candidates()];
      for (Sample.Member query : queries) {
        int found = searcher.search(query.number(), rows);
        float[] scores = new float[found];
        for (int rank = 0; rank < found; rank++) {
          scores[rank] = Scores.external(dataset.space().metric(), searcher.score(rank));
        }
        lists.add(
            trial
                .sample()
                .truth()
                .grade(
                    query.number(),
                    new Neighbors.Found(
                        query.candidates().query(), Arrays.copyOf(rows, found), scores)));
        progress.step(1);
      }
      return lists;
    }
  }

  private TemporarySegment seal(IndexSpec index) throws IOException {
    try (GrowingSegment growing = BaseRows.grow(dataset, index)) {
      if (index instanceof IndexSpec.Hnsw) {
        try (Progress progress = Progress.start("Building", growing.size(), " vectors")) {
          SegmentLinking.link(growing, LinkOrder.NEAR, settings.threads(), progress::reach);
        }
      }
      return TemporarySegment.seal(growing, settings.threads(), Residence.IN_MEMORY);
    }
  }

  /// Compares the first coordinates alone, of all rows.
  ///
  /// @param width coordinates, in `[1, dimension]`
  List<Candidates> byPrefix(int width) throws InterruptedException {
    VectorSpace space = new VectorSpace(width, dataset.space().metric());
    try (Arena arena = Arena.ofShared()) {
      FloatMatrix base = narrowed(dataset.base(), all(dataset.base().rows()), width, arena);
      int[] numbers = queries.stream().mapToInt(Sample.Member::number).toArray();
      FloatMatrix asked = narrowed(dataset.queries(), numbers, width, arena);
      List<Candidates> lists = new ArrayList<>();
      try (Neighbors neighbors =
              new Neighbors(space, base, settings.candidates(), settings.threads());
          Progress progress = Progress.start("Prefixes", numbers.length, " queries")) {
        List<Neighbors.Found> found = neighbors.find(asked, progress::step);
        for (int i = 0; i < numbers.length; i++) {
          Neighbors.Found each = found.get(i);
          float[] query = Arrays.copyOf(each.query(), dataset.space().dimension());
          lists.add(
              trial
                  .sample()
                  .truth()
                  .grade(numbers[i], new Neighbors.Found(query, each.rows(), each.scores())));
        }
      }
      return lists;
    }
  }

  private static int[] all(int count) {
    int[] all = new int[count];
    Arrays.setAll(all, i -> i);
    return all;
  }

  private static FloatMatrix narrowed(FloatMatrix matrix, int[] rows, int width, Arena arena) {
    FloatMatrix narrow = FloatMatrix.allocate(rows.length, width, arena);
    for (int i = 0; i < rows.length; i++) {
      narrow.set(i, Arrays.copyOf(matrix.row(rows[i]), width));
    }
    return narrow;
  }
}
