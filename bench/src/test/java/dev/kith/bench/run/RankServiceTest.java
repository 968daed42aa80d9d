package dev.kith.bench.run;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.client.BuiltMixture;
import dev.kith.client.ClassShare;
import dev.kith.client.Classification;
import dev.kith.client.ClassifyOptions;
import dev.kith.client.CollectionSpec;
import dev.kith.client.Filter.Value;
import dev.kith.client.Hit;
import dev.kith.client.KithClient;
import dev.kith.client.KithCollection;
import dev.kith.client.KithException;
import dev.kith.client.KithRanking;
import dev.kith.client.LatentResult;
import dev.kith.client.LatentSpec;
import dev.kith.client.Metric;
import dev.kith.client.Mixture;
import dev.kith.client.MixtureComponent;
import dev.kith.client.MixtureResult;
import dev.kith.client.MixtureSpec;
import dev.kith.client.Payload;
import dev.kith.client.PointBatch;
import dev.kith.client.PointId;
import dev.kith.client.SearchOptions;
import dev.kith.client.SoftmaxOptions;
import dev.kith.client.Temperature;
import dev.kith.server.KithServer;
import dev.kith.server.ServerConfig;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.LongStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the Java client asks of neighbours beyond a list of them, a real server tells.
final class RankServiceTest {
  private static final int DIMENSION = 4;
  private static final int KINDS = 3;
  private static final int SIZE = 20;

  @TempDir private Path folder;

  private final Random random = new Random(29);
  private final float[] rows = new float[KINDS * SIZE * DIMENSION];
  private KithServer server;
  private KithClient client;

  /// As many points of each kind, those of one near the end of an axis of their own.
  @BeforeEach
  void start() throws IOException {
    for (int i = 0; i < rows.length; i++) {
      boolean isAxis = i % DIMENSION == i / (SIZE * DIMENSION);
      rows[i] = (float) ((isAxis ? 1 : 0) + 0.05 * random.nextGaussian());
    }
    server = KithServer.start(ServerConfig.local(folder));
    client = KithClient.connect(server.grpcAddress());
  }

  @AfterEach
  void stop() {
    client.close();
    server.close();
  }

  private KithCollection filled(Metric metric) {
    KithCollection collection = client.create(CollectionSpec.of("c", DIMENSION, metric));
    List<PointId> ids = new ArrayList<>();
    List<@Nullable Payload> payloads = new ArrayList<>();
    for (int point = 0; point < KINDS * SIZE; point++) {
      ids.add(PointId.of(point));
      payloads.add(
          Payload.of("{\"kind\": \"k%d\", \"size\": %d}".formatted(point / SIZE, point / SIZE)));
    }
    collection.upsert(PointBatch.of(ids, DIMENSION, rows, payloads));
    return collection;
  }

  private static float[] axis(int kind) {
    float[] vector = new float[DIMENSION];
    vector[kind] = 1;
    return vector;
  }

  private static int kind(Hit hit) {
    return (int) ((PointId.Number) hit.id()).value() / SIZE;
  }

  @Test
  void aQueryIsOfTheKindOfItsNeighboursAloneAndInABatch() {
    KithRanking ranking = filled(Metric.COSINE).ranking();
    ClassifyOptions options =
        ClassifyOptions.by("kind").withNeighbors(30).withTemperature(Temperature.of(0.1));
    for (int kind = 0; kind < KINDS; kind++) {
      Classification alone = ranking.classify(axis(kind), options);
      assertEquals(Value.of("k" + kind), alone.classes().getFirst().value());
      assertEquals(30, alone.neighborhood().neighbors());
      assertEquals(0.1, alone.neighborhood().softmax().orElseThrow().temperature());
      assertEquals(1, alone.classes().stream().mapToDouble(ClassShare::probability).sum(), 1e-9);
    }
    List<Classification> batch =
        ranking.classifyBatch(
            List.of(axis(2), axis(0)), options.searching(SearchOptions.top(1).exactly()));
    assertEquals(
        List.of(Value.of("k2"), Value.of("k0")),
        batch.stream().map(each -> each.classes().getFirst().value()).toList());
    List<PointId> points = LongStream.range(0, KINDS * SIZE).mapToObj(PointId::of).toList();
    List<Classification> own = ranking.classifyPoints(points, options);
    for (int point = 0; point < points.size(); point++) {
      assertEquals(Value.of("k" + point / SIZE), own.get(point).classes().getFirst().value());
    }
    assertEquals(own.get(7), ranking.classify(PointId.of(7), options));
  }

  @Test
  void aPriorWeighsAgainstNeighboursAndNumbersHaveAMean() {
    KithRanking ranking = filled(Metric.COSINE).ranking();
    ClassifyOptions options = ClassifyOptions.by("size").withNeighbors(SIZE).withMaxClasses(5);
    Classification without = ranking.classify(axis(1), options);
    assertEquals(List.of(new ClassShare(Value.of(1), 1)), without.classes());
    assertEquals(1, without.moments().orElseThrow().mean(), 1e-9);
    Classification with =
        ranking.classify(
            axis(1),
            options
                .withPrior(
                    List.of(new ClassShare(Value.of(1), 1), new ClassShare(Value.of(5), 3)), 0.2)
                .abstainingBelow(0.7));
    assertEquals(Value.of(5), with.classes().getFirst().value());
    assertEquals(0.8 * 0.75, with.classes().getFirst().probability(), 1e-9);
    assertEquals(0.2 + 0.8 * 0.25, with.classes().get(1).probability(), 1e-9);
    assertTrue(with.abstained());
    assertEquals(2, with.distinct());
  }

