package dev.kith.bench.run;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.progress.Progress;
import dev.kith.client.Basis;
import dev.kith.client.Codec;
import dev.kith.client.CollectionSpec;
import dev.kith.client.CollectionStats;
import dev.kith.client.Explanation;
import dev.kith.client.GraphLayout;
import dev.kith.client.Hit;
import dev.kith.client.Ingest;
import dev.kith.client.IngestOptions;
import dev.kith.client.IngestTotals;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Metric;
import dev.kith.client.OptimizeProgress;
import dev.kith.client.OptimizeReport;
import dev.kith.client.Payload;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.Prefixes;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.index.build.IndexSpec;
import dev.kith.index.build.Layout;
import dev.kith.index.hnsw.HnswParams;
import dev.kith.index.ivf.IvfParams;
import dev.kith.index.ivf.Reach;
import dev.kith.index.plan.Probe;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.function.IntFunction;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/// A running server, through the client: a collection is made for the measurement, loaded,
/// optimized, searched and deleted. A point's id is its base row.
public final class ServerTarget implements Target {
  private static final int BATCH_ROWS = 1000;

  private final Dataset dataset;
  private final KithClient client;
  private final String name;
  private final boolean keep;
  private IntFunction<@Nullable Payload> payloads = _ -> null;
  private boolean created;

  private ServerTarget(Dataset dataset, KithClient client, String name, boolean keep) {
    this.dataset = dataset;
    this.client = client;
    this.name = name;
    this.keep = keep;
  }

  /// Connects to a server.
  ///
  /// @param address `host:port`
  /// @param keep whether the collection stays when this closes
  public static ServerTarget connect(String address, Dataset dataset, boolean keep) {
    String readable = dataset.name().replaceAll("[^A-Za-z0-9_-]", "-");
    String unique = Long.toHexString(RandomGenerator.getDefault().nextLong());
    String name = "bench-" + readable.substring(0, Math.min(80, readable.length())) + "-" + unique;
    return new ServerTarget(dataset, KithClient.connect(address), name, keep);
  }

  /// Gives points payloads.
  ///
  /// @param ofRow the payload of a base row; null for none
  /// @return this
  public ServerTarget withPayloads(IntFunction<@Nullable Payload> ofRow) {
    payloads = ofRow;
    return this;
  }

  /// Name of the collection.
  public String collection() {
    return name;
  }

  @Override
  public Built build(IndexSpec index) throws IOException {
    long start = System.nanoTime();
    Metric metric = Metric.valueOf(dataset.space().metric().name());
    CollectionSpec spec =
        CollectionSpec.of(name, dataset.space().dimension(), metric).withIndex(translated(index));
    KithCollection collection = client.create(coded(spec, index.codec()));
    created = true;
    ingest(collection);
    double ingested = (System.nanoTime() - start) / 1e9;
    double seconds = ingested + optimize(collection).seconds(); // Its measuring is not building.
    CollectionStats stats = collection.stats();
    long bytes = stats.segments().stream().mapToLong(CollectionStats.Segment::bytes).sum();
    return new Built(seconds, OptionalDouble.of((double) bytes / dataset.base().rows()), null);
  }

  private static CollectionSpec coded(CollectionSpec spec, dev.kith.index.codec.Codec codec) {
    Codec named = Codec.valueOf(codec.name().toUpperCase(Locale.ROOT));
    CollectionSpec coded =
        codec.bits() > 0 ? spec.withCodec(named, codec.bits()) : spec.withCodec(named);
    return codec instanceof dev.kith.index.codec.Codec.Prefix(var basis, var widths, _)
        ? coded.withPrefixes(new Prefixes(Optional.of(Basis.valueOf(basis.name())), widths))
        : coded;
  }

  private static dev.kith.client.IndexSpec translated(IndexSpec index) {
    return switch (index) {
      case IndexSpec.Flat _ -> dev.kith.client.IndexSpec.flat();
      case IndexSpec.Ivf(IvfParams params, _) ->
          new dev.kith.client.IndexSpec.Ivf(
              params.lists() == 0 ? OptionalInt.empty() : OptionalInt.of(params.lists()),
              OptionalLong.of(params.seed()),
              params.spill());
      case IndexSpec.Hnsw(HnswParams params, Layout layout, _) ->
          new dev.kith.client.IndexSpec.Hnsw(
              OptionalInt.of(params.m()),
              OptionalInt.of(params.efConstruction()),
              OptionalLong.of(params.seed()),
              Optional.of(GraphLayout.valueOf(layout.name())));
    };
  }

