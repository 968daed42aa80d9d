package dev.kith.bench.quickstart;

import dev.kith.bench.embed.MiniLm;
import dev.kith.bench.progress.Progress;
import dev.kith.client.CollectionSpec;
import dev.kith.client.Hit;
import dev.kith.client.Ingest;
import dev.kith.client.IngestOptions;
import dev.kith.client.IngestTotals;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Metric;
import dev.kith.client.Payload;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.HdrHistogram.Histogram;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.ObjectMapper;
import tools.jackson.databind.node.ObjectNode;

/// Imports WordNet definitions into a server and asks it five questions in plain English.
///
/// Everything goes through the Java client over gRPC, as a user's program would.
public final class Quickstart {

  /// Name of the collection.
  public static final String COLLECTION = "quickstart";

  /// Definitions that can be imported at most; the rest of the extract is searched for.
  public static final int MAX_POINTS = 4_000;

  /// Definitions that must be imported at least, for a graph to be worth measuring.
  public static final int MIN_POINTS = 100;

  static final List<String> QUESTIONS =
      List.of(
          "a large African animal with a trunk",
          "a machine that washes the dishes",
          "a frozen treat made of cream and sugar",
          "what you feel when you are far away from home",
          "it warns ships of the rocks at night");

  private static final int NEIGHBOURS_SHOWN = 3;
  private static final int K = 10;
  private static final int WARM_UP_ROUNDS = 5;
  private static final long LONGEST_NANOS = 60_000_000_000L;

  // Hits whose scores differ by less are equally near: the two searches may round differently.
  private static final float TIE = 1e-6f;
  private static final ObjectMapper JSON = new ObjectMapper();

  private final KithClient client;
  private final Map<Long, Synset> byOffset;
  private final List<Synset> imported;
  private final List<Synset> heldOut;

  private Quickstart(KithClient client, int points) throws IOException {
    List<Synset> all = SynsetExtract.load();
    this.client = client;
    this.byOffset = all.stream().collect(Collectors.toMap(Synset::offset, Function.identity()));
    this.imported = all.subList(0, points);
    this.heldOut = all.subList(MAX_POINTS, all.size());
  }

  /// Embeds, imports, asks and measures.
  ///
  /// @param points definitions to import, in `[100, 4000]`
  public static Report run(KithClient client, int points) throws IOException {
    if (points < MIN_POINTS || points > MAX_POINTS) {
      throw new IllegalArgumentException(
          "points must be in [%d, %d], got %d".formatted(MIN_POINTS, MAX_POINTS, points));
    }
    return new Quickstart(client, points).run();
  }

  private Report run() throws IOException {
    try (MiniLm model = MiniLm.load(Runtime.getRuntime().availableProcessors())) {
      long start = System.nanoTime();
      float[][] vectors = embed(model, imported);
      float[][] queries = embed(model, heldOut);
      long embedded = System.nanoTime();
      KithCollection collection =
          client.create(CollectionSpec.of(COLLECTION, MiniLm.DIMENSION, Metric.COSINE));
      load(collection, vectors);
      long loaded = System.nanoTime();
      collection.optimize(null);
      long optimized = System.nanoTime();
      List<Report.Answer> answers =
          QUESTIONS.stream().map(question -> ask(collection, model, question)).toList();
      Histogram latencies = new Histogram(LONGEST_NANOS, 3);
      double recall = measure(collection, queries, latencies);
      return new Report(
          imported.size(),
          (embedded - start) / 1e9,
          (loaded - embedded) / 1e9,
          (optimized - loaded) / 1e9,
          answers,
          queries.length,
          recall,
          latencies.getValueAtPercentile(50) / 1e3,
          latencies.getValueAtPercentile(99) / 1e3);
    }
  }

  private static float[][] embed(MiniLm model, List<Synset> synsets) {
    try (Progress progress = Progress.start("Embedding", synsets.size(), " texts")) {
      return model.embed(synsets.stream().map(Synset::text).toList(), progress::step);
    }
  }

  private void load(KithCollection collection, float[][] vectors) throws IOException {
    List<PointId> ids = new ArrayList<>();
    List<@Nullable Payload> payloads = new ArrayList<>();
    float[] rows = new float[vectors.length * MiniLm.DIMENSION];
    for (int i = 0; i < vectors.length; i++) {
      ids.add(PointId.of(imported.get(i).offset()));
      payloads.add(payload(imported.get(i)));
      System.arraycopy(vectors[i], 0, rows, i * MiniLm.DIMENSION, MiniLm.DIMENSION);
    }
    try (Ingest ingest = collection.ingest(IngestOptions.standard())) {
      ingest.add(PointBatch.of(ids, MiniLm.DIMENSION, rows, payloads));
      IngestTotals totals = ingest.finish();
      if (totals.written() != ids.size()) {
        throw new IOException(
            "%d of %d points were written, %d rejected"
                .formatted(totals.written(), ids.size(), totals.rejected()));
      }
    }
  }

  private static Payload payload(Synset synset) {
    ObjectNode json = JSON.createObjectNode();
    synset.lemmas().forEach(json.putArray("lemmas")::add);
    json.put("definition", synset.definition()).put("category", synset.category());
    return Payload.of(JSON.writeValueAsString(json));
  }

  private Report.Answer ask(KithCollection collection, MiniLm model, String question) {
    List<Report.Neighbour> neighbours =
        collection
            .search(model.embed(question), SearchOptions.top(NEIGHBOURS_SHOWN))
            .hits()
            .stream()
            .map(hit -> new Report.Neighbour(synset(hit), hit.score()))
            .toList();
    return new Report.Answer(question, neighbours);
  }

  private Synset synset(Hit hit) {
    Synset synset = hit.id() instanceof PointId.Number(long offset) ? byOffset.get(offset) : null;
    if (synset == null) {
      throw new IllegalStateException("the server returned an id never written: " + hit.id());
    }
    return synset;
  }

  /// Searches for every query and returns recall@10 against exact searches.
  private static double measure(KithCollection collection, float[][] queries, Histogram latencies) {
    SearchOptions options = SearchOptions.top(K).returning(false, false);
    for (int round = 0; round < WARM_UP_ROUNDS; round++) {
      for (float[] query : queries) {
        collection.search(query, options);
      }
    }
    long found = 0;
    for (float[] query : queries) {
      long start = System.nanoTime();
      List<Hit> hits = collection.search(query, options).hits();
      latencies.recordValue(Math.min(LONGEST_NANOS, System.nanoTime() - start));
      List<Hit> exact = collection.search(query, options.exactly()).hits();
      float last = exact.getLast().score() - TIE;
      found += hits.stream().filter(hit -> hit.score() >= last).map(Hit::id).distinct().count();
    }
    return (double) found / ((long) K * queries.length);
  }
}
