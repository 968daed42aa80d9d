package dev.kith.server.rpc;

import static dev.kith.server.testing.RunningServer.field;
import static dev.kith.server.testing.RunningServer.numbers;
import static dev.kith.server.testing.RunningServer.vector;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.google.protobuf.ByteString;
import dev.kith.proto.v1.FieldMatch;
import dev.kith.proto.v1.FieldValue;
import dev.kith.proto.v1.Filter;
import dev.kith.proto.v1.Hit;
import dev.kith.proto.v1.Metric;
import dev.kith.proto.v1.RankScale;
import dev.kith.proto.v1.SearchOptions;
import dev.kith.proto.v1.SoftmaxOptions;
import dev.kith.proto.v1.SolveQueryLatentRequest;
import dev.kith.proto.v1.SolveQueryLatentResponse;
import dev.kith.proto.v1.UpsertRequest;
import dev.kith.server.testing.RunningServer;
import io.grpc.Status.Code;
import io.grpc.StatusRuntimeException;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Latents of dear scorers against a dense solution.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
final class QueryLatentTest {
  private static final int POINTS = 300;
  private static final int DIMENSION = 8;

  private final Random random = new Random(41);
  private final float[][] rows = new float[POINTS][];
  private final NaiveNeighbors neighbors = new NaiveNeighbors(Metric.METRIC_DOT, rows);
  private RunningServer server;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    server = new RunningServer(folder);
    List<ByteString> payloads = new ArrayList<>();
    for (int i = 0; i < POINTS; i++) {
      rows[i] = gaussian();
      payloads.add(ByteString.copyFromUtf8("{\"even\": %s}".formatted(i % 2 == 0)));
    }
    server.createFlat("latents", DIMENSION, Metric.METRIC_DOT);
    server.createFlat("cosine", DIMENSION, Metric.METRIC_COSINE);
    server
        .points()
        .upsert(
            UpsertRequest.newBuilder()
                .setCollection("latents")
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

  /// Scores of the first points by a hidden vector, with some noise.
  private SolveQueryLatentRequest.Builder request(float[] hidden, int count, double noise) {
    SolveQueryLatentRequest.Builder request =
        SolveQueryLatentRequest.newBuilder()
            .setCollection("latents")
            .setIds(
                numbers(IntStream.range(0, count).mapToObj(Long::valueOf).toArray(Long[]::new)));
    for (int i = 0; i < count; i++) {
      request.addScores(neighbors.score(hidden, i) + noise * random.nextGaussian());
    }
    return request;
  }

  private static float[] floats(ByteString data) {
    FloatBuffer from = data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN).asFloatBuffer();
    float[] floats = new float[from.remaining()];
    from.get(floats);
    return floats;
  }

  private static List<Long> ids(List<Hit> hits) {
    return hits.stream().map(hit -> hit.getId().getNumber()).toList();
  }

  @ParameterizedTest
  @CsvSource({"40, 0.1", "40, 2", "5, 0.1", "8, 0.5"})
  void theLatentSolvesTheNormalEquationsAndTheHitsAreTheBestForIt(int count, double ridge) {
    float[] towards = gaussian();
    SolveQueryLatentRequest request =
        request(gaussian(), count, 0.3)
            .setRidge(ridge)
            .setTowards(vector(towards))
            .setOptions(SearchOptions.newBuilder().setLimit(15))
            .build();
    SolveQueryLatentResponse answer = server.ranks().solveQueryLatent(request);
    double[] expected = naive(request.getScoresList(), ridge, towards);
    float[] latent = floats(answer.getLatent().getData());
    double errors = 0;
    for (int i = 0; i < DIMENSION; i++) {
      assertEquals(expected[i], latent[i], 1e-4);
    }
    for (int i = 0; i < count; i++) {
      errors += Math.pow(request.getScores(i) - neighbors.score(latent, i), 2);
    }
    assertEquals(Math.sqrt(errors / count), answer.getRmsError(), 1e-4);
    List<Integer> best = neighbors.of(latent, 15, row -> row >= count);
    assertEquals(best.stream().map(Integer::longValue).toList(), ids(answer.getHitsList()));
    assertEquals(neighbors.score(latent, best.getFirst()), answer.getHits(0).getScore(), 1e-4);
    assertEquals(Metric.METRIC_DOT, answer.getHeader().getMetric());
    assertEquals(RankScale.RANK_SCALE_UNSPECIFIED, answer.getHeader().getRankScale());
  }

