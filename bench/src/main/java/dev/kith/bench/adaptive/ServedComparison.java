package dev.kith.bench.adaptive;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.peers.Workspace;
import dev.kith.bench.report.Section;
import dev.kith.bench.run.ServerTarget;
import dev.kith.client.Filter;
import dev.kith.client.Hit;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchOptions.Step;
import dev.kith.index.Metric;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.codec.QueryBuffer;
import dev.kith.index.codec.Scores;
import dev.kith.index.codec.Widths;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.PlanRunner;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import dev.kith.server.collection.Collection;
import dev.kith.server.collection.PointId;
import dev.kith.server.collection.SearchSnapshot;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/// Searches of a server, over gRPC and with a filter, beside searches of the same segments in this
/// process: whether what is found is the same, ids and scores, bit for bit.
///
/// The filter of a query refuses every second one of its nearest neighbours, so that a search that
/// ignored it, or that kept too few candidates for it, would find something else.
///
/// @param dataset its name
/// @param queries that were asked with each setting
/// @param settings what was searched, and how
record ServedComparison(String dataset, int queries, List<Served> settings) {

  /// Most queries that are asked.
  private static final int MOST_QUERIES = 100;

  /// One setting.
  ///
  /// @param identical queries of which both found the same ids with the same scores
  record Served(Setting setting, int identical) {}

  /// A hit.
  private record Found(long row, float score) {}

  /// Compares.
  ///
  /// @param chosen settings of lists with prefixes
  /// @param progress told in a line what is being done
  static ServedComparison run(
      Evaluation evaluation,
      AdaptiveSettings settings,
      List<Setting> chosen,
      Consumer<String> progress)
      throws IOException {
    Dataset dataset = evaluation.dataset();
    int[] queries = IntStream.of(evaluation.split().judging()).limit(MOST_QUERIES).toArray();
    IvfParams lists = new IvfParams(settings.listsOf(dataset), settings.seed());
    progress.accept("loading a server");
    try (Workspace workspace = Workspace.create();
        KithServer server = KithServer.start(ServerConfig.local(workspace.folder()));
        KithClient client = KithClient.connect(server.grpcAddress());
        ServerTarget target = ServerTarget.connect(server.grpcAddress(), dataset, false)) {
      target.build(new IndexSpec.Ivf(lists, settings.prefixesOf(dataset)));
      Collection collection = server.catalog().collection(target.collection());
      progress.accept("searching a server with %d settings".formatted(chosen.size()));
      try (SearchSnapshot snapshot = collection.acquire();
          Here here = new Here(dataset, snapshot)) {
        KithCollection there = client.collection(target.collection());
        List<Served> served = new ArrayList<>();
        for (Setting setting : chosen) {
          int identical = 0;
          for (int query : queries) {
            Set<Integer> refused = refused(dataset, query);
            identical +=
                here.search(query, setting, refused)
                        .equals(there(there, dataset, query, setting, refused))
                    ? 1
                    : 0;
          }
          served.add(new Served(setting, identical));
        }
        return new ServedComparison(dataset.name(), queries.length, served);
      }
    }
  }

  private static Set<Integer> refused(Dataset dataset, int query) {
    return IntStream.range(0, dataset.neighbors().columns())
        .filter(rank -> rank % 2 == 0)
        .mapToObj(rank -> dataset.neighbors().get(query, rank))
        .collect(Collectors.toSet());
  }

  private static List<Found> there(
      KithCollection collection,
      Dataset dataset,
      int query,
      Setting setting,
      Set<Integer> refused) {
    List<dev.kith.client.PointId> ids =
        refused.stream().map(row -> dev.kith.client.PointId.of(row)).toList();
    SearchOptions options =
        options(setting).withFilter(new Filter.Not(new Filter.Ids(ids))).returning(false, false);
    List<Found> found = new ArrayList<>();
    for (Hit hit : collection.search(dataset.queries().row(query), options).hits()) {
      if (!(hit.id() instanceof dev.kith.client.PointId.Number(long row))) {
        throw new IllegalStateException("the server returned an id never written: " + hit.id());
      }
      found.add(new Found(row, hit.score()));
    }
    return found;
  }

