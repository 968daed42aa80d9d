package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.numbers;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import dev.kith.proto.v1.BuildMixtureRequest;
import dev.kith.proto.v1.BuildMixtureResponse;
import dev.kith.proto.v1.CreateCollectionRequest;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.IvfIndex;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.MixtureComponent;
import dev.kith.proto.v1.OptimizeCollectionRequest;
import dev.kith.proto.v1.SearchMixtureRequest;
import dev.kith.proto.v1.SearchMixtureResponse;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Mixtures made of points that lie in few places, far from each other: which group a point belongs
/// to is known.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class BuildMixtureTest {
  private static final int PLACES = 4;
  private static final int POINTS = 400;
  private static final int DIMENSION = 8;

  private final Random random = new Random(51);
  private final float[][] rows = new float[POINTS][DIMENSION];
  private final NaiveNeighbors neighbors = new NaiveNeighbors(Metric.METRIC_COSINE, rows);
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    for (int i = 0; i < POINTS; i++) {
      for (int j = 0; j < DIMENSION; j++) {
        rows[i][j] = (float) ((j == i % PLACES ? 5 : 0) + 0.3 * random.nextGaussian());
      }
    }
    server.createFlat("flat", DIMENSION, Metric.METRIC_COSINE);
    CreateCollectionRequest.Builder lists =
        CreateCollectionRequest.newBuilder()
            .setName("lists")
            .setVector(RunningServer.schema(DIMENSION, Metric.METRIC_COSINE));
    lists.getIndexBuilder().setIvf(IvfIndex.newBuilder().setLists(PLACES).setSeed(7));
    server.collections().createCollection(lists.build());
    server.upsert("flat", 0, rows);
    server.upsert("lists", 0, rows);
    server
        .collections()
        .optimizeCollection(OptimizeCollectionRequest.newBuilder().setName("lists").build())
        .forEachRemaining(_ -> {});
  }

  @AfterAll
  void stop() {
    server.close();
  }

  private static BuildMixtureRequest.Builder request(String collection, Long... ids) {
    return BuildMixtureRequest.newBuilder().setCollection(collection).setIds(numbers(ids));
  }

  private BuildMixtureResponse build(BuildMixtureRequest.Builder request) {
    return server.ranks().buildMixture(request.build());
  }

  private static float[] vector(MixtureComponent component) {
    FloatBuffer from =
        component
            .getVector()
            .getData()
            .asReadOnlyByteBuffer()
            .order(ByteOrder.LITTLE_ENDIAN)
            .asFloatBuffer();
    float[] vector = new float[from.remaining()];
    from.get(vector);
    return vector;
  }

  private static int place(float[] vector) {
    return IntStream.range(0, PLACES)
        .reduce(0, (best, each) -> vector[each] > vector[best] ? each : best);
  }

  @ParameterizedTest
  @ValueSource(strings = {"flat", "lists"})
  void weightsAndVectorsAreThoseOfPointsAndTheirNeighbours(String collection) {
    Long[] ids = {0L, 4L, 8L, 8L, 1L, 5L, 2L};
    for (double smoothing : new double[] {1, 0.6}) {
      BuildMixtureResponse answer =
          build(
              request(collection, ids).setSmoothing(smoothing).setNeighbors(3).setMaxComponents(3));
      double[][] sums = new double[PLACES][DIMENSION];
      for (long id : ids) {
        List<Integer> near = neighbors.of(rows[(int) id], 3, row -> row != id);
        add(sums, (int) id, smoothing / ids.length);
        near.forEach(row -> add(sums, row, (1 - smoothing) / 3 / ids.length));
      }
      assertEquals(3, answer.getComponentsCount());
      double[] weights = {4 / 7.0, 2 / 7.0, 1 / 7.0};
      int[] members = {4, 2, 1};
      for (int i = 0; i < 3; i++) {
        MixtureComponent component = answer.getComponents(i);
        float[] vector = vector(component);
        assertEquals(i, place(vector));
        // Neighbours lie where their points do, so that smoothing moves vectors alone.
        assertEquals(weights[i], component.getWeight(), 1e-6);
        assertEquals(members[i], component.getMembers());
        double length = Math.sqrt(Arrays.stream(sums[i]).map(x -> x * x).sum());
        for (int j = 0; j < DIMENSION; j++) {
          assertEquals(sums[i][j] / length, vector[j], 1e-5);
        }
      }
      assertEquals(collection.equals("lists") ? PLACES : 3, answer.getCells());
      assertTrue(answer.getLsn() > 0);
    }
  }

  private void add(double[][] sums, int row, double part) {
    double length = 0;
    for (float coordinate : rows[row]) {
      length += (double) coordinate * coordinate;
    }
    for (int j = 0; j < DIMENSION; j++) {
      sums[row % PLACES][j] += part * rows[row][j] / Math.sqrt(length);
    }
  }

  @Test
  void theWeightiestGroupsAreKeptAndTheirWeightsAddUpToOne() {
    BuildMixtureResponse answer =
        build(request("lists", 0L, 4L, 8L, 1L, 5L, 2L, 3L).setMaxComponents(2));
    assertEquals(2, answer.getComponentsCount());
    assertEquals(0.6, answer.getComponents(0).getWeight(), 1e-6);
    assertEquals(0.4, answer.getComponents(1).getWeight(), 1e-6);
  }

  @Test
  void pointsThatDoNotExistAreToldAndLeftOut() {
    BuildMixtureResponse answer = build(request("lists", 0L, 777L, 4L, 777L, 888L));
    assertEquals(1, answer.getComponentsCount());
    assertEquals(2, answer.getComponents(0).getMembers());
    assertEquals(
        List.of(777L, 888L),
        answer.getMissing().getMixed().getValuesList().stream().map(id -> id.getNumber()).toList());
    BuildMixtureResponse none = build(request("lists", 777L));
    assertEquals(0, none.getComponentsCount());
    assertEquals(1, none.getMissing().getMixed().getValuesCount());
  }

  @Test
  void aMixtureThatWasMadeCanBeSearchedWith() {
    BuildMixtureResponse made = build(request("lists", 0L, 4L, 8L, 1L));
    SearchMixtureResponse found =
        server
            .ranks()
            .searchMixture(
                SearchMixtureRequest.newBuilder()
                    .setCollection("lists")
                    .addAllComponents(made.getComponentsList())
                    .setOptions(SearchOptions.newBuilder().setLimit(12))
                    .build());
    long first =
        found.getHitsList().stream()
            .map(Hit::getId)
            .filter(id -> id.getNumber() % PLACES == 0)
            .count();
    assertEquals(9, first);
    assertEquals(12, found.getHitsCount());
  }

  private void refused(Code code, String field, BuildMixtureRequest.Builder request) {
    StatusRuntimeException failure =
        assertThrows(StatusRuntimeException.class, () -> build(request));
    assertEquals(code, failure.getStatus().getCode(), failure.getMessage());
    assertEquals(field, field(failure), failure.getMessage());
  }

  @Test
  void whatIsOutOfRangeIsRefusedByName() {
    Code invalid = Code.INVALID_ARGUMENT;
    refused(invalid, "collection", request("", 1L));
    refused(invalid, "ids", request("flat", 1L).clearIds());
    refused(invalid, "ids", request("flat"));
    refused(invalid, "max_components", request("flat", 1L).setMaxComponents(0));
    refused(invalid, "max_components", request("flat", 1L).setMaxComponents(65));
    refused(invalid, "smoothing", request("flat", 1L).setSmoothing(1.1));
    refused(invalid, "neighbors", request("flat", 1L).setNeighbors(0));
    refused(invalid, "neighbors", request("flat", 1L).setNeighbors(1001));
    Long[] many = IntStream.range(0, 2000).mapToObj(Long::valueOf).toArray(Long[]::new);
    refused(invalid, "neighbors", request("flat", many).setNeighbors(501));
    refused(Code.FAILED_PRECONDITION, "", request("flat", 1L).setMinLsn(Long.MAX_VALUE));
    refused(Code.NOT_FOUND, "", request("absent", 1L));
  }
}