  private void ingest(KithCollection collection) throws IOException {
    int rows = dataset.base().rows();
    int columns = dataset.base().columns();
    try (Ingest ingest = collection.ingest(IngestOptions.standard());
        Progress progress = Progress.start("Ingesting", rows, " vectors")) {
      for (int from = 0; from < rows; from += BATCH_ROWS) {
        int to = Math.min(rows, from + BATCH_ROWS);
        List<PointId> ids = new ArrayList<>(to - from);
        List<@Nullable Payload> ofRows = new ArrayList<>(to - from);
        float[] vectors = new float[(to - from) * columns];
        for (int row = from; row < to; row++) {
          ids.add(PointId.of(row));
          ofRows.add(payloads.apply(row));
          System.arraycopy(dataset.base().row(row), 0, vectors, (row - from) * columns, columns);
        }
        ingest.add(PointBatch.of(ids, columns, vectors, ofRows));
        progress.step(to - from);
      }
      IngestTotals totals = ingest.finish();
      if (totals.written() != rows) {
        throw new IOException(
            "%d of %d vectors were written, %d rejected"
                .formatted(totals.written(), rows, totals.rejected()));
      }
    }
  }

  private OptimizeReport optimize(KithCollection collection) {
    long[] shown = new long[1];
    try (Progress progress = Progress.start("Optimizing", dataset.base().rows(), " vectors")) {
      return collection.optimize(
          state -> {
            if (state.phase() == OptimizeProgress.Phase.LINKING) {
              progress.step(Math.max(0, state.completed() - shown[0]));
              shown[0] = Math.max(shown[0], state.completed());
            }
          });
    }
  }

  @Override
  public Searcher searcher(Setting setting) {
    SearchOptions options = options(setting);
    return new RemoteSearcher(
        dataset, client.collection(name), setting.counted() ? options.explained() : options);
  }

  private static SearchOptions options(Setting setting) {
    SearchOptions options = SearchOptions.top(setting.k()).returning(false, false);
    return switch (setting.probe()) {
      case Probe.Exact() -> options.exactly();
      case Probe.Codes(OptionalInt rescore) -> rescored(options, rescore);
      case Probe.Beam(int ef, OptionalInt rescore) -> rescored(options.withEf(ef), rescore);
      case Probe.Lists(Reach reach, OptionalInt rescore) ->
          rescored(
              switch (reach) {
                case Reach.Measured(double recall) -> options.withRecall(recall);
                case Reach.Until(int nprobe, double mass, int patience) ->
                    options.withNprobe(nprobe).withNucleus(mass).withPatience(patience);
              },
              rescore);
      case Probe.Labels _ -> throw new IllegalArgumentException("a run names no rows");
    };
  }

  private static SearchOptions rescored(SearchOptions options, OptionalInt rescore) {
    return rescore.isPresent() ? options.withRescore(rescore.getAsInt()) : options;
  }

  @Override
  public boolean searchesOnTheCallingThread() {
    return false;
  }

  @Override
  public void close() {
    try (client) {
      if (created && !keep) {
        client.delete(name);
      }
    }
  }

  /// Searches one query a call.
  private static final class RemoteSearcher implements Searcher {
    private final Dataset dataset;
    private final KithCollection collection;
    private final SearchOptions options;
    private long distanceComputations;

    RemoteSearcher(Dataset dataset, KithCollection collection, SearchOptions options) {
      this.dataset = dataset;
      this.collection = collection;
      this.options = options;
    }

    @Override
    public int search(int query, int[] rows) {
      SearchResult result = collection.search(dataset.queries().row(query), options);
      result.explanation().ifPresent(this::count);
      int rank = 0;
      for (Hit hit : result.hits()) {
        if (!(hit.id() instanceof PointId.Number(long row))) {
          throw new IllegalStateException("the server returned an id never written: " + hit.id());
        }
        rows[rank++] = (int) row;
      }
      return rank;
    }

    private void count(Explanation explanation) {
      for (Explanation.Stage stage : explanation.stages()) {
        distanceComputations += stage.work().distanceComputations();
      }
    }

    @Override
    public long distanceComputations() {
      return distanceComputations;
    }

    @Override
    public void close() {
      // The client belongs to the target.
    }
  }
}
