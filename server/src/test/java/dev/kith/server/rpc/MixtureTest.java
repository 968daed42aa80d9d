package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.numbers;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.ComponentOutcome;
import dev.kith.proto.v1.DiversityOptions;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.FusionOptions;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.MixtureAllocation;
import dev.kith.proto.v1.MixtureComponent;
import dev.kith.proto.v1.PointId;
import dev.kith.proto.v1.RelevanceOptions;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchMixtureResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SoftmaxOptions;
import dev.kith.proto.v1.Temperature;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Mixtures against a twin that compares all points.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class MixtureTest {
  private static final int POINTS = 300;
  private static final int DIMENSION = 8;
  private static final double TEMPERATURE = 0.2;

  private final Random random = new Random(31);
  private final float[][] rows = new float[POINTS][];
  private final NaiveNeighbors neighbors = new NaiveNeighbors(Metric.METRIC_COSINE, rows);
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    List<ByteString> payloads = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      rows[i] = gaussian();
      payloads.add(ByteString.copyFromUtf8("{\"number\": %d}".formatted(i)));
    }
    server.createFlat("points", DIMENSION, Metric.METRIC_COSINE);
    server
        .points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection("points")
                .setPoints(RunningServer.batch(0, rows).toBuilder().addAllPayloads(payloads))
                .build());
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private float[] gaussian() {
    float[] vector = new float[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      vector[i] = (float) random.nextGaussian();
    }
    return vector;
  }

  private static MixtureComponent.Builder component(double weight, float... query) {
    return MixtureComponent.newBuilder().setVector(vector(query)).setWeight(weight);
  }

  private static MixtureComponent.Builder component(double weight, long point) {
    return MixtureComponent.newBuilder()
        .setPoint(PointId.newBuilder().setNumber(point))
        .setWeight(weight);
  }

  private static SearchMixtureRequest.Builder request(MixtureComponent.Builder... components) {
    SearchMixtureRequest.Builder request =
        SearchMixtureRequest.newBuilder().setCollection("points");
    for (MixtureComponent.Builder each : components) {
      request.addComponents(each);
    }
    return request;
  }

  private static SearchOptions.Builder limit(int limit) {
    return SearchOptions.newBuilder().setLimit(limit);
  }

  private static List<Integer> numbersOf(SearchMixtureResponse answer) {
    return answer.getHitsList().stream().map(hit -> (int) hit.getId().getNumber()).toList();
  }

  /// A hit of the twin.
  private record Pick(int row, int component) {}

  /// Takes the next hit of the component that is farthest behind, which is not there yet.
  private static List<Pick> proportional(
      double[] weights, List<List<Integer>> found, int limit, boolean dedupe) {
    List<Pick> picks = new ArrayList<>();
    Set<Integer> seen = new HashSet<>();
    int[] next = new int[weights.length];
    int[] seats = new int[weights.length];
    while (picks.size() < limit) {
      int best = -1;
      for (int i = 0; i < weights.length; i++) {
        List<Integer> list = found.get(i);
        while (dedupe && next[i] < list.size() && seen.contains(list.get(next[i]))) {
          next[i]++;
        }
        boolean hasMore = next[i] < list.size() && weights[i] > 0;
        if (hasMore
            && (best < 0
                || weights[i] / (2 * seats[i] + 1) > weights[best] / (2 * seats[best] + 1))) {
          best = i;
        }
      }
      if (best < 0) {
        return picks;
      }
      int row = found.get(best).get(next[best]++);
      seats[best]++;
      seen.add(row);
      picks.add(new Pick(row, best));
    }
    return picks;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void hitsAreInProportionToWeightsAndEachIsReturnedOnceOrNot(boolean dedupe) {
    float[] one = gaussian();
    float[] near = one.clone();
    near[0] += 0.2f;
    double[] weights = {0.5, 0.3, 0.2, 0};
    float[][] queries = {one, near, gaussian(), gaussian()};
    SearchMixtureRequest.Builder request = request().setDedupe(dedupe).setOptions(limit(20));
    List<List<Integer>> found = new ArrayList<>();
    for (int i = 0; i < queries.length; i++) {
      request.addComponents(component(10 * weights[i], queries[i]));
      found.add(neighbors.of(queries[i], 20, _ -> true));
    }
    SearchMixtureResponse answer = server.ranks().searchMixture(request.build());
    List<Pick> expected = proportional(weights, found, 20, dedupe);
    assertEquals(expected.stream().map(Pick::row).toList(), numbersOf(answer));
    assertEquals(
        expected.stream().map(Pick::component).toList(),
        answer.getHitsList().stream().map(Hit::getComponent).toList());
    Set<Integer> distinct = new HashSet<>(numbersOf(answer));
    assertEquals(dedupe, distinct.size() == 20, "two components are near each other");
    int[] allocated = {10, 6, 4, 0};
    for (int i = 0; i < weights.length; i++) {
      ComponentOutcome outcome = answer.getComponents(i);
      int component = i;
      assertEquals(weights[i], outcome.getWeight(), 1e-12);
      assertEquals(allocated[i], outcome.getAllocated());
      assertEquals(
          expected.stream().filter(pick -> pick.component() == component).count(),
          outcome.getHits());
    }
    assertEquals(20, answer.getComponentsList().stream().mapToInt(ComponentOutcome::getHits).sum());
    for (Hit hit : answer.getHitsList()) {
      assertEquals(
          neighbors.score(queries[hit.getComponent()], (int) hit.getId().getNumber()),
          hit.getScore(),
          1e-5);
      assertEquals(
          "{\"number\": %d}".formatted(hit.getId().getNumber()), hit.getPayload().toStringUtf8());
      assertFalse(hit.hasProbability());
    }
  }

  @Test
  void theWeightiestComesFirstByLargestRemainders() {
    float[][] queries = {gaussian(), gaussian(), gaussian()};
    SearchMixtureResponse answer =
        server
            .ranks()
            .searchMixture(
                request(
                        component(2, queries[0]),
                        component(5, queries[1]),
                        component(3, queries[2]))
                    .setAllocation(MixtureAllocation.MIXTURE_ALLOCATION_LARGEST_REMAINDER)
                    .setOptions(limit(8))
                    .build());
    // Quotas 1.6, 4 and 2.4.
    assertEquals(
        List.of(1, 1, 1, 1, 2, 2, 0, 0),
        answer.getHitsList().stream().map(Hit::getComponent).toList());
    assertEquals(neighbors.of(queries[1], 4, _ -> true), numbersOf(answer).subList(0, 4));
    assertEquals(
        List.of(2, 4, 2),
        answer.getComponentsList().stream().map(ComponentOutcome::getAllocated).toList());
  }

  @Test
  void pointsOfTheMixtureAreReturnedByNoComponent() {
    SearchMixtureResponse answer =
        server
            .ranks()
            .searchMixture(
                request(component(1, 3), component(1, 7), component(1, rows[3]))
                    .setOptions(limit(30).setWithVector(true).setWithPayload(false))
                    .build());
    IntPredicate others = row -> row != 3 && row != 7;
    List<List<Integer>> found =
        List.of(
            neighbors.of(rows[3], 30, others),
            neighbors.of(rows[7], 30, others),
            neighbors.of(rows[3], 30, others));
    List<Pick> expected = proportional(new double[] {1, 1, 1}, found, 30, true);
    assertEquals(expected.stream().map(Pick::row).toList(), numbersOf(answer));
    for (Hit hit : answer.getHitsList()) {
      assertEquals(
          vector(rows[(int) hit.getId().getNumber()]).getData(), hit.getVector().getData());
      assertTrue(hit.getPayload().isEmpty());
    }
  }

  @Test
  void componentsThatFindTooFewAreMadeUpForByOthers() {
    float[] query = gaussian();
    Long[] few = {1L, 2L, 3L, 4L, 5L, 6L};
    Filter.Builder filter = Filter.newBuilder().setIds(numbers(few));
    SearchMixtureResponse all =
        server
            .ranks()
            .searchMixture(
                request(component(9, 1), component(1, query))
                    .setOptions(limit(20).setFilter(filter))
                    .build());
    assertEquals(Set.of(2, 3, 4, 5, 6), new HashSet<>(numbersOf(all)), "all but the point itself");
    assertEquals(5, all.getHitsCount());
    assertEquals(18, all.getComponents(0).getAllocated());
    // Relevance cuts hits of each component: one that has none left gives way.
    float[] far = new float[DIMENSION];
    float[] best = rows[neighbors.of(query, 1, _ -> true).getFirst()];
    for (int i = 0; i < DIMENSION; i++) {
      far[i] = i == 0 ? best[1] : i == 1 ? -best[0] : 0;
    }
    SearchMixtureResponse cut =
        server
            .ranks()
            .searchMixture(
                request(component(1, best), component(1, far))
                    .setOptions(
                        limit(4)
                            .setRelevance(
                                RelevanceOptions.newBuilder()
                                    .setModel("raw")
                                    .setMinRelevance(0.99f)))
                    .build());
    assertEquals(1, numbersOf(cut).size());
    assertEquals(1, cut.getComponents(0).getRelevance().getRelevant());
    assertEquals(0, cut.getComponents(1).getRelevance().getRelevant());
  }

  @Test
  void probabilitiesAreThoseOfTheMixture() {
    float[][] queries = {gaussian(), gaussian()};
    queries[1][0] = queries[0][0];
    double[] weights = {0.7, 0.3};
    SearchMixtureResponse answer =
        server
            .ranks()
            .searchMixture(
                request(component(0.7, queries[0]), component(0.3, queries[1]))
                    .setOptions(
                        limit(100)
                            .setExplain(true)
                            .setSoftmax(
                                SoftmaxOptions.newBuilder()
                                    .setTemperature(
                                        Temperature.newBuilder().setValue(TEMPERATURE))))
                    .build());
    Map<Integer, Double> expected = new HashMap<>();
    for (int i = 0; i < 2; i++) {
      float[] query = queries[i];
      List<Integer> found = neighbors.of(query, 100, _ -> true);
      double sum =
          found.stream()
              .mapToDouble(row -> Math.exp(neighbors.score(query, row) / TEMPERATURE))
              .sum();
      for (int row : found) {
        double share = Math.exp(neighbors.score(query, row) / TEMPERATURE) / sum;
        expected.merge(row, weights[i] * share, Double::sum);
      }
      assertEquals(100, answer.getComponents(i).getSoftmax().getPoints());
      assertEquals(TEMPERATURE, answer.getComponents(i).getSoftmax().getTemperature());
      assertTrue(answer.getComponents(i).hasExplanation());
    }
    assertEquals(100, answer.getHitsCount());
    for (Hit hit : answer.getHitsList()) {
      double share = expected.getOrDefault((int) hit.getId().getNumber(), Double.NaN);
      assertEquals(share, hit.getProbability(), 1e-5 * share + 1e-7);
    }
  }

  private void refused(Code code, String field, SearchMixtureRequest.Builder request) {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class, () -> server.ranks().searchMixture(request.build()));
    assertEquals(code, failure.getStatus().getCode(), failure.getMessage());
    assertEquals(field, field(failure), failure.getMessage());
  }

  @ParameterizedTest
  @CsvSource({
    "components, 0",
    "components, 65",
  })
  void tooManyComponentsOrNoneAreRefused(String field, int count) {
    SearchMixtureRequest.Builder request = request();
    IntStream.range(0, count).forEach(i -> request.addComponents(component(1, i)));
    refused(Code.INVALID_ARGUMENT, field, request);
  }

  @Test
  void whatIsWrongIsRefusedByName() {
    Code invalid = Code.INVALID_ARGUMENT;
    MixtureComponent.Builder good = component(1, 3);
    refused(invalid, "components[1]", request(good, MixtureComponent.newBuilder()));
    refused(invalid, "components[1].weight", request(good, component(-1, 4)));
    refused(invalid, "components[0].weight", request(component(Double.NaN, 4)));
    refused(invalid, "components[0].weight", request(component(Double.POSITIVE_INFINITY, 4)));
    refused(invalid, "components", request(component(0, 3), component(0, 4)));
    refused(invalid, "components[0].vector.data", request(component(1, 1f, 2f)));
    refused(invalid, "components[0].point", request(good.clone().setPoint(PointId.newBuilder())));
    refused(Code.NOT_FOUND, "", request(good, component(1, 9999)));
    refused(
        invalid,
        "options.fusion",
        request(good)
            .setOptions(SearchOptions.newBuilder().setFusion(FusionOptions.getDefaultInstance())));
    refused(
        invalid,
        "options.diversity",
        request(good)
            .setOptions(
                SearchOptions.newBuilder().setDiversity(DiversityOptions.getDefaultInstance())));
    refused(invalid, "options.limit", request(good).setOptions(limit(0)));
    refused(invalid, "allocation = 9", request(good).setAllocationValue(9));
    refused(
        Code.FAILED_PRECONDITION,
        "",
        request(good).setOptions(SearchOptions.newBuilder().setMinLsn(Long.MAX_VALUE)));
    refused(invalid, "collection", request(good).clearCollection());
  }
}