  /// Gauss's elimination for `(A'A + l) y = A'(s - A t)`, and `t + y`.
  private double[] naive(List<Double> scores, double ridge, float[] towards) {
    double squares = 0;
    double[][] system = new double[DIMENSION][DIMENSION + 1];
    for (int row = 0; row < scores.size(); row++) {
      double left = scores.get(row) - neighbors.score(towards, row);
      for (int i = 0; i < DIMENSION; i++) {
        squares += (double) rows[row][i] * rows[row][i];
        system[i][DIMENSION] += rows[row][i] * left;
        for (int j = 0; j < DIMENSION; j++) {
          system[i][j] += (double) rows[row][i] * rows[row][j];
        }
      }
    }
    for (int i = 0; i < DIMENSION; i++) {
      system[i][i] += ridge * squares / scores.size();
    }
    for (int i = 0; i < DIMENSION; i++) {
      for (int j = 0; j < DIMENSION; j++) {
        double factor = i == j ? 0 : system[j][i] / system[i][i];
        for (int k = 0; k <= DIMENSION; k++) {
          system[j][k] -= factor * system[i][k];
        }
      }
    }
    double[] solution = new double[DIMENSION];
    for (int i = 0; i < DIMENSION; i++) {
      solution[i] = towards[i] + system[i][DIMENSION] / system[i][i];
    }
    return solution;
  }

  @Test
  void exactScoresOfEnoughPointsGiveTheVectorBack() {
    float[] hidden = gaussian();
    SolveQueryLatentResponse answer =
        server.ranks().solveQueryLatent(request(hidden, 30, 0).setRidge(0).build());
    float[] latent = floats(answer.getLatent().getData());
    for (int i = 0; i < DIMENSION; i++) {
      assertEquals(hidden[i], latent[i], 1e-4);
    }
    assertEquals(0, answer.getRmsError(), 1e-4);
    assertEquals(10, answer.getHitsCount());
  }

  @Test
  void optionsOfTheSearchAreHonoured() {
    Filter.Builder even =
        Filter.newBuilder()
            .setMatch(
                FieldMatch.newBuilder()
                    .setField("even")
                    .addValues(FieldValue.newBuilder().setFlag(true)));
    SolveQueryLatentResponse answer =
        server
            .ranks()
            .solveQueryLatent(
                request(gaussian(), 20, 0.1)
                    .setOptions(
                        SearchOptions.newBuilder()
                            .setLimit(7)
                            .setFilter(even)
                            .setWithVector(true)
                            .setExplain(true)
                            .setSoftmax(SoftmaxOptions.getDefaultInstance()))
                    .build());
    float[] latent = floats(answer.getLatent().getData());
    List<Integer> best = neighbors.of(latent, 7, row -> row >= 20 && row % 2 == 0);
    assertEquals(best.stream().map(Integer::longValue).toList(), ids(answer.getHitsList()));
    assertEquals(1, answer.getHitsList().stream().mapToDouble(Hit::getProbability).sum(), 1e-5);
    assertEquals(7, answer.getHeader().getSoftmax().getPoints());
    assertTrue(answer.getHeader().hasExplanation());
    assertEquals(DIMENSION * Float.BYTES, answer.getHits(0).getVector().getData().size());
    assertEquals("{\"even\": true}", answer.getHits(0).getPayload().toStringUtf8());
    assertEquals(Set.of(), Set.copyOf(answer.getHits(0).getDuplicatesList()));
  }

  private void refused(Code code, String field, SolveQueryLatentRequest.Builder request) {
    StatusRuntimeException failure =
        assertThrows(
            StatusRuntimeException.class, () -> server.ranks().solveQueryLatent(request.build()));
    assertEquals(code, failure.getStatus().getCode(), failure.getMessage());
    assertEquals(field, field(failure), failure.getMessage());
  }

  @Test
  void whatIsWrongIsRefusedByName() {
    SolveQueryLatentRequest.Builder good = request(gaussian(), 3, 0);
    Code invalid = Code.INVALID_ARGUMENT;
    refused(invalid, "collection", good.clone().setCollection("cosine"));
    refused(invalid, "ids", good.clone().clearIds());
    refused(invalid, "ids[2]", good.clone().setIds(numbers(0L, 1L, 0L)));
    refused(Code.NOT_FOUND, "", good.clone().setIds(numbers(0L, 1L, 9999L)));
    refused(invalid, "scores", good.clone().addScores(1));
    refused(invalid, "scores[1]", good.clone().setScores(1, Double.NaN));
    refused(invalid, "scores", good.clone().setScores(1, 1e300));
    refused(invalid, "ridge", good.clone().setRidge(-1));
    refused(invalid, "ridge", good.clone().setRidge(1001));
    refused(invalid, "towards.data", good.clone().setTowards(vector(1, 2)));
    refused(
        invalid, "options.limit", good.clone().setOptions(SearchOptions.newBuilder().setLimit(0)));
    refused(
        Code.FAILED_PRECONDITION,
        "",
        good.clone().setOptions(SearchOptions.newBuilder().setMinLsn(Long.MAX_VALUE)));
  }
}
