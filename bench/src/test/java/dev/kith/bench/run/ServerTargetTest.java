package dev.kith.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.bench.dataset.Dataset;
import dev.kith.bench.dataset.DatasetFolder;
import dev.kith.bench.dataset.RandomData;
import dev.kith.client.Basis;
import dev.kith.client.CollectionInfo;
import dev.kith.client.GraphLayout;
import dev.kith.client.IndexSpec;
import dev.kith.client.KithClient;
import dev.kith.client.Prefixes;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.index.Metric;
import dev.kith.index.codec.Codec;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.lang.foreign.Arena;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ServerTargetTest {
  @TempDir private Path folder;

  @Test
  void aServerIsMeasuredLikeTheEngineAndLeftAsItWas() throws Exception {
    Map<String, Integer> params = Map.of("m", 8, "ef_construction", 60);
    RunSettings settings =
        new RunSettings(
            RunSettings.laidOut(RunSettings.index("hnsw", params, 1), "fast"),
            List.of(120),
            2,
            10,
            1);
    try (KithServer server = KithServer.start(ServerConfig.local(folder.resolve("server")));
        KithClient client = KithClient.connect(server.grpcAddress());
        Dataset dataset = small()) {
      Row row;
      try (ServerTarget target = ServerTarget.connect(server.grpcAddress(), dataset, false)) {
        row = new BenchRun(dataset, target, settings).run(seen -> {}).getFirst();
        CollectionInfo made = client.describe(target.collection());
        assertEquals(3000, made.points());
        IndexSpec.Hnsw graph = assertInstanceOf(IndexSpec.Hnsw.class, made.spec().index());
        assertEquals(Optional.of(GraphLayout.FAST), graph.layout());
        assertEquals(List.of(), client.collection(target.collection()).verify().violations());
      }
      assertTrue(Objects.requireNonNull(row.recall().at10()) > 0.95, row::toString);
      assertTrue(Objects.requireNonNull(row.recall().at100()) > 0.8, row::toString);
      // Only nodes that are visited are compared, and no fewer than there are hits.
      assertTrue(Objects.requireNonNull(row.distanceComputations()) >= 10, row::toString);
      assertTrue(Objects.requireNonNull(row.bytesPerVector()) >= 8 * Float.BYTES, row::toString);
      assertNull(row.segment(), row::toString);
      assertEquals(List.of(), client.list());
    }
  }

  @Test
  void prefixesAreMeasuredOnAServerAndComparedAsTheClientAsks() throws Exception {
    Codec codec = new Codec.Prefix(dev.kith.index.codec.Basis.PCA, List.of(3, 5));
    RunSettings settings =
        new RunSettings(
            RunSettings.coded(RunSettings.index("ivf", Map.of("lists", 20), 1), codec),
            List.of(20),
            1,
            10,
            1);
    try (KithServer server = KithServer.start(ServerConfig.local(folder.resolve("server")));
        KithClient client = KithClient.connect(server.grpcAddress());
        Dataset dataset = small();
        ServerTarget target = ServerTarget.connect(server.grpcAddress(), dataset, false)) {
      Row row = new BenchRun(dataset, target, settings).run(seen -> {}).getFirst();
      assertTrue(Objects.requireNonNull(row.recall().at10()) > 0.9, row::toString);
      assertEquals("3,5", Objects.requireNonNull(row.params().get("prefixes")).asString());
      String name = target.collection();
      assertEquals(Prefixes.of(Basis.PCA, 3, 5), client.describe(name).spec().prefixes());
      float[] query = dataset.queries().row(0);
      SearchOptions some = SearchOptions.top(5).withNprobe(20).explained();
      SearchResult whole = client.collection(name).search(query, some.exactly());
      SearchResult certified = client.collection(name).search(query, some.certified());
      assertEquals(whole.hits(), certified.hits());
      assertEquals(whole.hits(), client.collection(name).search(query, some.atFullWidth()).hits());
      assertTrue(
          certified.explanation().orElseThrow().stages().stream()
              .anyMatch(stage -> stage.width().equals(OptionalInt.of(3))));
      assertTrue(
          client.collection(name).stats().segments().stream()
              .flatMap(segment -> segment.lists().stream())
              .allMatch(lists -> lists.settings().size() == 6));
      SearchOptions.Step step = new SearchOptions.Step(4, 60);
      String plan =
          client
              .collection(name)
              .search(query, some.withLadder(new SearchOptions.Step(2, 90), step))
              .explanation()
              .orElseThrow()
              .plan();
      assertTrue(
          plan.startsWith("20 lists, best 90 at 3 dimensions, best 60 at 5 dimensions over"), plan);
    }
  }

  private Dataset small() throws Exception {
    try (Arena arena = Arena.ofConfined()) {
      DatasetFolder.write(
          folder.resolve("data"),
          "odd name/with:signs",
          Metric.EUCLIDEAN,
          RandomData.gaussian(3000, 8, new Random(8), arena),
          RandomData.gaussian(100, 8, new Random(9), arena));
    }
    return DatasetFolder.open(folder.resolve("data"), 2);
  }
}
