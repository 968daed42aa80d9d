package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.report.Cells;
import dev.kith.bench.report.Section;
import dev.kith.index.VectorSpace;
import dev.kith.index.build.SealedSegment;
import dev.kith.index.codec.Basis;
import dev.kith.index.codec.Codec;
import dev.kith.index.codec.F32Scorer;
import dev.kith.index.codec.PrefixRows;
import dev.kith.index.codec.PrefixScorer;
import dev.kith.index.codec.Projection;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scorer;
import dev.kith.index.store.SectionFile;
import dev.kith.index.store.VectorRows;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/// How often a prefix of query and centroids finds the list that whole vectors find.
///
/// @param dataset its name
/// @param lists there are
/// @param queries that were asked, those that judge
/// @param widths what was found at each width, the narrowest first
record CoarseAgreement(String dataset, int lists, int queries, List<AtWidth> widths) {

  /// Lists that are read.
  static final List<Integer> READ = List.of(1, 2, 4);

  /// One width.
  ///
  /// @param width coordinates compared
  /// @param shares of queries whose nearest centroid by whole vectors is among the first so many by
  ///   prefixes, in the order of [#READ]
  record AtWidth(int width, List<Double> shares) {}

  /// Compares the centroids of a segment, which are read from its file.
  ///
  /// @param segment lists with prefixes
  /// @param codec of the prefixes
  static CoarseAgreement run(Evaluation evaluation, SealedSegment segment, Codec.Prefix codec)
      throws IOException {
    Dataset dataset = evaluation.dataset();
    VectorSpace space = dataset.space();
    int[] queries = evaluation.split().judging();
    int lists = segment.listStats().orElseThrow().count();
    int[][] places = new int[codec.widths().size()][queries.length];
    try (SectionFile file = SectionFile.open(segment.file(), SectionFile.Verification.STRUCTURE);
        QueryBuffer buffer = new QueryBuffer(space)) {
      VectorRows whole = VectorRows.map(space, file.section("centroids"), lists);
      PrefixRows prefixes =
          PrefixRows.map(
              codec,
              space,
              projection(codec, space, file),
              file.section("centroid-prefixes"),
              lists);
      F32Scorer exact = new F32Scorer();
      PrefixScorer narrow = new PrefixScorer();
      for (int i = 0; i < queries.length; i++) {
        buffer.set(dataset.queries().data(), dataset.queries().offset(queries[i]));
        int nearest = nearest(exact.bind(whole, buffer), lists);
        for (int level = 0; level < places.length; level++) {
          places[level][i] =
              place(nearest, narrow.bind(prefixes, buffer, codec.widths().get(level)), lists);
        }
      }
    }
    List<AtWidth> widths = new ArrayList<>();
    for (int level = 0; level < places.length; level++) {
      int[] atWidth = places[level];
      widths.add(
          new AtWidth(
              codec.widths().get(level), READ.stream().map(read -> share(atWidth, read)).toList()));
    }
    return new CoarseAgreement(dataset.name(), lists, queries.length, widths);
  }

  private static Projection projection(Codec.Prefix codec, VectorSpace space, SectionFile file)
      throws IOException {
    int widest = codec.widths().getLast();
    return codec.basis() == Basis.AS_IS
        ? Projection.asIs(space.dimension(), widest)
        : Projection.map(space.dimension(), widest, file.section("axes"));
  }

  private static int nearest(Scorer scorer, int lists) {
    int nearest = 0;
    for (int list = 1; list < lists; list++) {
      nearest = scorer.score(list) > scorer.score(nearest) ? list : nearest;
    }
    return nearest;
  }

  /// How many lists are nearer; equal ones before it are.
  private static int place(int list, Scorer scorer, int lists) {
    float own = scorer.score(list);
    int nearer = 0;
    for (int other = 0; other < lists; other++) {
      float score = scorer.score(other);
      nearer += score > own || (score == own && other < list) ? 1 : 0;
    }
    return nearer;
  }

  private static double share(int[] places, int read) {
    int found = 0;
    for (int place : places) {
      found += place < read ? 1 : 0;
    }
    return found / (double) places.length;
  }

  Section section() {
    List<String> columns = new ArrayList<>(List.of("width"));
    READ.forEach(read -> columns.add(read == 1 ? "the first" : "among the first " + read));
    List<List<String>> rows = new ArrayList<>();
    for (AtWidth atWidth : widths) {
      List<String> row = new ArrayList<>(List.of(Integer.toString(atWidth.width)));
      atWidth.shares.forEach(share -> row.add(Cells.share(share)));
      rows.add(row);
    }
    return new Section(
        "%s: which list is nearest (coarse stage)".formatted(dataset),
        List.of(
            ("Share of %,d queries whose nearest of %,d centroids by whole vectors is found by"
                    + " prefixes of query and centroids.")
                .formatted(queries, lists)),
        columns,
        rows);
  }
}