  private static SearchOptions options(Setting setting) {
    SearchOptions top = SearchOptions.top(setting.limit());
    SearchOptions lists =
        switch (setting.reach()) {
          case Reach.Measured(double recall) -> top.withRecall(recall);
          case Reach.Until(int nprobe, _, _) -> top.withNprobe(nprobe);
        };
    return switch (setting.widths()) {
      case Widths.Usual() -> lists;
      case Widths.Full() -> lists.atFullWidth();
      case Widths.Certified() -> lists.certified();
      case Widths.Ladder(int coarse, List<Widths.Rung> rungs) ->
          lists.withWidths(
              new SearchOptions.Widths(
                  coarse == 0 ? OptionalInt.empty() : OptionalInt.of(coarse),
                  OptionalInt.empty(),
                  OptionalInt.empty(),
                  rungs.stream().map(rung -> new Step(rung.width(), rung.keep())).toList(),
                  false,
                  false,
                  OptionalLong.empty(),
                  OptionalInt.empty()));
      case Widths.Truncated(int width) ->
          throw new IllegalArgumentException("queries are whole, got a width of " + width);
    };
  }

  /// Searches in this process, of the segments that the server searches.
  private static final class Here implements AutoCloseable {
    private static final int ROWS_AT_ONCE = 10_000;

    private final Dataset dataset;
    private final SearchSnapshot snapshot;
    private final PlanRunner runner = new PlanRunner();
    private final QueryBuffer buffer;

    /// The rows of the data set by the numbers that the server gave them.
    private final Map<Long, Integer> rows = new HashMap<>();

    Here(Dataset dataset, SearchSnapshot snapshot) {
      this.dataset = dataset;
      this.snapshot = snapshot;
      this.buffer = new QueryBuffer(dataset.space());
      int all = dataset.base().rows();
      for (int from = 0; from < all; from += ROWS_AT_ONCE) {
        int to = Math.min(all, from + ROWS_AT_ONCE);
        List<PointId> ids =
            IntStream.range(from, to).<PointId>mapToObj(row -> new PointId.Number(row)).toList();
        List<Long> labels = snapshot.rows(ids);
        for (int i = 0; i < labels.size(); i++) {
          rows.put(labels.get(i), from + i);
        }
      }
    }

    List<Found> search(int query, Setting setting, Set<Integer> refused) {
      buffer.set(dataset.queries().data(), dataset.queries().offset(query));
      var segments = snapshot.segments(label -> !refused.contains(row(label)));
      runner.run(setting.plan(), buffer, segments, () -> false);
      Metric metric = dataset.space().metric();
      List<Found> found = new ArrayList<>();
      for (int rank = 0; rank < runner.size(); rank++) {
        long label = segments.get(runner.segment(rank)).label(runner.ordinal(rank));
        found.add(new Found(row(label), Scores.external(metric, runner.score(rank))));
      }
      return found;
    }

    private int row(long label) {
      Integer row = rows.get(label);
      if (row == null) {
        throw new IllegalStateException("the server has a row %d never written".formatted(label));
      }
      return row;
    }

    @Override
    public void close() {
      buffer.close();
    }
  }

  /// Queries of all settings that found the same.
  int identical() {
    return settings.stream().mapToInt(Served::identical).sum();
  }

  Section section() {
    int asked = queries * settings.size();
    return new Section(
        "%s: over gRPC and with a filter, beside the same in this process".formatted(dataset),
        List.of(
            "%,d of %,d searches found the same ids with the same scores, bit for bit. The filter refuses every second one of the nearest neighbours of the query."
                .formatted(identical(), asked)),
        List.of("lists read", "widths", "searches", "identical"),
        settings.stream()
            .map(
                served ->
                    List.of(
                        served.setting.reachInWords(),
                        served.setting.widthsInWords(),
                        Integer.toString(queries),
                        Integer.toString(served.identical)))
            .toList());
  }
}
