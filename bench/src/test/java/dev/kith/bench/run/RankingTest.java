package dev.kith.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.CollectionSpec;
import dev.kith.client.Diversity;
import dev.kith.client.Filter;
import dev.kith.client.Fusion;
import dev.kith.client.Hit;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.KithException;
import dev.kith.client.Metric;
import dev.kith.client.Payload;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.RankScale;
import dev.kith.client.SearchOptions;
import dev.kith.client.SearchResult;
import dev.kith.client.Signal;
import dev.kith.client.SoftmaxOptions;
import dev.kith.client.SoftmaxOutcome;
import dev.kith.client.Temperature;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the Java client asks of the candidates of a search, a real server does.
final class RankingTest {
  private static final int DIMENSION = 4;
  private static final int POINTS = 60;

  @TempDir private Path folder;

  private final float[] rows = new float[POINTS * DIMENSION];
  private KithServer server;
  private KithClient client;
  private KithCollection collection;

  /// Points at random, each a twin of the one before it if its number is odd.
  @BeforeEach
  void fill() throws IOException {
    server = KithServer.start(ServerConfig.local(folder));
    client = KithClient.connect(server.grpcAddress());
    collection = client.create(CollectionSpec.of("c", DIMENSION, Metric.EUCLIDEAN));
    Random random = new Random(23);
    List<PointId> ids = new ArrayList<>();
    List<@Nullable Payload> payloads = new ArrayList<>();
    for (int point = 0; point < POINTS; point++) {
      ids.add(PointId.of(point));
      payloads.add(Payload.of("{\"price\": %d}".formatted(point)));
      for (int i = point * DIMENSION; i < (point + 1) * DIMENSION; i++) {
        rows[i] =
            point % 2 == 0
                ? (float) random.nextGaussian()
                : rows[i - DIMENSION] + (float) (1e-3 * random.nextGaussian());
      }
    }
    collection.upsert(PointBatch.of(ids, DIMENSION, rows, payloads));
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private static float[] origin() {
    return new float[DIMENSION];
  }

  /// The score of a point for the origin.
  private double score(long point) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      float coordinate = rows[(int) point * DIMENSION + i];
      sum += (double) coordinate * coordinate;
    }
    return -Math.sqrt(sum);
  }

  private static long number(Hit hit) {
    return ((PointId.Number) hit.id()).value();
  }

  private static double sum(SearchResult result) {
    return result.hits().stream().mapToDouble(hit -> hit.probability().orElseThrow()).sum();
  }

  @Test
  void sharesAreOfTheHitsOrOfTheCandidatesOrOfTheWholeCollection() {
    Temperature temperature = Temperature.of(0.5);
    SearchResult returned =
        collection.search(
            origin(), SearchOptions.top(7).withSoftmax(SoftmaxOptions.at(temperature)));
    assertEquals(7, returned.softmax().orElseThrow().points());
    assertEquals(1, sum(returned), 1e-6);
    SearchResult candidates =
        collection.search(
            origin(),
            SearchOptions.top(7)
                .withSoftmax(
                    SoftmaxOptions.at(temperature)
                        .within(SoftmaxOptions.Scope.CANDIDATES)
                        .withCandidates(30)));
    assertEquals(30, candidates.softmax().orElseThrow().points());
    SearchResult all =
        collection.search(
            origin(),
            SearchOptions.top(7)
                .exactly()
                .withSoftmax(
                    SoftmaxOptions.at(temperature).within(SoftmaxOptions.Scope.COLLECTION)));
    double total = 0;
    for (int point = 0; point < POINTS; point++) {
      total += Math.exp(score(point) / 0.5);
    }
    SoftmaxOutcome outcome = all.softmax().orElseThrow();
    assertEquals(POINTS, outcome.points());
    assertEquals(Math.log(total), outcome.logSumExp(), 1e-5);
    assertTrue(outcome.standardError().isEmpty(), "every point was scanned");
    for (Hit hit : all.hits()) {
      double share = Math.exp(score(number(hit)) / 0.5) / total;
      assertEquals(share, hit.probability().orElseThrow(), 1e-5);
    }
    assertEquals(returned.hits().stream().map(Hit::id).toList(), ids(all));
    assertEquals(ids(returned), ids(candidates));
    assertTrue(sum(all) < sum(candidates) && sum(candidates) < sum(returned));
  }

  private static List<PointId> ids(SearchResult result) {
    return result.hits().stream().map(Hit::id).toList();
  }

  @Test
  void sharesHaveThePerplexityThatWasAskedFor() {
    SearchResult result =
        collection.search(
            origin(),
            SearchOptions.top(20).withSoftmax(SoftmaxOptions.at(Temperature.ofPerplexity(5))));
    assertEquals(5, result.softmax().orElseThrow().perplexity().orElseThrow(), 1e-3);
  }

  @Test
  void hitsAreOrderedByASignalThatTheCallerHas() {
    Map<PointId, Double> liked = new HashMap<>();
    liked.put(PointId.of(40), 2.0);
    liked.put(PointId.of(11), 1.0);
    SearchResult result =
        collection.search(
            origin(),
            SearchOptions.top(5)
                .withFusion(
                    Fusion.mixture(
                            Signal.given(liked).withTemperature(Temperature.of(1)),
                            Signal.score().withWeight(1e-6))
                        .withCandidates(POINTS)));
    assertEquals(RankScale.LOG_MIXTURE, result.rankScale());
    assertEquals(List.of(PointId.of(40), PointId.of(11)), ids(result).subList(0, 2));
    double best = result.hits().get(0).rankScore().orElseThrow();
    double second = result.hits().get(1).rankScore().orElseThrow();
    assertEquals(1, best - second, 1e-3, "a difference of scores at a temperature of one");
  }

  @Test
  void hitsAreOrderedByRanksInAFieldAndForAnotherVector() {
    float[] fifth = new float[DIMENSION];
    System.arraycopy(rows, 5 * DIMENSION, fifth, 0, DIMENSION);
    SearchResult cheap =
        collection.search(
            origin(),
            SearchOptions.top(3)
                .withFusion(
                    Fusion.reciprocalRank(Signal.field("price").lowerIsBetter(true))
                        .withCandidates(POINTS)));
    assertEquals(List.of(PointId.of(0), PointId.of(1), PointId.of(2)), ids(cheap));
    assertEquals(RankScale.RECIPROCAL_RANK, cheap.rankScale());
    assertEquals(1.0 / 61, cheap.hits().getFirst().rankScore().orElseThrow(), 1e-9);
    SearchResult near =
        collection.search(
            origin(),
            SearchOptions.top(1)
                .withFusion(
                    Fusion.reciprocalRank(Signal.vector(fifth))
                        .withCandidates(POINTS)
                        .withRankConstant(0)));
    assertEquals(PointId.of(5), near.hits().getFirst().id());
    assertEquals(1, near.hits().getFirst().rankScore().orElseThrow(), 1e-9);
  }

  @Test
  void nearDuplicatesAreOneHitThatNamesThem() {
    SearchResult result =
        collection.search(
            origin(),
            SearchOptions.top(10)
                .withDiversity(Diversity.nearDuplicates(-0.02f).withCandidates(POINTS)));
    assertEquals(10, result.hits().size());
    for (Hit hit : result.hits()) {
      assertEquals(List.of(PointId.of(number(hit) ^ 1)), hit.duplicates());
    }
    assertEquals(RankScale.SCORE, result.rankScale());
  }

  @Test
  void diverseHitsAreNoTwins() {
    for (Diversity diversity :
        List.of(
            Diversity.marginalRelevance(0.7),
            Diversity.softNms(new Diversity.Decay.Linear(0.95), Temperature.of(1)))) {
      SearchResult result =
          collection.search(
              origin(), SearchOptions.top(5).withDiversity(diversity.withCandidates(POINTS)));
      Set<Long> pairs = new HashSet<>();
      result.hits().forEach(hit -> pairs.add(number(hit) / 2));
      assertEquals(5, pairs.size(), () -> diversity + " gave " + ids(result));
      assertTrue(result.hits().getFirst().rankScore().isPresent());
    }
  }

  @Test
  void allStagesAreExplainedInTheirOrderAndARefusalNamesTheField() {
    SearchOptions all =
        SearchOptions.top(3)
            .withFilter(Filter.above("price", Filter.Value.of(9)))
            .withFusion(Fusion.mixture(Signal.score(), Signal.field("price")))
            .withDiversity(Diversity.marginalRelevance())
            .withSoftmax(SoftmaxOptions.usual())
            .explained();
    SearchResult result = collection.search(origin(), all);
    List<String> stages =
        result.explanation().orElseThrow().stages().stream().map(stage -> stage.name()).toList();
    assertEquals(
        List.of("merge", "fusion", "diversity", "softmax", "resolve"),
        stages.subList(stages.indexOf("merge"), stages.size()));
    assertTrue(result.hits().stream().allMatch(hit -> number(hit) > 9));
    KithException refused =
        assertThrows(
            KithException.class,
            () ->
                collection.search(
                    origin(),
                    SearchOptions.top(3).withDiversity(Diversity.marginalRelevance(1.5))));
    assertEquals(
        "options.diversity.marginal_relevance.diversity", refused.violations().getFirst().field());
  }
}
