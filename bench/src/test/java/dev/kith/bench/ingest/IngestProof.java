package dev.kith.bench.ingest;

import static org.junit.jupiter.api.Assertions.assertEquals;

import dev.kith.bench.crash.ServerProcess;
import dev.kith.client.CollectionSpec;
import dev.kith.client.Hit;
import dev.kith.client.IndexSpec;
import dev.kith.client.Ingest;
import dev.kith.client.IngestOptions;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.Metric;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.IntSupplier;

/// One load into a server of its own, with searches and weighings beside it.
final class IngestProof {
  private static final int BATCH = 1_000;
  private static final int BATCH_BYTES = 8 << 20;
  private static final int QUERIES = 200;
  private static final Duration BETWEEN_SEARCHES = Duration.ofMillis(5);
  private static final Duration LONGEST_LINKING = Duration.ofMinutes(15);

  private final Material material;
  private final Path work;
  private final Map<String, String> settings;
  private final Duration betweenSamples;

  /// @param work an empty folder for the server's data and log
  /// @param settings of the server, by environment variable
  IngestProof(Material material, Path work, Map<String, String> settings, Duration betweenSamples) {
    this.material = material;
    this.work = work;
    this.settings = settings;
    this.betweenSamples = betweenSamples;
  }

  /// Loads, searches, weighs, checks.
  ///
  /// @throws AssertionError if an acknowledged point was missed or damaged, or the collection is
  ///   not what was loaded
  IngestFigures run() throws Exception {
    Path data = Files.createDirectories(work.resolve("data"));
    try (ServerProcess server = ServerProcess.start(data, work.resolve("server.log"), settings)) {
      server.awaitReady();
      try (KithClient client = KithClient.connect("127.0.0.1:" + server.port())) {
        KithCollection collection =
            client.create(
                CollectionSpec.of("ingested", material.base().columns(), Metric.COSINE)
                    .withIndex(IndexSpec.hnsw(16, 200)));
        return load(server, collection);
      } catch (AssertionError | RuntimeException failure) {
        throw new AssertionError(
            "%s%nThe server's log ends:%n%s".formatted(failure.getMessage(), server.logTail()),
            failure);
      }
    }
  }

  private IngestFigures load(ServerProcess server, KithCollection collection) throws Exception {
    // Each of the two has a thread to itself.
    try (Ingest ingest =
            collection.ingest(IngestOptions.standard().withBatches(BATCH, BATCH_BYTES));
        MemorySampler sampler =
            MemorySampler.attach(server.pid(), collection, acknowledged(ingest));
        ScheduledExecutorService searching = Executors.newSingleThreadScheduledExecutor();
        ScheduledExecutorService weighing = Executors.newSingleThreadScheduledExecutor()) {
      AckedSearcher searcher = new AckedSearcher(collection, material, acknowledged(ingest), 11);
      Future<?> searches =
          searching.scheduleWithFixedDelay(
              searcher, 0, BETWEEN_SEARCHES.toNanos(), TimeUnit.NANOSECONDS);
      Future<?> weighings =
          weighing.scheduleAtFixedRate(sampler, 0, betweenSamples.toNanos(), TimeUnit.NANOSECONDS);
      long begin = System.nanoTime();
      int points = material.base().rows();
      for (int from = 0; from < points; from += BATCH) {
        ingest.add(material.batch(from, Math.min(points, from + BATCH)));
      }
      assertEquals(points, ingest.finish().written());
      double ackSeconds = secondsSince(begin);
      end(weighings, weighing);
      sampler.sample();
      awaitLinked(sampler);
      double linkSeconds = secondsSince(begin);
      double cpuSeconds = sampler.cpuSeconds();
      end(searches, searching);
      assertEquals(List.of(), searcher.faults());
      check(collection);
      return new IngestFigures(
          material.name(),
          points,
          material.bytes(),
          ackSeconds,
          linkSeconds,
          cpuSeconds,
          sampler.samples(),
          searcher.micros(),
          searcher.exactRetries(),
          new IngestFigures.Recall(
              recall(collection, SearchOptions.top(AckedSearcher.LIMIT)),
              recall(collection, SearchOptions.top(AckedSearcher.LIMIT).withEf(200))));
    }
  }

  /// Batches are acknowledged in order, so what is acknowledged are the first so many points.
  private IntSupplier acknowledged(Ingest ingest) {
    return () -> (int) Math.min(material.base().rows(), BATCH * ingest.durableBatches());
  }

  /// Lets what runs come to its end.
  ///
  /// @throws ExecutionException if it had failed
  private static void end(Future<?> repeated, ScheduledExecutorService executor)
      throws InterruptedException, ExecutionException {
    if (repeated.isDone()) {
      repeated.get();
    }
    executor.shutdown();
    if (!executor.awaitTermination(1, TimeUnit.MINUTES)) {
      throw new AssertionError("a search or a weighing did not end within a minute");
    }
  }

  private static void awaitLinked(MemorySampler sampler) throws InterruptedException {
    long deadline = System.nanoTime() + LONGEST_LINKING.toNanos();
    while (sampler.sample().unlinked() > 0) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("points are still unlinked after " + LONGEST_LINKING);
      }
      TimeUnit.MILLISECONDS.sleep(100);
    }
  }

  private void check(KithCollection collection) {
    assertEquals(material.base().rows(), collection.count());
    assertEquals(List.of(), collection.verify().violations());
    collection.optimize(null);
    assertEquals(material.base().rows(), collection.count());
    assertEquals(List.of(), collection.verify().violations());
  }

  private double recall(KithCollection collection, SearchOptions options) {
    List<float[]> queries = new ArrayList<>();
    // Spread over all: a file may begin with the frequent words, which are the easy ones.
    int held = material.queries().rows();
    int asked = Math.min(QUERIES, held);
    for (int i = 0; i < asked; i++) {
      queries.add(material.queries().row((int) ((long) i * held / asked)));
    }
    List<SearchResult> found = collection.searchBatch(queries, options);
    List<SearchResult> true10 = collection.searchBatch(queries, options.exactly());
    int right = 0;
    for (int i = 0; i < queries.size(); i++) {
      Set<PointId> truth = ids(true10.get(i));
      assertEquals(AckedSearcher.LIMIT, truth.size());
      truth.retainAll(ids(found.get(i)));
      right += truth.size();
    }
    return (double) right / (AckedSearcher.LIMIT * queries.size());
  }

  private static Set<PointId> ids(SearchResult result) {
    Set<PointId> ids = new HashSet<>();
    for (Hit hit : result.hits()) {
      ids.add(hit.id());
    }
    return ids;
  }

  private static double secondsSince(long nanoTime) {
    return (System.nanoTime() - nanoTime) / 1e9;
  }
}