  @Test
  void whatIsNotOfClassesIsRefusedByName() {
    KithRanking ranking = filled(Metric.COSINE).ranking();
    KithException refused =
        assertThrows(
            KithException.class,
            () ->
                ranking.classify(
                    axis(0),
                    ClassifyOptions.by("kind")
                        .searching(
                            SearchOptions.top(1)
                                .returning(true, true)
                                .withSoftmax(SoftmaxOptions.usual()))));
    assertEquals(
        List.of("options.search.with_vector", "options.search.softmax"),
        refused.violations().stream().map(violation -> violation.field()).toList());
  }

  @Test
  void aMixtureServesEachInterestByItsWeight() {
    KithRanking ranking = filled(Metric.COSINE).ranking();
    MixtureResult result =
        ranking.searchMixture(
            Mixture.of(MixtureComponent.of(axis(0), 3), MixtureComponent.of(PointId.of(45), 1)),
            SearchOptions.top(8).withSoftmax(SoftmaxOptions.usual()));
    List<Integer> kinds = result.found().hits().stream().map(RankServiceTest::kind).toList();
    assertEquals(6, kinds.stream().filter(kind -> kind == 0).count(), kinds::toString);
    assertEquals(2, kinds.stream().filter(kind -> kind == 2).count(), kinds::toString);
    for (Hit hit : result.found().hits()) {
      assertEquals(kind(hit) == 0 ? 0 : 1, hit.component().orElseThrow());
      assertTrue(hit.probability().isPresent());
    }
    assertEquals(
        List.of(6, 2), result.components().stream().map(MixtureResult.Outcome::hits).toList());
    assertEquals(0.75, result.components().getFirst().weight());
  }

  @Test
  void aMixtureIsMadeOfWhatSomebodyLiked() {
    KithRanking ranking = filled(Metric.EUCLIDEAN).ranking();
    List<PointId> liked = List.of(PointId.of(1), PointId.of(2), PointId.of(41), PointId.of(999));
    BuiltMixture built =
        ranking.buildMixture(MixtureSpec.of(liked).withMaxComponents(4).withNeighbors(5));
    assertEquals(List.of(PointId.of(999)), built.missing());
    assertEquals(1, built.components().stream().mapToDouble(MixtureComponent::weight).sum(), 1e-9);
    MixtureResult result = ranking.searchMixture(built.mixture(), SearchOptions.top(12));
    List<Integer> kinds = result.found().hits().stream().map(RankServiceTest::kind).toList();
    assertTrue(kinds.contains(0) && kinds.contains(2), kinds::toString);
    assertFalse(kinds.contains(1), kinds::toString);
  }

  @Test
  void whatAScorerWouldLikeIsFoundFromItsScoresForAFew() {
    KithCollection latents = filled(Metric.DOT);
    float[] taste = {0.5f, -1, 2, 0.25f};
    Map<PointId, Double> scores = new HashMap<>();
    for (int point = 0; point < KINDS * SIZE; point += 5) {
      scores.put(PointId.of(point), dot(taste, point));
    }
    LatentResult result =
        latents
            .ranking()
            .solveQueryLatent(LatentSpec.of(scores).withRidge(1e-9), SearchOptions.top(3));
    for (int i = 0; i < DIMENSION; i++) {
      assertEquals(taste[i], result.latent()[i], 1e-3);
    }
    assertEquals(0, result.rmsError(), 1e-4);
    List<Integer> unscored = new ArrayList<>();
    for (int point = 0; point < KINDS * SIZE; point++) {
      if (point % 5 != 0) {
        unscored.add(point);
      }
    }
    unscored.sort((a, b) -> Double.compare(dot(taste, b), dot(taste, a)));
    assertEquals(
        unscored.subList(0, 3).stream().map(point -> PointId.of((long) point)).toList(),
        result.found().hits().stream().map(Hit::id).toList());
    assertEquals(dot(taste, unscored.getFirst()), result.found().hits().getFirst().score(), 1e-3);
    float[] before = {9, 9, 9, 9};
    LatentResult pulled =
        latents
            .ranking()
            .solveQueryLatent(
                LatentSpec.of(scores).withRidge(1000).towards(before), SearchOptions.top(3));
    assertTrue(pulled.latent()[1] > 8, () -> Arrays.toString(pulled.latent()));
  }

  private double dot(float[] taste, int point) {
    double sum = 0;
    for (int i = 0; i < DIMENSION; i++) {
      sum += (double) taste[i] * rows[point * DIMENSION + i];
    }
    return sum;
  }
}
